#include "base/error.hpp"

#include "base/result.hpp"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace hawkcache {
namespace {

constexpr Errc kAll[] = {Errc::client_gone,
                         Errc::client_timeout,
                         Errc::body_malformed,
                         Errc::body_truncated,
                         Errc::body_too_large,
                         Errc::upstream_refused,
                         Errc::upstream_connect_timeout,
                         Errc::upstream_timeout,
                         Errc::upstream_malformed,
                         Errc::upstream_closed,
                         Errc::upstream_reset_unused,
                         Errc::shutting_down,
                         Errc::store_unavailable};

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
