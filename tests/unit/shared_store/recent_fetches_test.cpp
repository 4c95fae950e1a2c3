#include "shared_store/recent_fetches.hpp"

#include <algorithm>
#include <cstdint>

#include <gtest/gtest.h>

namespace hawkcache::shared_store {
namespace {

constexpr std::uint64_t kNone = UINT64_MAX;

SteadyTime at(int milliseconds) { return SteadyTime(Duration(10'000 + milliseconds)); }

TEST(RecentFetches, none_began) {
  const RecentFetches fetches;
  EXPECT_EQ(fetches.oldest(SteadyTime()), kNone);
  EXPECT_EQ(fetches.oldest(at(0)), kNone);
}

TEST(RecentFetches, goes_by_the_time_whatever_the_numbers_are) {
  RecentFetches fetches;
  for (int i = 0; i < 100; ++i) fetches.note(1000 + static_cast<std::uint64_t>(i), at(100 * i));
  EXPECT_EQ(fetches.oldest(at(9900)), 1090U);
  EXPECT_EQ(fetches.oldest(at(9901)), 1091U);
  EXPECT_EQ(fetches.oldest(at(10'800)), 1099U);
  EXPECT_EQ(fetches.oldest(at(10'801)), kNone);
}

// Of each moment there is a fetch: what counts as recent is, and what is left out is soon.
TEST(RecentFetches, of_many_some_are_left_out_that_are_old_soon) {
  RecentFetches fetches;
  for (int now = 0; now < 5000; ++now) {
    fetches.note(static_cast<std::uint64_t>(now), at(now));
    const auto oldest = static_cast<int>(fetches.oldest(at(now)));
    EXPECT_GE(oldest, now - 900);
    EXPECT_LE(oldest, std::max(0, now - 850));
  }
}

TEST(RecentFetches, numbers_that_begin_anew) {
  RecentFetches fetches;
  fetches.note(5000, at(0));
  fetches.note(100, at(100));
  EXPECT_EQ(fetches.oldest(at(100)), 100U);
  EXPECT_EQ(fetches.oldest(at(1000)), 100U);
  EXPECT_EQ(fetches.oldest(at(1001)), kNone);
}

}  // namespace
}  // namespace hawkcache::shared_store
