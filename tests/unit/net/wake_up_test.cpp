#include "net/wake_up.hpp"

#include "unit/net/loop.hpp"

#include <future>
#include <memory>
#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

namespace hawkcache::net {
namespace {

using test::Loop;
using Woken = WakeUp::Woken;

constexpr Duration kLong{3600 * 1000};
constexpr Duration kShort{5};

class WakeUpTest : public testing::Test {
 protected:
  Loop loop;
  std::shared_ptr<WakeUp> bell = std::make_shared<WakeUp>(loop.worker.executor());
};

TEST_F(WakeUpTest, HearsARingFromAnotherThread) {
  std::promise<void> waits;
  std::thread ringer([&] {
    waits.get_future().wait();
    bell->ring();
  });
  // Runs after the wait has begun.
  asio::post(loop.worker.executor(),
             [&] { asio::post(loop.worker.executor(), [&] { waits.set_value(); }); });
  EXPECT_EQ(loop.run(bell->wait(kLong)), Woken::by_ring);
  ringer.join();
}

TEST_F(WakeUpTest, RemembersARingBeforeTheWait) {
  bell->ring();
  EXPECT_EQ(loop.run(bell->wait(kLong)), Woken::by_ring);
}

TEST_F(WakeUpTest, TakesSeveralRingsForOne) {
  bell->ring();
  bell->ring();
  EXPECT_EQ(loop.run(bell->wait(kLong)), Woken::by_ring);
  EXPECT_EQ(loop.run(bell->wait(kShort)), Woken::by_timeout);
}

TEST_F(WakeUpTest, GivesUpWhenNobodyRings) {
  EXPECT_EQ(loop.run(bell->wait(kShort)), Woken::by_timeout);
}

Awaitable<int> count_rings(std::shared_ptr<WakeUp> bell,
                           std::shared_ptr<std::atomic<int>> rung,
                           int until) {
  int heard = 0;
  while (rung->load() < until || heard == 0) {
    const Woken woken = co_await bell->wait(kLong);
    if (woken == Woken::by_ring) ++heard;
  }
  co_return heard;
}

TEST_F(WakeUpTest, LosesNoRingInARace) {
  constexpr int kRings = 10000;
  const auto rung = std::make_shared<std::atomic<int>>(0);
  std::thread ringer([this, rung] {
    for (int i = 0; i < kRings; ++i) {
      rung->fetch_add(1);
      bell->ring();
    }
  });
  // Ends only if the ring that followed the last count was heard.
  EXPECT_GT(loop.run(count_rings(bell, rung, kRings)), 0);
  ringer.join();
}

TEST(WorkerTest, RunsPostedTasksOnItsThreadUntilStopped) {
  const SystemClock clock;
  Worker worker(3, clock);
  EXPECT_EQ(worker.index(), 3U);
  worker.start();
  std::promise<std::thread::id> ran_on;
  worker.post([&] { ran_on.set_value(std::this_thread::get_id()); });
  EXPECT_NE(ran_on.get_future().get(), std::this_thread::get_id());
  worker.stop();
  worker.stop();
  worker.join();
}

TEST(WorkerTest, SurvivesATaskThatThrows) {
  const SystemClock clock;
  Worker worker(0, clock);
  worker.start();
  std::promise<void> still_there;
  worker.post([] { throw std::runtime_error("a defect"); });
  worker.post([&] { still_there.set_value(); });
  still_there.get_future().wait();
}

// Holds a deadline and a timer in its frame when the worker dies.
class Sleeper final : public Deadline::Listener {
 public:
  explicit Sleeper(Worker& worker) : deadline(worker.deadlines(), *this) {}
  void deadline_expired() noexcept override {}
  Deadline deadline;
};

Awaitable<void> sleep_for_good(Worker* worker, std::promise<void>* asleep) {
  Sleeper sleeper(*worker);
  sleeper.deadline.arm(kLong);
  Timer timer(worker->executor());
  timer.expires_after(kLong);
  asleep->set_value();
  co_await timer.async_wait(use_op);
}

TEST(WorkerTest, DiesWithCoroutinesStillWaiting) {
  const SystemClock clock;
  std::promise<void> asleep;
  auto worker = std::make_unique<Worker>(0, clock);
  asio::co_spawn(worker->executor(), sleep_for_good(worker.get(), &asleep), asio::detached);
  worker->start();
  asleep.get_future().wait();
  worker.reset();
}

}  // namespace
}  // namespace hawkcache::net
