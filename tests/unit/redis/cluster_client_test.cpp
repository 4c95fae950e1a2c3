#include "redis/cluster_client.hpp"

#include "base/error.hpp"
#include "redis/slot.hpp"
#include "running_cluster_client.hpp"
#include "support/redis_cluster.hpp"
#include "support/within.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace hawkcache::redis {
namespace {

using testing_support::RedisCli;
using testing_support::RedisCluster;
using testing_support::require_within;
using namespace std::chrono_literals;

constexpr const char* kPassword = "secret";

// One cluster for all of these tests: three masters, each with a replica.
class ClusterClientTest : public testing::Test {
 public:
  static void SetUpTestSuite() {
    cluster_ = std::make_unique<RedisCluster>(
        testing_support::RedisClusterOptions{.replicas = true, .node = {.password = kPassword}});
  }
  static void TearDownTestSuite() { cluster_.reset(); }

 protected:
  static RedisCluster& cluster() { return *cluster_; }
  static Settings settings() { return settings_of(cluster(), kPassword); }
  static std::uint64_t redirections(const RunningClusterClient& client) {
    return client.figures.redirections.load();
  }
  static std::size_t another_master(std::size_t than) {
    for (std::size_t i = 0; i < cluster().nodes(); ++i) {
      if (i == than || !cluster().node(i).running()) continue;
      if (cluster().node(i).cli().info({"INFO", "replication"}, "role") == "master") return i;
    }
    throw std::runtime_error("there is no other master");
  }

