#include "base/error.hpp"

#include "base/result.hpp"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace hawkcache {
namespace {

constexpr Errc kAll[] = {
#define X(enumerator, text) Errc::enumerator,
    HAWKCACHE_ERRORS(X, X)
#undef X
};

TEST(Errc, EachHasATextOfItsOwn) {
  std::set<std::string> texts;
  for (const Errc code : kAll) {
    const ErrorCode error = make_error_code(code);
    EXPECT_TRUE(error.failed());
    EXPECT_STREQ(error.category().name(), "hawkcache");
    EXPECT_NE(error.message(), "unknown error");
    EXPECT_TRUE(texts.insert(error.message()).second) << error.message();
  }
  EXPECT_EQ(hawkcache_category().message(0), "unknown error");
  EXPECT_EQ(hawkcache_category().message(9999), "unknown error");
}

TEST(Errc, ConvertsToAnErrorCodeAndComparesWithIt) {
  const ErrorCode error = Errc::client_gone;
  EXPECT_EQ(error, Errc::client_gone);
  EXPECT_NE(error, Errc::client_timeout);
}

TEST(Errc, TellsABrokenResponseFromOtherTrouble) {
  EXPECT_TRUE(is_malformed_response(Errc::upstream_bad_status_line));
  EXPECT_TRUE(is_malformed_response(Errc::upstream_surplus));
  EXPECT_FALSE(is_malformed_response(Errc::upstream_closed));
  EXPECT_FALSE(is_malformed_response(Errc::client_gone));
  EXPECT_FALSE(is_malformed_response(ErrorCode()));
}

TEST(Result, IsAValueOrAnError) {
  const Result<int> value = 5;
  const Result<int> error = Errc::store_unavailable;
  ASSERT_TRUE(value.has_value());
  EXPECT_EQ(*value, 5);
  ASSERT_TRUE(error.has_error());
  EXPECT_EQ(error.error(), Errc::store_unavailable);
}

}  // namespace
}  // namespace hawkcache
