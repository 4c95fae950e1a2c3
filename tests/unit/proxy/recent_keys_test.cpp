#include "proxy/recent_keys.hpp"

#include <chrono>

#include <gtest/gtest.h>

namespace hawkcache::proxy {
namespace {

constexpr SteadyTime at(std::int64_t milliseconds) {
  return SteadyTime(std::chrono::milliseconds(milliseconds));
}

class StoppedClock final : public Clock {
 public:
  explicit StoppedClock(std::int64_t milliseconds) : now_(at(milliseconds)) {}
  WallTime wall() const noexcept override { return {}; }
  SteadyTime steady() const noexcept override { return now_; }

 private:
  SteadyTime now_;
};

TEST(RecentKeys, AreRememberedForTheirTimeAndNoLonger) {
  RecentKeys keys(Duration(1000), 8);
  const Hash128 key{.low = 1, .high = 7ULL << 32};
  const Hash128 same_slot{.low = 9, .high = 8ULL << 32};
  constexpr std::int64_t kRound = 1LL << 32;
  for (const std::int64_t now : {std::int64_t{5000}, kRound - 300, 40 * kRound + 5000}) {
    SCOPED_TRACE(now);
    EXPECT_FALSE(keys.contains(key, StoppedClock(now)));
    keys.remember(key, at(now));
    EXPECT_TRUE(keys.contains(key, StoppedClock(now)));
    EXPECT_TRUE(keys.contains(key, StoppedClock(now + 999)));
    EXPECT_FALSE(keys.contains(key, StoppedClock(now + 1000)));
    EXPECT_FALSE(keys.contains(key, StoppedClock(now + kRound / 2)));
    EXPECT_FALSE(keys.contains(same_slot, StoppedClock(now)));
  }
  keys.remember(key, at(0));
  keys.forget(same_slot);
  EXPECT_TRUE(keys.contains(key, StoppedClock(1)));
  keys.forget(key);
  EXPECT_FALSE(keys.contains(key, StoppedClock(1)));
}

}  // namespace
}  // namespace hawkcache::proxy