 private:
  static inline std::unique_ptr<RedisCluster> cluster_;
};

TEST_F(ClusterClientTest, AnswersInTheOrderOfTheCommandsWhoeverAnswersThem) {
  RunningClusterClient client(settings());
  constexpr int kKeys = 5000;
  std::vector<Command> writes;
  std::vector<Command> reads;
  for (int i = 0; i < kKeys; ++i) {
    const std::string key = "order-" + std::to_string(i);
    writes.emplace_back(key, std::initializer_list<std::string_view>{"SET", key, key});
    reads.emplace_back(key, std::initializer_list<std::string_view>{"GET", key});
  }
  for (const Reply& reply : client.call(std::move(writes))) ASSERT_EQ(reply.text, "OK");
  const std::vector<Reply> replies = client.call(std::move(reads));
  ASSERT_EQ(replies.size(), static_cast<std::size_t>(kKeys));
  std::set<std::uint64_t> servers;
  for (int i = 0; i < kKeys; ++i) {
    ASSERT_EQ(replies[static_cast<std::size_t>(i)].text, "order-" + std::to_string(i));
    servers.insert(replies[static_cast<std::size_t>(i)].server);
  }
  EXPECT_EQ(servers.size(), 3U);
  EXPECT_FALSE(servers.contains(0));
  EXPECT_EQ(redirections(client), 0U);
  EXPECT_EQ(client.masters(), 3U);
}

TEST_F(ClusterClientTest, FindsTheSlotThatTheClusterItselfNames) {
  RedisCli cli = cluster().node(0).cli();
  std::uint32_t random = 1;
  for (int i = 0; i < 300; ++i) {
    std::string key;
    for (int length = i % 20; length > 0; --length) {
      random = random * 1664525 + 1013904223;
      // Braces more often than by chance.
      key += random % 8 == 0 ? '{' : random % 8 == 1 ? '}' : static_cast<char>(random >> 24U);
    }
    EXPECT_EQ(slot_of(key), cli.number({"CLUSTER", "KEYSLOT", key})) << key;
  }
}

TEST_F(ClusterClientTest, CommandsWithoutAKeyGoToAnyMasterOrToTheOneThatIsNamed) {
  RunningClusterClient client(settings());
  EXPECT_EQ(client.call(Command({}, {"PING"})).text, "PONG");
  std::set<std::string> names;
  for (std::size_t i = 0; i < client.masters(); ++i) {
    names.insert(client.call(Command::to_master(i, {"CLUSTER", "MYID"})).text);
  }
  EXPECT_EQ(names.size(), 3U);
  const Reply nobody = client.call(Command::to_master(3, {"PING"}));
  EXPECT_TRUE(nobody.is(Reply::Type::none));
  EXPECT_EQ(nobody.failure, Errc::store_unavailable);
}

TEST_F(ClusterClientTest, GivesAScriptToEveryMasterThatDoesNotKnowIt) {
  RunningClusterClient client(settings());
  constexpr std::string_view kSource = "return redis.call('INCRBY', KEYS[1], ARGV[1])";
  const std::string sha1 = cluster().node(0).cli().text({"SCRIPT", "LOAD", std::string(kSource)});
  for (std::size_t i = 0; i < cluster().nodes(); ++i) {
    cluster().node(i).cli().run({"SCRIPT", "FLUSH"});
  }
  const Command::Script script{kSource, sha1};
  std::vector<Command> commands;
  for (int i = 0; i < 20; ++i) {
    const std::string key = "script-" + std::to_string(i % 10);
    const std::string_view keys[] = {key};
    const std::string_view arguments[] = {"7"};
    commands.push_back(Command::script(script, keys, arguments));
  }
  const auto replies = client.call(std::move(commands));
  for (std::size_t i = 0; i < replies.size(); ++i) {
    EXPECT_EQ(replies[i].integer, i < 10 ? 7 : 14) << i << ' ' << replies[i].text;
  }
}

TEST_F(ClusterClientTest, LeavesErrorsOfTheServerAsTheyAre) {
  RunningClusterClient client(settings());
  client.set("text", "x");
  EXPECT_TRUE(client.call(Command("text", {"INCR", "text"})).is_error("ERR"));
  EXPECT_TRUE(client.call(Command("text", {"SADD", "text", "a"})).is_error("WRONGTYPE"));
  EXPECT_TRUE(client.call(Command("a", {"MGET", "a", "b"})).is_error("CROSSSLOT"));
}

TEST_F(ClusterClientTest, FollowsASlotThatMoved) {
  RunningClusterClient client(settings());
  client.set("moved", "1");
  const std::uint16_t slot = slot_of("moved");
  const std::size_t to = another_master(cluster().owner_of(slot));
  cluster().move_slot(slot, to);
  EXPECT_EQ(client.get("moved").text, "1");
  EXPECT_EQ(redirections(client), 1U);
  // The map is heard anew soon, and nobody has to be sent on any more.
  require_within(5s, "a map that is true", [&] {
    const std::uint64_t before = redirections(client);
    return client.get("moved").text == "1" && redirections(client) == before;
  });
}

TEST_F(ClusterClientTest, AsksForWhatHasGoneAheadOfItsSlot) {
  RunningClusterClient client(settings());
  const std::uint16_t slot = slot_of("{half}a");
  client.set("{half}a", "1");
  client.set("{half}b", "2");
  const std::size_t to = another_master(cluster().owner_of(slot));
  cluster().begin_move(slot, to);
  cluster().move_key("{half}a", to);

  EXPECT_EQ(client.get("{half}a").text, "1");
  EXPECT_EQ(client.get("{half}b").text, "2");
  EXPECT_EQ(client.set("{half}new", "3").text, "OK");
  EXPECT_EQ(cluster().node(to).cli().number({"CLUSTER", "COUNTKEYSINSLOT", std::to_string(slot)}),
            2);
  EXPECT_EQ(client.get("{half}new").text, "3");
  EXPECT_GT(redirections(client), 0U);

  // What needs both halves at once has to wait until they are together.
  const Reply early =
      client.call(Command("{half}a", {"MGET", "{half}a", "{half}b"}), Duration(100));
  EXPECT_TRUE(early.is(Reply::Type::none)) << early.text;
  std::vector<Command> both;
  both.push_back(Command("{half}a", {"MGET", "{half}a", "{half}b"}));
  auto waiting = client.begin_call(std::move(both), Duration(10'000));
  cluster().move_keys(slot, to);
  cluster().finish_move(slot, to);
  const std::vector<Reply> replies = waiting.get();
  ASSERT_EQ(replies[0].elements.size(), 2U) << replies[0].text;
  EXPECT_EQ(replies[0].elements[0].text, "1");
  EXPECT_EQ(replies[0].elements[1].text, "2");
}

// Counts up in many keys at once, over and over.
struct Load {
  Client& client;
  std::vector<std::string> keys;
  std::atomic<bool> stop{false};
  std::atomic<std::int64_t> rounds{0};
  std::atomic<std::int64_t> failures{0};

  static net::Awaitable<bool> run(Load& load) {
    while (!load.stop) {
      std::vector<Command> commands;
      for (const std::string& key : load.keys) {
        commands.emplace_back(key, std::initializer_list<std::string_view>{"INCR", key});
      }
      std::vector<Reply> replies =
          co_await load.client.call(Lane::writes, std::move(commands), Duration(10'000));
      const std::int64_t round = ++load.rounds;
      for (const Reply& reply : replies) {
        if (!reply.is(Reply::Type::integer) || reply.integer != round) ++load.failures;
      }
    }
    co_return true;
  }
};

TEST_F(ClusterClientTest, LosesNothingWhileSlotsMoveUnderLoad) {
  RunningClusterClient client(settings());
  Load load{.client = client.client(), .keys = {}};
  for (int i = 0; i < 50; ++i) load.keys.push_back("load-" + std::to_string(i));
  auto running = begin(client.worker(), Load::run(load));
  for (std::size_t i = 0; i < 12; ++i) {
    const std::uint16_t slot = slot_of(load.keys[i]);
    cluster().move_slot(slot, another_master(cluster().owner_of(slot)));
  }
  const std::int64_t seen = load.rounds;
  require_within(10s, "more rounds", [&] { return load.rounds > seen + 10; });
  load.stop = true;
  EXPECT_TRUE(running.get());
  EXPECT_EQ(load.failures, 0);
  EXPECT_GT(redirections(client), 0U);
}

TEST_F(ClusterClientTest, FindsTheClusterThroughAnyNodeThatAnswers) {
  Settings elsewhere = settings();
  elsewhere.nodes = {{"127.0.0.1", 1}, {"127.0.0.1", cluster().node(4).port()}};
  RunningClusterClient client(elsewhere);
  EXPECT_EQ(client.set("found", "1").text, "OK");
}

TEST_F(ClusterClientTest, IsUnavailableWhereNobodyAnswersAndWhereNobodyLetsItIn) {
  Settings nowhere = settings();
  nowhere.nodes = {{"127.0.0.1", 1}, {"127.0.0.1", 2}};
  Settings wrong = settings();
  wrong.password = "wrong";
  for (const Settings& settings : {nowhere, wrong}) {
    RunningClusterClient client(settings);
    for (int i = 0; i < 3; ++i) {
      const Reply reply = client.get("a");
      EXPECT_TRUE(reply.is(Reply::Type::none));
      EXPECT_EQ(reply.failure, Errc::store_unavailable);
    }
    EXPECT_EQ(client.masters(), 0U);
  }
}

TEST_F(ClusterClientTest, ConnectsAnewWhenTold) {
  RunningClusterClient client(settings());
  EXPECT_EQ(client.set("again", "1").text, "OK");
  const std::uint64_t before = client.figures.connects;
  client.reconnect();
  EXPECT_EQ(client.get("again").text, "1");
  EXPECT_GT(client.figures.connects, before);
}

TEST_F(ClusterClientTest, AMasterThatHangsHoldsUpOnlyItsOwn) {
  RunningClusterClient client(settings());
  client.set("one", "1");
  const std::size_t owner = cluster().owner_of(slot_of("one"));
  std::string other = "two";
  while (cluster().owner_of(slot_of(other)) == owner) other += 'x';
  client.set(other, "2");
  // On a busy machine its replica may be promoted meanwhile.
  ASSERT_EQ(cluster().node(owner).cli().replicas_up_to_date(1), 1);
  cluster().node(owner).freeze();
  std::vector<Command> commands;
  commands.push_back(Command("one", {"GET", "one"}));
  commands.push_back(Command(other, {"GET", other}));
  const std::vector<Reply> replies = client.call(std::move(commands), Duration(200));
  cluster().node(owner).thaw();
  EXPECT_EQ(replies[0].failure, Errc::store_timeout);
  EXPECT_EQ(replies[1].text, "2");
  cluster().wait_until_well();
  require_within(
      10s, "the master to be of use again", [&] { return client.get("one").text == "1"; });
}

TEST_F(ClusterClientTest, FollowsAFailover) {
  RunningClusterClient client(settings());
  client.set("kept", "1");
  const std::size_t owner = cluster().owner_of(slot_of("kept"));
  std::string other = "elsewhere";
  while (cluster().owner_of(slot_of(other)) == owner) other += 'x';
  client.set(other, "2");
  const std::uint64_t server = client.get("kept").server;
  ASSERT_EQ(cluster().node(owner).cli().replicas_up_to_date(1), 1);
  cluster().node(owner).kill();
  const Reply lost = client.get("kept");
  EXPECT_EQ(lost.failure, Errc::store_unavailable);
  EXPECT_EQ(client.get(other).text, "2");

  cluster().fail_over(owner);
  Reply found;
  require_within(5s, "the promoted replica to be found", [&] {
    found = client.get("kept");
    return found.text == "1";
  });
  EXPECT_NE(found.server, server);
  EXPECT_NE(found.server, 0U);
  EXPECT_EQ(client.get(other).text, "2");
  EXPECT_EQ(client.masters(), 3U);
}

}  // namespace
}  // namespace hawkcache::redis
