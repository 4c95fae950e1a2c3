// Redis with sentinels and as a cluster: what clients get while masters are lost and slots move.
#include "scenario/support/redis_load.hpp"
#include "scenario/support/redis_trouble.hpp"
#include "support/redis_cluster.hpp"
#include "support/redis_sentinels.hpp"

#include <set>

namespace hawkcache::scenario {
namespace {

using testing_support::RedisCluster;
using testing_support::RedisSentinels;

class OnTopology : public OnRedis {
 protected:
  // Nothing hangs here; and a purge is to be taken even on a busy machine.
  OnTopology() { timeout = 2s; }
  void start_both(const std::string& url) {
    use(url);
    use_beside(url);
    EXPECT_TRUE(comes_up());
    EXPECT_TRUE(comes_up(*other));
  }
  void warm_all() {
    for (const std::string& target : targets) {
      warm(target);
      EXPECT_TRUE(eventually([&] { return other->client().get(target).x_cache() == "HIT"; }));
    }
  }
  // At once where it was asked for, on the other node within a second where it has memory.
  void change_and_purge(const std::string& text, std::string_view json) {
    content.set(text);
    const PurgeAnswer purged = purge_in_time(json);
    EXPECT_EQ(purged.status, 200) << purged.body;
    for (const std::string& target : targets) expect_current(target);
    if (has_memory()) {
      for (const std::string& target : targets) {
        EXPECT_TRUE(
            eventually([&] { return get_in_time(*other, target).body == body_of(target, text); },
                       longest_lag()));
      }
    }
    for (const std::string& target : targets) expect_current(*other, target);
  }
  // While there is nobody who could take it. The other node finds what is in Redis then.
  void change_and_purge_in_vain(const std::string& text) {
    EXPECT_TRUE(goes_out_of_use());
    content.set(text);
    expect_refused_and_kept(purge_in_time(R"({"tags": ["items"]})"));
    for (const std::string& target : targets) expect_current(target);
  }
  void expect_handed_on_and_obeyed() {
    EXPECT_TRUE(comes_up());
    EXPECT_TRUE(comes_up(*other));
    expect_handed_on();
    for (const std::string& target : targets) {
      EXPECT_TRUE(eventually(
          [&] { return get_in_time(*other, target).body == body_of(target, content.get()); },
          longest_lag()));
    }
  }

  // What is written there from now on its replicas, so many, do not hear of.
  static void cut_replicas_off(const RedisServer& server, int replicas) {
    RedisCli master = server.cli();
    ASSERT_EQ(master.info({"INFO", "replication"}, "connected_slaves"), std::to_string(replicas));
    ASSERT_EQ(master.replicas_up_to_date(replicas), replicas);
    master.text({"ACL", "SETUSER", "default", "-psync", "-sync"});
    master.number({"CLIENT", "KILL", "TYPE", "replica"});
  }
  void expect_current_everywhere() const {
    for (const std::string& target : targets) {
      expect_current(target);
      expect_current(*other, target);
    }
  }

