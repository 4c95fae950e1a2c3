// "When Redis is not well" (docs/operations.md), row by row, with Redis alone and with memory in
// front of it: where Redis does not answer, or not in time. The other rows: redis_trouble_test.cpp.
#include "scenario/support/log_lines.hpp"
#include "scenario/support/redis_load.hpp"
#include "scenario/support/redis_trouble.hpp"

#include <atomic>
#include <thread>

namespace hawkcache::scenario {
namespace {

class RedisUnreachable : public RedisNotWell {};

TEST_P(RedisUnreachable, RefusedAtStart) {
  RedisServer redis;
  redis.stop();
  const LogLines log;
  use(redis.url());
  expect_current("/items/1");
  EXPECT_TRUE(eventually([&] { return state() == "down"; }));
  expect_origin_only("/items/2");
  EXPECT_GT(metric("connect_failures_total"), 0);
  redis.start();
  EXPECT_TRUE(comes_up());
  expect_in_use();
  EXPECT_EQ(metric("state"), 0);
  EXPECT_TRUE(eventually([&] { return log.count("redis: in use again") == 1; })) << log.text();
  EXPECT_EQ(log.count("redis: cannot be used"), 1U) << log.text();
}

TEST_P(RedisUnreachable, RefusedLater) {
  RedisServer redis;
  const LogLines log;
  use(redis.url());
  warm("/items/1");
  redis.kill();
  EXPECT_TRUE(goes_out_of_use());
  EXPECT_TRUE(eventually([&] { return state() == "down"; }));
  expect_origin_only("/items/1");
  redis.start();
  EXPECT_TRUE(comes_up());
  expect_in_use();
  EXPECT_TRUE(eventually([&] { return log.count("redis: in use again") == 1; })) << log.text();
  EXPECT_EQ(log.count("redis: not used for now"), 1U) << log.text();
  EXPECT_EQ(log.count("redis: cannot be used"), 0U) << log.text();
  // Joining, up, joining, down, ... up.
  EXPECT_GE(metric("state_changes_total"), 5);
}

TEST_P(RedisUnreachable, Hung) {
  RedisServer redis;
  const LogLines log;
  use(redis.url());
  warm("/items/1");
  const double timeouts = metric("timeouts_total");
  redis.freeze();
  EXPECT_TRUE(goes_out_of_use());
  content.set("while away");
  const double asked = metric("finds_total");
  for (int i = 0; i < 5; ++i) expect_current("/items/1");
  EXPECT_EQ(metric("finds_total"), asked) << "nobody waits any more";
  EXPECT_GT(metric("timeouts_total"), timeouts);
  redis.thaw();
  EXPECT_TRUE(comes_up());
  expect_in_use();
  EXPECT_TRUE(eventually([&] { return log.count("redis: in use again") == 1; })) << log.text();
  EXPECT_EQ(log.count("redis: not used for now"), 1U) << log.text();
}

// To the point, which a busy machine may spoil now and then.
TEST_P(RedisUnreachable, NobodyWaitsLongerThanTheTimeout) {
  const std::chrono::milliseconds little = slowness() * 200ms;
  RedisServer redis;
  use(redis.url());
  std::vector<std::int64_t> waits;
  for (int i = 0; i < 8 && (waits.empty() || waits.back() > (kTimeout + little).count()); ++i) {
    EXPECT_TRUE(eventually([&] { return state() == "up"; }));
    redis.freeze();
    const auto begin = std::chrono::steady_clock::now();
    expect_current(next_target());
    const auto took = std::chrono::steady_clock::now() - begin;
    waits.push_back(std::chrono::duration_cast<std::chrono::milliseconds>(took).count());
    redis.thaw();
  }
  EXPECT_LE(waits.back(), (kTimeout + little).count()) << ::testing::PrintToString(waits);
  EXPECT_GE(waits.back(), kTimeout.count() - 10) << "it was not asked";
}

// The look-up is answered late, what was fetched is not taken any more: both together take no
// longer than the one may. What says nothing of Redis's health does not take it out of use.
TEST_P(RedisUnreachable, NobodyWaitsLongerInSeveralSteps) {
  timeout = 1000ms;
  const std::chrono::milliseconds little = slowness() * 200ms;
  RedisServer redis;
  use(redis.url());
  const auto freeze = [&](OriginExchange& exchange) {
    redis.freeze();
    exchange.respond(body_of(exchange.request().target, content.get()));
  };
  std::vector<std::int64_t> waits;
  for (int i = 0; i < 8 && (waits.empty() || waits.back() > (timeout + little).count()); ++i) {
    EXPECT_TRUE(eventually([&] { return state() == "up"; }));
    const std::string target = next_target();
    origin.on(target, freeze);
    const double changes = metric("state_changes_total");
    redis.freeze();
    // Slow is a length of time: it answers the look-up within the timeout, and leaves the put less.
    std::thread thaws([&redis] {
      std::this_thread::sleep_for(600ms);
      redis.thaw();
    });
    const auto begin = std::chrono::steady_clock::now();
    expect_current(target);
    const auto took = std::chrono::steady_clock::now() - begin;
    waits.push_back(std::chrono::duration_cast<std::chrono::milliseconds>(took).count());
    thaws.join();
    redis.thaw();
    if (waits.back() <= (timeout + little).count()) {
      EXPECT_EQ(metric("state_changes_total"), changes);
    }
  }
  EXPECT_LE(waits.back(), (timeout + little).count()) << ::testing::PrintToString(waits);
  EXPECT_GE(waits.back(), timeout.count() - 50) << "it was not asked twice";
}

// Slower than anybody waits, quicker than the probes give up: it is tried again and again, and what
// comes too late is nobody's answer.
TEST_P(RedisUnreachable, Slow) {
  RedisServer redis({.directives = {{"enable-debug-command", "yes"}}});
  timeout = 100ms;
  use(redis.url());
  for (int i = 0; i < 8; ++i) warm("/items/" + std::to_string(i));
  std::atomic<bool> slow{true};
  std::thread sleeps([&slow, port = redis.port()] {
    RedisCli cli(port, {}, 20s);
    while (slow) cli.run({"DEBUG", "SLEEP", "0.25"});
  });
  const double timeouts = metric("timeouts_total");
  EXPECT_TRUE(eventually([&] {
    for (int i = 0; i < 8; ++i) {
      const std::string target = "/items/" + std::to_string(i);
      const Response response = get_in_time(target);
      EXPECT_EQ(response.status, 200) << response;
      EXPECT_EQ(response.body, body_of(target, "one"));
      expect_current(next_target());
    }
    return metric("timeouts_total") >= timeouts + 5;
  }));
  slow = false;
  sleeps.join();
  EXPECT_TRUE(comes_up());
  expect_in_use();
}

// Bodies so large that connections break within them.
TEST_P(RedisUnreachable, ConnectionsAreCutInMidReply) {
  RedisServer redis;
  const std::string large(700'000, 'x');
  content.set(large);
  use(redis.url());
  std::vector<std::string> targets;
  for (int i = 0; i < 4; ++i) {
    targets.push_back("/items/" + std::to_string(i));
    warm(targets.back());
  }
  Load load(proxy->port(), targets, longest_request(), [](const std::string& text) {
    return text.size() > 700'000;
  });
  RedisCli cli = redis.cli();
  for (int i = 0; i < 40; ++i) {
    const std::size_t answered = load.answered();
    cli.number({"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"});
    EXPECT_TRUE(eventually([&] { return load.answered() > answered + 2; }));
    // What is to be cut is that memory does not have.
    proxy->purge(R"({"tags": ["items"]})");
  }
  load.stop();
  EXPECT_GT(metric("disconnects_total"), 0);
  content.set("small");
  EXPECT_TRUE(comes_up());
  expect_in_use();
}

INSTANTIATE_TEST_SUITE_P(Of,
                         RedisUnreachable,
                         ::testing::Values("redis", "tiered"),
                         name_of_backend);

}  // namespace
}  // namespace hawkcache::scenario
