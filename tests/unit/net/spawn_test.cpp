#include "net/spawn.hpp"

#include "base/log.hpp"
#include "unit/net/loop.hpp"

#include <future>
#include <memory>
#include <stdexcept>
#include <string>

#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

namespace hawkcache::net::test {
namespace {

Awaitable<void> throw_at_once() {
  throw std::runtime_error("a defect");
  co_return;
}

Awaitable<void> throw_later(Executor executor) {
  Timer timer(executor, SteadyTime::min());
  co_await timer.async_wait(use_op);
  throw std::runtime_error("a defect");
}

// Until an exception comes out of the loop.
std::string thrown_by(Loop& loop) {
  try {
    loop.turn_until([] { return false; });
  } catch (const std::runtime_error& thrown) {
    return thrown.what();
  }
  return "nothing";
}

TEST(Spawn, WhatACoroutineThrowsComesOutOfTheLoop) {
  Loop loop;
  spawn(loop.worker.executor(), throw_at_once());
  EXPECT_EQ(thrown_by(loop), "a defect");
  spawn(loop.worker.executor(), throw_later(loop.worker.executor()));
  EXPECT_EQ(thrown_by(loop), "a defect");
}

TEST(Spawn, ItIsReportedByTheWorkerWhichGoesOn) {
  testing::internal::CaptureStderr();
  log::setup({});
  const SystemClock clock;
  Worker worker(0, clock);
  spawn(worker.executor(), throw_later(worker.executor()));
  worker.start();
  for (int turns = 0; turns < 3; ++turns) {
    std::promise<void> reached;
    worker.post([&] { reached.set_value(); });
    reached.get_future().wait();
  }
  worker.stop();
  worker.join();
  log::shutdown();
  const std::string text = testing::internal::GetCapturedStderr();
  EXPECT_NE(text.find(" error unexpected exception on a worker: a defect\n"), std::string::npos)
      << text;
}

Awaitable<void> fail_twice(std::shared_ptr<int> begun) {
  if (++*begun <= 2) throw std::runtime_error("a defect");
  co_return;
}

TEST(Spawn, ALoopBeginsAgainUntilItReturns) {
  Loop loop;
  const auto begun = std::make_shared<int>(0);
  spawn_loop(loop.worker.executor(), [begun] { return fail_twice(begun); });
  loop.turn_until([&] { return begun.use_count() == 1; });
  EXPECT_EQ(*begun, 3);
}

}  // namespace
}  // namespace hawkcache::net::test