  std::vector<std::string> targets = [] {
    std::vector<std::string> all;
    for (int i = 0; i < 24; ++i) all.push_back("/items/" + std::to_string(i));
    return all;
  }();
};

class RedisBehindSentinels : public OnTopology {
 protected:
  RedisSentinels sentinels{{.password = "secret"}};
};

TEST_P(RedisBehindSentinels, TheMasterIsFoundAndAFailoverFollowed) {
  const LogLines log;
  start_both(sentinels.url());
  warm_all();
  change_and_purge("two", R"({"tags": ["items"]})");
  warm_all();
  Load load(proxy->port(), targets, longest_request(2 * timeout));
  sentinels.master().kill();
  change_and_purge_in_vain("three");
  load.require("three");
  const auto begins = std::chrono::steady_clock::now();
  sentinels.elect();
  expect_handed_on_and_obeyed();
  expect_in_use();
  EXPECT_LE(std::chrono::steady_clock::now() - begins, slowness() * 8s);
  load.stop();
  EXPECT_GE(metric("generations_begun_total"), 1);
  expect_all_told(log, 2);
  warm_all();
  change_and_purge("four", R"({"tags": ["items"]})");
}

// The replicas have not heard of the last purge when the master dies.
TEST_P(RedisBehindSentinels, WhatWasPurgedJustBeforeAFailoverDoesNotComeBack) {
  start_both(sentinels.url());
  warm_all();
  ASSERT_NO_FATAL_FAILURE(cut_replicas_off(sentinels.master(), 2));
  content.set("two");
  ASSERT_EQ(purge_in_time(R"({"tags": ["items"]})").status, 200);
  Load load(proxy->port(), targets, longest_request(2 * timeout));
  load.require("two");
  sentinels.fail_over();
  EXPECT_TRUE(comes_up());
  EXPECT_TRUE(comes_up(*other));
  load.stop();
  expect_current_everywhere();
  expect_in_use();
}

INSTANTIATE_TEST_SUITE_P(Of,
                         RedisBehindSentinels,
                         ::testing::Values("redis", "tiered"),
                         name_of_backend);

class RedisInACluster : public OnTopology {
 protected:
  // The names of our responses, by the node that has them.
  std::vector<std::pair<std::size_t, std::string>> entries(RedisCluster& cluster) const {
    std::vector<std::pair<std::size_t, std::string>> all;
    for (std::size_t i = 0; i < cluster.masters(); ++i) {
      for (const std::string& name : cluster.node(i).cli().list({"KEYS", "hawkcache:r:*"})) {
        all.emplace_back(i, name);
      }
    }
    return all;
  }
  static constexpr const char* kCounter = "hawkcache:{fences}:epoch";
  static std::size_t owner_of_fences(const RedisCluster& cluster) {
    return cluster.owner_of(cluster.slot_of(kCounter));
  }
  // As this node has it, be it a replica.
  static std::string counter_on(const RedisServer& server) {
    RedisCli cli = server.cli();
    cli.text({"READONLY"});
    return cli.text({"GET", kCounter});
  }
};

TEST_P(RedisInACluster, HitsAndPurgesReachEveryMaster) {
  RedisCluster cluster({.node = {.password = "secret"}});
  start_both(cluster.url());
  warm_all();
  std::set<std::size_t> used;
  for (const auto& [node, name] : entries(cluster)) used.insert(node);
  EXPECT_EQ(used.size(), cluster.masters());
  change_and_purge("two", R"({"tags": ["items"]})");
  warm_all();
  change_and_purge("three", R"({"all": true})");
  warm_all();
  change_and_purge("four", R"({"prefixes": ["/items/"]})");
}

TEST_P(RedisInACluster, ForeignDeletionsReachMemoryFromEveryMaster) {
  RedisCluster cluster;
  start_both(cluster.url());
  warm_all();
  content.set("two");
  for (const auto& [node, name] : entries(cluster)) {
    EXPECT_EQ(cluster.node(node).cli().number({"DEL", name}), 1);
  }
  for (const ProxyUnderTest* node : {proxy.get(), other.get()}) {
    for (const std::string& target : targets) {
      EXPECT_TRUE(eventually(
          [&] { return get_in_time(*node, target).body == body_of(target, "two"); }, longest_lag()))
          << target;
    }
  }
  EXPECT_EQ(metric("generations_begun_total"), 0);
}

TEST_P(RedisInACluster, SlotsMigrateUnderLoad) {
  RedisCluster cluster;
  const LogLines log;
  start_both(cluster.url());
  warm_all();
  Load load(proxy->port(), targets, longest_request(2 * timeout));
  for (const auto& [node, name] : entries(cluster)) {
    const std::uint16_t slot = cluster.slot_of(name);
    const std::size_t to = (node + 1) % cluster.masters();
    cluster.begin_move(slot, to);
    const std::size_t answered = load.answered();
    EXPECT_TRUE(eventually([&] { return load.answered() > answered + 5; }));
    cluster.move_keys(slot, to);
    EXPECT_TRUE(eventually([&] { return load.answered() > answered + 10; }));
    cluster.finish_move(slot, to);
  }
  EXPECT_TRUE(comes_up());
  if (!has_memory()) {
    EXPECT_GT(metric("redirections_total"), 0);
    expect_told(log, "");
  }
  content.set("two");
  ASSERT_EQ(purge_in_time(R"({"tags": ["items"]})").status, 200);
  load.require("two");
  warm_all();
  load.stop();
  expect_in_use();
}

TEST_P(RedisInACluster, TheMemoryOfPurgesMovesToAnotherMaster) {
  RedisCluster cluster;
  start_both(cluster.url());
  warm_all();
  change_and_purge("two", R"({"tags": ["items"]})");
  Load load(proxy->port(), targets, longest_request(2 * timeout));
  load.require("two");
  const std::uint16_t slot = cluster.slot_of(kCounter);
  cluster.move_slot(slot, (cluster.owner_of(slot) + 1) % cluster.masters());
  EXPECT_TRUE(eventually([&] { return metric("generations_begun_total") > 0; }));
  EXPECT_TRUE(comes_up());
  EXPECT_TRUE(comes_up(*other));
  expect_in_use();
  load.stop();
  warm_all();
  change_and_purge("three", R"({"tags": ["items"]})");
}

TEST_P(RedisInACluster, AMasterIsLostAndItsReplicaTakesOver) {
  RedisCluster cluster({.replicas = true});
  const LogLines log;
  start_both(cluster.url());
  warm_all();
  change_and_purge("two", R"({"tags": ["items"]})");
  Load load(proxy->port(), targets, longest_request(2 * timeout));
  load.require("two");
  const std::size_t with_fences = owner_of_fences(cluster);
  cluster.fail_over((with_fences + 1) % cluster.masters());
  EXPECT_TRUE(comes_up());
  EXPECT_TRUE(comes_up(*other));
  expect_in_use();
  load.stop();
  Load goes_on(proxy->port(), targets, longest_request(2 * timeout));
  cluster.node(with_fences).kill();
  change_and_purge_in_vain("three");
  goes_on.require("three");
  cluster.promote_replica_of(with_fences);
  expect_handed_on_and_obeyed();
  EXPECT_GE(metric("generations_begun_total"), 1);
  expect_in_use();
  goes_on.stop();
  expect_all_told(log, 2);
  warm_all();
  change_and_purge("four", R"({"tags": ["items"]})");
}

// The replicas have not heard of the last purge when their masters die: first one that has
// responses only, which are back then, and later the one with the memory of purges.
TEST_P(RedisInACluster, WhatWasPurgedJustBeforeAFailoverDoesNotComeBack) {
  RedisCluster cluster({.replicas = true});
  start_both(cluster.url());
  warm_all();
  for (std::size_t i = 0; i < cluster.masters(); ++i) {
    ASSERT_NO_FATAL_FAILURE(cut_replicas_off(cluster.node(i), 1));
  }
  content.set("two");
  ASSERT_EQ(purge_in_time(R"({"tags": ["items"]})").status, 200);
  Load load(proxy->port(), targets, longest_request(2 * timeout));
  load.require("two");
  const std::size_t with_fences = owner_of_fences(cluster);
  const RedisServer& replica = cluster.node(cluster.masters() + with_fences);
  EXPECT_NE(counter_on(replica), counter_on(cluster.node(with_fences)));
  for (const std::size_t lost : {(with_fences + 1) % cluster.masters(), with_fences}) {
    cluster.fail_over(lost);
    EXPECT_TRUE(comes_up());
    EXPECT_TRUE(comes_up(*other));
    expect_current_everywhere();
  }
  load.stop();
  // Nor on one that never heard of it.
  const ProxyUnderTest third(origin.port(), clock, daemon_on(cluster.url(), GetParam()));
  EXPECT_TRUE(comes_up(third));
  for (const std::string& target : targets) expect_current(third, target);
  EXPECT_GE(metric("generations_begun_total"), 1);
  expect_in_use();
}

INSTANTIATE_TEST_SUITE_P(Of,
                         RedisInACluster,
                         ::testing::Values("redis", "tiered"),
                         name_of_backend);

}  // namespace
}  // namespace hawkcache::scenario
