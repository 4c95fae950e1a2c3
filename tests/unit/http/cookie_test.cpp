#include "http/cookie.hpp"

#include "unit/http/heads.hpp"

#include <gtest/gtest.h>

namespace hawkcache::http {
namespace {

TEST(Cookie, ValuesAreFoundByNameOverAllLines) {
  const auto fields =
      make_fields({{"Cookie", "SID=31d4d96e407aad42; lang=en-US"},
                   {"X-Cookie", "no=1"},
                   {"cookie", "theme=\"dark\"; SID=second;empty=; =nameless; flag;a=b=c"}});
  EXPECT_EQ(cookie_value(fields, "SID"), "31d4d96e407aad42");
  EXPECT_EQ(cookie_value(fields, "lang"), "en-US");
  EXPECT_EQ(cookie_value(fields, "theme"), "\"dark\"");
  EXPECT_EQ(cookie_value(fields, "empty"), "");
  EXPECT_EQ(cookie_value(fields, "a"), "b=c");
  for (const std::string_view absent : {"sid", "SI", "SID2", "no", "flag", "b", "nameless"}) {
    EXPECT_EQ(cookie_value(fields, absent), std::nullopt) << absent;
  }
}

TEST(Cookie, OddSpacingIsTolerated) {
  const auto fields = make_fields({{"Cookie", " ;; a=1;b=2 ;\tc = 3 ; "}});
  EXPECT_EQ(cookie_value(fields, "a"), "1");
  EXPECT_EQ(cookie_value(fields, "b"), "2");
  EXPECT_EQ(cookie_value(fields, "c"), "3");
}

TEST(Cookie, KeepsTheNamedOnesInTheirOrder) {
  const auto fields = make_fields({{"Cookie", "b=2; tracking=x; a=1"}, {"Cookie", "b=3;c=4"}});
  using Names = std::vector<std::string>;
  EXPECT_EQ(keep_cookies(fields, Names{"a", "b"}), "b=2; a=1; b=3");
  EXPECT_EQ(keep_cookies(fields, Names{"c"}), "c=4");
  EXPECT_EQ(keep_cookies(fields, Names{"C", "none"}), "");
  EXPECT_EQ(keep_cookies(fields, Names{}), "");
  EXPECT_EQ(keep_cookies({}, Names{"a"}), "");
}

}  // namespace
}  // namespace hawkcache::http
