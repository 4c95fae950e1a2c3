#include "net/deadline.hpp"

#include "unit/net/loop.hpp"

#include <functional>
#include <memory>

#include <gtest/gtest.h>

namespace hawkcache::net {
namespace {

using test::Loop;

class Alarm final : public Deadline::Listener {
 public:
  explicit Alarm(DeadlineQueue& queue, std::function<void()> then = {})
      : deadline(queue, *this), then_(std::move(then)) {}
  void deadline_expired() noexcept override {
    ++times;
    if (then_) then_();
  }

  Deadline deadline;
  int times = 0;

 private:
  std::function<void()> then_;
};

constexpr Duration kSoon{5};
constexpr Duration kNever{3600 * 1000};

TEST(NextSweep, ComesWithTheNearestDeadlineButKeepsItsDistance) {
  constexpr SteadyTime kLast{std::chrono::hours(1)};
  EXPECT_EQ(next_sweep(kLast + Duration(10), kLast), kLast + kSweepInterval);
  EXPECT_EQ(next_sweep(kLast + Duration(500), kLast), kLast + Duration(500));
}

TEST(DeadlineTest, ExpiresOnceAndNotBeforeItsTime) {
  Loop loop;
  Alarm alarm(loop.worker.deadlines());
  const SteadyTime begun = std::chrono::steady_clock::now();
  alarm.deadline.arm(kSoon);
  EXPECT_TRUE(alarm.deadline.armed());
  loop.turn_until([&] { return alarm.times > 0; });
  EXPECT_GE(std::chrono::steady_clock::now() - begun, kSoon);
  EXPECT_FALSE(alarm.deadline.armed());
  EXPECT_EQ(alarm.times, 1);
}

TEST(DeadlineTest, HeedsTheLastTimeThatWasSet) {
  Loop loop;
  Alarm later(loop.worker.deadlines());
  Alarm disarmed(loop.worker.deadlines());
  Alarm sooner(loop.worker.deadlines());
  later.deadline.arm(kSoon);
  later.deadline.arm(kNever);
  disarmed.deadline.arm(kSoon);
  disarmed.deadline.disarm();
  sooner.deadline.arm(kNever);
  sooner.deadline.arm(kSoon);
  loop.turn_until([&] { return sooner.times > 0; });
  EXPECT_EQ(later.times, 0);
  EXPECT_EQ(disarmed.times, 0);
  EXPECT_TRUE(later.deadline.armed());
}

TEST(DeadlineTest, CanBeArmedAgainInItsOwnExpiry) {
  Loop loop;
  Alarm* again = nullptr;
  Alarm alarm(loop.worker.deadlines(), [&] { again->deadline.arm(kSoon); });
  again = &alarm;
  alarm.deadline.arm(kSoon);
  loop.turn_until([&] { return alarm.times >= 2; });
}

TEST(DeadlineTest, MayDestroyOthersThatAreAboutToExpire) {
  Loop loop;
  std::unique_ptr<Alarm> first;
  std::unique_ptr<Alarm> second;
  first = std::make_unique<Alarm>(loop.worker.deadlines(), [&] { second.reset(); });
  second = std::make_unique<Alarm>(loop.worker.deadlines(), [&] { first.reset(); });
  first->deadline.arm(kSoon);
  second->deadline.arm(kSoon);
  loop.turn_until([&] { return first == nullptr || second == nullptr; });
  EXPECT_NE(first == nullptr, second == nullptr);
}

TEST(DeadlineTest, SparesOneThatAnotherExpiryHasPutOff) {
  Loop loop;
  Alarm put_off(loop.worker.deadlines());
  Alarm alarm(loop.worker.deadlines(), [&] { put_off.deadline.arm(kNever); });
  alarm.deadline.arm(kSoon);
  put_off.deadline.arm(kSoon);
  loop.turn_until([&] { return alarm.times > 0; });
  EXPECT_EQ(put_off.times, 0);
  EXPECT_TRUE(put_off.deadline.armed());
}

TEST(DeadlineTest, LetsTheLoopRunOutOfWorkAfterStop) {
  asio::io_context context(1);
  DeadlineQueue queue(context);
  Alarm alarm(queue);
  alarm.deadline.arm(kNever);
  queue.stop();
  context.run();
  EXPECT_EQ(alarm.times, 0);
}

TEST(DeadlineTest, MayOutliveItsQueueInACoroutineFrame) {
  asio::io_context context(1);
  auto queue = std::make_unique<DeadlineQueue>(context);
  Alarm alarm(*queue);
  alarm.deadline.arm(kNever);
  queue.reset();
  alarm.deadline.disarm();
}

}  // namespace
}  // namespace hawkcache::net
