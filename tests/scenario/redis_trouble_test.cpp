// "When Redis is not well" (docs/operations.md), row by row, with Redis alone and with memory in
// front of it.
#include "scenario/support/redis_trouble.hpp"

#include "scenario/support/log_lines.hpp"
#include "scenario/support/redis_load.hpp"

#include <atomic>
#include <thread>

namespace hawkcache::scenario {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class RedisNotWell : public OnRedis {
 protected:
  // What was there is not given out from memory; and Redis is not asked.
  void expect_origin_only(const std::string& warmed) {
    content.set("while away");
    expect_current(warmed);
    const double asked = metric("finds_total");
    for (int i = 0; i < 5; ++i) expect_current(next_target());
    EXPECT_EQ(metric("finds_total"), asked);
    EXPECT_GT(metric("finds_unavailable_total"), 0);
    EXPECT_EQ(metric("state"), 2) << state();
  }
  void expect_new_generation(const std::string& warmed, const std::string& text) {
    content.set(text);
    EXPECT_GE(metric("generations_begun_total"), 1);
    expect_current(warmed);
    expect_current_hit(warmed);
  }
};

TEST_P(RedisNotWell, RefusedAtStart) {
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

TEST_P(RedisNotWell, RefusedLater) {
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

TEST_P(RedisNotWell, Hung) {
  RedisServer redis;
  const LogLines log;
  use(redis.url());
  warm("/items/1");
  redis.freeze();
  EXPECT_TRUE(goes_out_of_use());
  content.set("while away");
  const double asked = metric("finds_total");
  for (int i = 0; i < 5; ++i) expect_current("/items/1");
  EXPECT_EQ(metric("finds_total"), asked) << "nobody waits any more";
  EXPECT_GT(metric("timeouts_total") + metric("disconnects_total"), 0);
  redis.thaw();
  EXPECT_TRUE(comes_up());
  expect_in_use();
  EXPECT_TRUE(eventually([&] { return log.count("redis: in use again") == 1; })) << log.text();
  EXPECT_EQ(log.count("redis: not used for now"), 1U) << log.text();
}

// To the point, which a busy machine may spoil now and then.
TEST_P(RedisNotWell, NobodyWaitsLongerThanTheTimeout) {
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
TEST_P(RedisNotWell, NobodyWaitsLongerInSeveralSteps) {
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
TEST_P(RedisNotWell, Slow) {
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

TEST_P(RedisNotWell, Full) {
  RedisServer redis({.directives = {{"maxmemory-policy", "noeviction"}}});
  use(redis.url());
  warm("/items/1");
  const double changes = metric("state_changes_total");
  redis.cli().text({"CONFIG", "SET", "maxmemory", "1"});
  content.set("two");
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(get_in_time("/items/1").body, body_of("/items/1", "one"));
    expect_current("/items/full");
  }
  EXPECT_EQ(state(), "up");
  EXPECT_TRUE(eventually([&] { return metric("puts_unavailable_total") > 0; }));
  EXPECT_GT(metric("command_errors_total"), 0);
  const PurgeAnswer purged = purge_in_time(R"({"tags": ["item:1"]})");
  EXPECT_EQ(purged.status, 200) << purged.body;
  for (int i = 0; i < 3; ++i) expect_current("/items/1");
  EXPECT_EQ(metric("state_changes_total"), changes) << "it never went out of use";
  redis.cli().text({"CONFIG", "SET", "maxmemory", "0"});
  expect_in_use();
  expect_current_hit("/items/1");
}

TEST_P(RedisNotWell, DemotedToAReplica) {
  RedisServer redis;
  RedisServer master;
  const LogLines log;
  use(redis.url());
  warm("/items/1");
  redis.cli().text({"REPLICAOF", "127.0.0.1", std::to_string(master.port())});
  EXPECT_TRUE(goes_out_of_use());
  EXPECT_TRUE(eventually([&] { return log.count("it is a replica") == 1; })) << log.text();
  EXPECT_GT(metric("connect_failures_total"), 0);
  expect_origin_only("/items/1");
  const PurgeAnswer purged = purge_in_time(R"({"tags": ["item:1"]})");
  EXPECT_EQ(purged.status, 503) << purged.body;
  EXPECT_EQ(metric("purges_waiting"), 1);
  redis.cli().text({"REPLICAOF", "NO", "ONE"});
  EXPECT_TRUE(comes_up());
  EXPECT_EQ(metric("purges_waiting"), 0);
  expect_in_use();
}

// It is another server then, and connections from before know it by its former identity.
TEST_P(RedisNotWell, DemotedAndPromotedAtOnce) {
  RedisServer redis;
  RedisServer master;
  use(redis.url());
  warm("/items/1");
  redis.cli().run_all({{"REPLICAOF", "127.0.0.1", std::to_string(master.port())},
                       {"REPLICAOF", "NO", "ONE"},
                       {"CLIENT", "KILL", "TYPE", "pubsub"}});
  EXPECT_TRUE(eventually([&] { return metric("generations_begun_total") > 0; }));
  EXPECT_TRUE(comes_up());
  expect_in_use();
  const double changes = metric("state_changes_total");
  for (int i = 0; i < 10; ++i) warm(next_target());
  EXPECT_EQ(metric("state_changes_total"), changes);
}

TEST_P(RedisNotWell, Emptied) {
  RedisServer redis;
  const LogLines log;
  use(redis.url());
  warm("/items/1");
  ASSERT_EQ(purge_in_time(R"({"tags": ["item:1"]})").status, 200);
  warm("/items/1");
  content.set("two");
  redis.cli().text({"FLUSHALL"});
  // Without memory, the first look-up that reads the counter sees it; memory is told by the push,
  // within a second.
  if (has_memory()) {
    EXPECT_TRUE(eventually([&] { return metric("generations_begun_total") > 0; }, longest_lag()));
  }
  expect_current("/items/1");
  expect_in_use();
  expect_current_hit("/items/1");
  EXPECT_GE(metric("generations_begun_total"), 1);
  EXPECT_TRUE(eventually([&] { return log.count("its memory of purges was lost") == 1; }))
      << log.text();
  const PurgeAnswer purged = purge_in_time(R"({"tags": ["item:1"]})");
  EXPECT_EQ(purged.status, 200) << purged.body;
  content.set("three");
  expect_current("/items/1");
}

TEST_P(RedisNotWell, RestartedWithNothingOnDisk) {
  RedisServer redis;
  use(redis.url());
  warm("/items/1");
  redis.restart();
  EXPECT_TRUE(eventually([&] { return metric("generations_begun_total") > 0; }));
  EXPECT_TRUE(comes_up());
  expect_new_generation("/items/1", "two");
  expect_in_use();
}

// The last purges may not have reached the disk, so what the disk has kept is not used.
TEST_P(RedisNotWell, RestartedWithItsDataFromDisk) {
  RedisServer redis({.directives = {{"appendonly", "yes"}, {"appendfsync", "always"}}});
  use(redis.url());
  warm("/items/1");
  redis.kill();
  redis.start();
  EXPECT_GT(redis.cli().number({"DBSIZE"}), 2);
  EXPECT_TRUE(eventually([&] { return metric("generations_begun_total") > 0; }));
  EXPECT_TRUE(comes_up());
  expect_new_generation("/items/1", "two");
  expect_in_use();
}

TEST_P(RedisNotWell, WrongPassword) {
  RedisServer redis({.password = "the-right-one"});
  const LogLines log;
  use("redis://:not-the-right-one@127.0.0.1:" + std::to_string(redis.port()) + "/0");
  EXPECT_TRUE(goes_out_of_use());
  expect_origin_only("/items/1");
  EXPECT_GT(metric("connect_failures_total"), 0);
  EXPECT_TRUE(eventually([&] { return log.count("WRONGPASS") == 1; })) << log.text();
  EXPECT_THAT(log.text(), Not(HasSubstr("right-one")));
  EXPECT_EQ(purge_in_time(R"({"tags": ["item:1"]})").status, 503);
  redis.cli().text({"CONFIG", "SET", "requirepass", "not-the-right-one"});
  EXPECT_TRUE(comes_up());
  expect_in_use();
}

TEST_P(RedisNotWell, AnAclThatForbidsWhatIsNeeded) {
  RedisServer redis({.users = {"app on >secret ~* &* +@all -eval -evalsha"}});
  const LogLines log;
  // Each text is said once a minute: a name of its own.
  start(daemon_on("redis://app:secret@127.0.0.1:" + std::to_string(redis.port()) + "/0",
                  GetParam(),
                  "prefix: \"acl-" + GetParam() + ":\""));
  EXPECT_TRUE(goes_out_of_use());
  expect_origin_only("/items/1");
  EXPECT_GT(metric("command_errors_total"), 0);
  EXPECT_TRUE(eventually([&] { return log.count("NOPERM") == 1; })) << log.text();
  EXPECT_THAT(log.text(), Not(HasSubstr("secret")));
  redis.cli().text({"ACL", "SETUSER", "app", "+eval", "+evalsha"});
  EXPECT_TRUE(comes_up());
  expect_in_use();
}

// Bodies so large that connections break within them.
TEST_P(RedisNotWell, ConnectionsAreCutInMidReply) {
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

INSTANTIATE_TEST_SUITE_P(Of, RedisNotWell, ::testing::Values("redis", "tiered"), name_of_backend);

using MemoryInFront = RedisTrouble;

TEST_F(MemoryInFront, ThePushIsLost) {
  RedisServer redis;
  use(redis.url(), "tiered");
  warm("/items/1");
  EXPECT_EQ(metric("push_connected"), 1);
  redis.cli().number({"CLIENT", "KILL", "TYPE", "pubsub"});
  EXPECT_TRUE(eventually([&] { return metric("push_losses_total") > 0; }));
  for (int i = 0; i < 5; ++i) expect_current(next_target());
  EXPECT_TRUE(comes_up());
  EXPECT_EQ(metric("push_connected"), 1);
  expect_in_use();
  warm("/items/1");
  content.set("two");
  for (const std::string& name : redis.cli().list({"KEYS", "hawkcache:r:*"})) {
    redis.cli().number({"DEL", name});
  }
  EXPECT_TRUE(eventually([&] { return get("/items/1").body == body_of("/items/1", "two"); },
                         longest_lag()));
}

}  // namespace
}  // namespace hawkcache::scenario
