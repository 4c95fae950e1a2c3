#include "net/worker_turns.hpp"

#include <atomic>
#include <chrono>
#include <exception>
#include <future>
#include <memory>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <gtest/gtest.h>

namespace hawkcache::net {
namespace {

struct Workers {
  SystemClock clock;
  Worker here{0, clock};
  Worker first{1, clock};
  Worker second{2, clock};

  Workers() {
    for (Worker* worker : {&here, &first, &second}) worker->start();
  }

  std::future<void> turn_of_others(Duration at_most) {
    auto done = std::make_shared<std::promise<void>>();
    std::future<void> future = done->get_future();
    here.post([this, at_most, done] {
      asio::co_spawn(here.executor(),
                     turn_of_each(here, {&first, &second}, at_most),
                     [done](const std::exception_ptr&) { done->set_value(); });
    });
    return future;
  }
};

TEST(TurnOfEach, EndsAfterWhatTheOthersWereInTheMiddleOf) {
  std::atomic<int> ended = 0;
  std::promise<void> go_on;
  const std::shared_future<void> gate = go_on.get_future().share();
  Workers workers;
  for (Worker* worker : {&workers.first, &workers.second}) {
    worker->post([&ended, gate] {
      gate.wait();
      ++ended;
    });
  }
  std::future<void> turn = workers.turn_of_others(std::chrono::hours(1));
  EXPECT_EQ(turn.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
  go_on.set_value();
  turn.get();
  EXPECT_EQ(ended, 2);
}

TEST(TurnOfEach, EndsInTimeWhateverTheOthersDo) {
  std::promise<void> go_on;
  const std::shared_future<void> gate = go_on.get_future().share();
  Workers workers;
  workers.second.post([gate] { gate.wait(); });
  workers.turn_of_others(Duration(1)).get();
  go_on.set_value();
}

TEST(TurnOfEach, OfNobodyIsOver) {
  Workers workers;
  std::promise<void> done;
  workers.here.post([&] {
    asio::co_spawn(workers.here.executor(),
                   turn_of_each(workers.here, {}, std::chrono::hours(1)),
                   [&](const std::exception_ptr&) { done.set_value(); });
  });
  done.get_future().get();
}

}  // namespace
}  // namespace hawkcache::net
