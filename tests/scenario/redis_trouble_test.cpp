// "When Redis is not well" (docs/operations.md), row by row, with Redis alone and with memory in
// front of it: where Redis answers, but is not what it should be, or has not what it had. Where it
// does not answer: redis_unreachable_test.cpp. What is common to many rows: redis_rows_test.cpp.
#include "scenario/support/redis_trouble.hpp"

#include "scenario/support/log_lines.hpp"

namespace hawkcache::scenario {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST_P(RedisNotWell, Full) {
  RedisServer redis({.directives = {{"maxmemory-policy", "noeviction"}}});
  const LogLines log;
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
  expect_told(log, "");
}

// It is another server then, and connections from before know it by its former identity.
TEST_P(RedisNotWell, DemotedAndPromotedAtOnce) {
  RedisServer redis;
  RedisServer master;
  const LogLines log;
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
  expect_told_in_turn(log, 0);
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
  expect_told(log, "");
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
  expect_refused_and_kept(purge_in_time(R"({"tags": ["item:1"]})"));
  redis.cli().text({"CONFIG", "SET", "requirepass", "not-the-right-one"});
  EXPECT_TRUE(comes_up());
  expect_handed_on();
  expect_in_use();
  expect_told(log, "-+");
}

INSTANTIATE_TEST_SUITE_P(Of, RedisNotWell, ::testing::Values("redis", "tiered"), name_of_backend);

using MemoryInFront = RedisTrouble;

TEST_F(MemoryInFront, ThePushIsLost) {
  RedisServer redis;
  const LogLines log;
  use(redis.url(), "tiered");
  warm("/items/1");
  EXPECT_EQ(metric("push_connected"), 1);
  redis.cli().number({"CLIENT", "KILL", "TYPE", "pubsub"});
  EXPECT_TRUE(eventually([&] { return metric("push_losses_total") > 0; }));
  for (int i = 0; i < 5; ++i) expect_current(next_target());
  EXPECT_TRUE(comes_up());
  EXPECT_EQ(metric("push_connected"), 1);
  expect_in_use();
  expect_told(log, "-+");
  warm("/items/1");
  content.set("two");
  for (const std::string& name : redis.cli().list({"KEYS", "hawkcache:r:*"})) {
    redis.cli().number({"DEL", name});
  }
  EXPECT_TRUE(eventually([&] { return get("/items/1").body == body_of("/items/1", "two"); },
                         longest_lag()));
}

// Nothing tells memory what is deleted now: what it had is not given out any more.
TEST_F(MemoryInFront, IsMuteAsLongAsThePushStaysAway) {
  RedisServer redis;
  use(redis.url(), "tiered");
  warm("/items/1");
  testing_support::RedisCli cli = redis.cli();
  cli.text({"ACL", "SETUSER", "default", "-client|tracking"});
  cli.number({"CLIENT", "KILL", "TYPE", "pubsub"});
  EXPECT_TRUE(eventually([&] { return metric("push_losses_total") > 0; }));
  content.set("two");
  for (const std::string& name : cli.list({"KEYS", "hawkcache:r:*"})) cli.number({"DEL", name});
  expect_current("/items/1");
  EXPECT_EQ(metric("push_connected"), 0);
  cli.text({"ACL", "SETUSER", "default", "+client|tracking"});
  EXPECT_TRUE(eventually([&] { return metric("push_connected") == 1; }));
  expect_in_use();
}

}  // namespace
}  // namespace hawkcache::scenario
