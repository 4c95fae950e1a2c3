#include "http/method.hpp"

#include <gtest/gtest.h>

namespace hawkcache::http {
namespace {

struct MethodCase {
  std::string_view text;
  Method method;
  bool safe;
  bool idempotent;
};

constexpr MethodCase kMethods[] = {
    {"GET", Method::get, true, true},
    {"HEAD", Method::head, true, true},
    {"POST", Method::post, false, false},
    {"PUT", Method::put, false, true},
    {"DELETE", Method::delete_, false, true},
    {"CONNECT", Method::connect, false, false},
    {"OPTIONS", Method::options, true, true},
    {"TRACE", Method::trace, true, true},
    {"PATCH", Method::patch, false, false},
    {"QUERY", Method::query, true, true},
};

TEST(Method, KnowsEachMethodByItsName) {
  for (const MethodCase& c : kMethods) {
    SCOPED_TRACE(c.text);
    EXPECT_EQ(parse_method(c.text), c.method);
    EXPECT_EQ(to_string(c.method), c.text);
    EXPECT_EQ(is_safe(c.method), c.safe);
    EXPECT_EQ(is_idempotent(c.method), c.idempotent);
  }
}

TEST(Method, OtherSpellingsAreUnknownMethods) {
  for (const std::string_view text : {"",
                                      "get",
                                      "Get",
                                      "GETT",
                                      "GE",
                                      "GET ",
                                      " GET",
                                      "HEAD2",
                                      "post",
                                      "PURGE",
                                      "BREW",
                                      "DELETES"}) {
    SCOPED_TRACE(text);
    EXPECT_EQ(parse_method(text), Method::unknown);
  }
  EXPECT_EQ(to_string(Method::unknown), "");
  EXPECT_FALSE(is_safe(Method::unknown));
  EXPECT_FALSE(is_idempotent(Method::unknown));
}

}  // namespace
}  // namespace hawkcache::http
