#include "redis/breaker.hpp"

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace hawkcache::redis {
namespace {

const SteadyTime kNow{std::chrono::hours(1)};

TEST(BreakerTest, OpensAfterSoManyFailuresInARow) {
  Breaker breaker(3);
  EXPECT_TRUE(breaker.allows());
  EXPECT_FALSE(breaker.report_failure(kNow));
  EXPECT_FALSE(breaker.report_failure(kNow));
  breaker.report_success();
  EXPECT_FALSE(breaker.report_failure(kNow));
  EXPECT_FALSE(breaker.report_failure(kNow));
  EXPECT_TRUE(breaker.allows());
  EXPECT_EQ(breaker.open_since(), std::nullopt);
  EXPECT_TRUE(breaker.report_failure(kNow));
  EXPECT_FALSE(breaker.allows());
  EXPECT_EQ(breaker.open_since(), kNow);
}

TEST(BreakerTest, OpensAtOnceWhenAllIsLost) {
  Breaker breaker(3);
  EXPECT_TRUE(breaker.report_lost(kNow));
  EXPECT_FALSE(breaker.report_lost(kNow + Duration(1)));
  EXPECT_FALSE(breaker.report_failure(kNow + Duration(1)));
  EXPECT_EQ(breaker.open_since(), kNow);
}

TEST(BreakerTest, IsClosedByTheProberOnly) {
  Breaker breaker(1);
  EXPECT_TRUE(breaker.report_failure(kNow));
  breaker.report_success();
  EXPECT_FALSE(breaker.allows());
  EXPECT_TRUE(breaker.close());
  EXPECT_FALSE(breaker.close());
  EXPECT_TRUE(breaker.allows());
  EXPECT_TRUE(breaker.report_failure(kNow));
}

TEST(BreakerTest, CountsFromZeroOnceClosed) {
  Breaker breaker(2);
  breaker.report_failure(kNow);
  breaker.report_lost(kNow);
  breaker.close();
  EXPECT_FALSE(breaker.report_failure(kNow));
  EXPECT_TRUE(breaker.report_failure(kNow));
}

TEST(BreakerTest, IsOpenedByOneOfManyThreads) {
  Breaker breaker(10);
  std::atomic<int> opened{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 1000; ++k) opened += breaker.report_failure(kNow) ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(opened, 1);
}

}  // namespace
}  // namespace hawkcache::redis
