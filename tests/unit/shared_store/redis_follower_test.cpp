// What the follower does that no request shows.
#include "shared_store/redis_follower.hpp"

#include "store/memory_store.hpp"
#include "support/free_port.hpp"
#include "support/redis_server.hpp"
#include "support/redis_wire.hpp"
#include "support/within.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <utility>

#include <gtest/gtest.h>

namespace hawkcache::shared_store {
namespace {

using testing_support::kPatience;
using testing_support::within;

RedisStoreSettings settings_for(std::uint16_t port) {
  RedisStoreSettings settings;
  settings.connection.nodes = {{"127.0.0.1", port}};
  return settings;
}

// A daemon's, on a worker of its own.
class Follower {
 public:
  Follower(std::uint16_t port, std::unique_ptr<store::LocalStore> memory)
      : core(settings_for(port), clock, std::move(memory)) {}
  ~Follower() {
    worker_.stop();
    worker_.join();
    follower_.close();
    core.link.close();
  }
  void start() {
    follower_.start();
    worker_.start();
  }

  SystemClock clock;
  RedisCore core;

 private:
  net::Worker worker_{0, clock};
  RedisFollower follower_{core, worker_};
};

// As after an exception.
TEST(RedisFollower, leaves_redis_first_where_it_is_begun_while_redis_is_in_use) {
  Follower follower(testing_support::free_port(), store::make_memory_store({}));
  RedisCore& core = follower.core;
  ASSERT_TRUE(core.link.try_go_up({.generation = 1, .server = 1}));
  const store::FetchTicket before = core.local.begin_fetch(follower.clock.wall());
  follower.start();
  EXPECT_TRUE(within(kPatience, [&] { return core.link.state() == RedisState::down; }));
  EXPECT_LT(before.epoch(), core.lost_sight_at());
}

// Of a connection that is made anew: it was the time there at some moment between.
TEST(RedisFollower, an_answer_that_comes_late_does_not_set_its_clock_back) {
  const testing_support::RedisServer server;
  testing_support::RedisWire wire(server.port());
  Follower follower(wire.port(), nullptr);
  RedisCore& core = follower.core;
  const auto is_up = [&core] { return core.link.usable(); };
  const auto behind = [&] {
    return std::chrono::duration_cast<Duration>(follower.clock.wall() - core.redis_clock.now());
  };
  follower.start();
  ASSERT_TRUE(within(kPatience, is_up));
  ASSERT_TRUE(within(kPatience, [&] { return behind() < Duration(50); }));
  wire.delay(Duration(250));
  core.link.report_suspicion();
  ASSERT_TRUE(within(kPatience, is_up));
  EXPECT_LT(behind(), Duration(150));
}

}  // namespace
}  // namespace hawkcache::shared_store
