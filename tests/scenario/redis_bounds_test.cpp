// However much lies in Redis: what one command, or one script, does there is bounded
// (docs/redis.md, docs/operations.md).
#include "scenario/support/redis_scenario.hpp"
#include "shared_store/fence_log.hpp"
#include "shared_store/redis_log.hpp"
#include "shared_store/redis_lookup.hpp"
#include "shared_store/redis_scripts.hpp"
#include "shared_store/tag_scripts.hpp"
#include "support/redis_monitor.hpp"

#include <algorithm>
#include <map>

namespace hawkcache::scenario {
namespace {

using shared_store::kMostFenceMembers;
using shared_store::kMostRead;
using shared_store::kMostUnlinked;
using shared_store::kReadLimit;
using testing_support::RedisCli;
using testing_support::RedisMonitor;
using testing_support::RedisServer;
using testing_support::SeenCommand;

// A step of SSCAN and SCAN, which may bring a few more than it was asked for.
constexpr std::size_t kStep = 100;
constexpr std::size_t kMostVariants = 64;

// How many arguments a command has at most. What is not here is not sent: no KEYS, no SUNION.
using Most = std::map<std::string, std::size_t>;

const Most& most_sent() {
  static const Most most{{"auth", 2},
                         {"dbsize", 0},
                         {"select", 1},
                         {"client", 9},
                         {"subscribe", 1},
                         {"ping", 1},
                         {"info", 1},
                         {"time", 0},
                         {"cluster", 1},
                         {"asking", 0},
                         {"get", 1},
                         {"mget", kMostRead + 1},
                         {"getrange", 3},
                         {"pttl", 1},
                         {"hgetall", 1},
                         {"scard", 1},
                         {"sscan", 4},
                         {"scan", 5},
                         {"srem", 1 + 2 * kStep},
                         {"zrem", 2},
                         {"del", 1},
                         {"eval", 9 + kMostFenceMembers},
                         {"evalsha", 9 + kMostFenceMembers}};
  return most;
}

const Most& most_in_scripts() {
  static const Most most{{"get", 1},
                         {"set", 4},
                         {"del", 1},
                         {"unlink", 3},
                         {"exists", 1},
                         {"type", 1},
                         {"getrange", 3},
                         {"strlen", 1},
                         {"pttl", 1},
                         {"pexpire", 2},
                         {"hlen", 1},
                         {"hgetall", 1},  // of an index, after hlen
                         {"hset", 3},
                         {"hdel", 1 + kMostFenceMembers},
                         {"hmset", 1 + 2 * kMostFenceMembers},
                         {"hmget", 1 + 1000},
                         {"sadd", 2},
                         {"scard", 1},
                         {"srem", 1 + 2 * kStep},
                         {"srandmember", 2},
                         {"time", 0},
                         {"zadd", 1 + 2 * kMostFenceMembers},
                         {"zrem", 1 + kMostFenceMembers},
                         {"zcard", 1},
                         {"zscore", 2},
                         {"zrange", 4},
                         {"zrevrange", 4},
                         {"zrangebyscore", 7}};
  return most;
}

// How many elements a command that says so asks for.
std::size_t asked_for(const SeenCommand& command) {
  static const std::map<std::string, std::size_t> places{{"scan", 4},
                                                         {"sscan", 3},
                                                         {"srandmember", 1},
                                                         {"zrange", 2},
                                                         {"zrevrange", 2},
                                                         {"zrangebyscore", 6}};
  const auto place = places.find(command.name);
  if (place == places.end()) return 0;
  return std::stoul(command.arguments.at(place->second));
}

// What was seen of all that ran, at the most.
struct Seen {
  std::size_t read = 0;      // by one MGET
  std::size_t asked = 0;     // of a set, or of all names
  std::size_t log = 0;       // of the log, by one reading
  std::size_t commands = 0;  // of one script
  std::size_t unlinked = 0;  // by one script
  std::size_t members = 0;   // of one purge
};

class RedisBounds : public OnDeployment {
 protected:
  void watch() {
    for (const RedisServer* server : redis.servers()) monitors_.emplace_back(*server);
  }
  // What the test itself has done.
  void forget_seen() {
    for (RedisMonitor& monitor : monitors_) monitor.take();
  }
  // All that was done since the last time is within its bounds.
  void expect_bounded(Seen& seen) {
    for (RedisMonitor& monitor : monitors_) {
      std::size_t commands = 0;
      std::size_t unlinked = 0;
      for (const SeenCommand& command : monitor.take()) {
        if (command.from_script()) {
          ++commands;
          if (command.name == "unlink") unlinked += command.arguments.size();
        } else {
          commands = 0;
          unlinked = 0;
        }
        expect_bounded(command);
        note(command, seen);
        seen.commands = std::max(seen.commands, commands);
        seen.unlinked = std::max(seen.unlinked, unlinked);
      }
    }
    EXPECT_LE(seen.commands, 3 * kMostUnlinked + 10);
    EXPECT_LE(seen.unlinked, kMostUnlinked);
  }

  // As if its last member had just died.
  void make_large_and_dead(const std::string& tag, std::size_t members) const {
    const std::string set = name("tag:" + tag);
    const std::string large_tags = name("{tags}:large");
    RedisCli::Words words{"SADD", set};
    for (std::size_t i = 0; i < members; ++i) words.push_back(name("dead-" + std::to_string(i)));
    cli_of(set).number(words);
    cli_of(set).number({"PEXPIRE", set, std::to_string(shared_store::kOutliving.count())});
    cli_of(large_tags).number({"ZADD", large_tags, "0", tag});
  }

  // Several at once, for there are many.
  static void fetch(const ProxyUnderTest& node, const std::string& stem, std::size_t count) {
    std::vector<Client> clients;
    for (int i = 0; i < 30; ++i) clients.push_back(node.client());
    for (std::size_t i = 0; i < count;) {
      const std::size_t first = i;
      for (std::size_t j = 0; j < clients.size() && i < count; ++j, ++i) {
        clients[j].send_request("GET", stem + std::to_string(i));
      }
      for (std::size_t j = 0; first + j < i; ++j) EXPECT_EQ(clients[j].read().status, 200);
    }
  }

  static constexpr const char* kRoutes =
      "- path: /many/{n}\n  tags: [many]\n  ttl: 1h\n"
      "- path: /short/{n}\n  tags: [short]\n  ttl: 1s\n"
      "- path: /variants\n  ttl: 60s\n  stale_while_revalidate: 1h\n"
      "- path: /{n}\n  coalesce: cluster\n";

 private:
  static void expect_bounded(const SeenCommand& command) {
    const Most& all = command.from_script() ? most_in_scripts() : most_sent();
    const auto most = all.find(command.name);
    ASSERT_NE(most, all.end()) << command.name << " is sent";
    EXPECT_LE(command.arguments.size(), most->second) << command.name;
    const bool of_the_log = command.name == "zrangebyscore";
    EXPECT_LE(asked_for(command), of_the_log ? kReadLimit + 1 : kMostFenceMembers) << command.name;
  }
  static void note(const SeenCommand& command, Seen& seen) {
    const auto raise = [](std::size_t& to, std::size_t value) { to = std::max(to, value); };
    if (command.name == "mget") raise(seen.read, command.arguments.size());
    if (command.name == "sscan" || command.name == "scan") raise(seen.asked, asked_for(command));
    if (command.name == "zrangebyscore") raise(seen.log, asked_for(command));
    if (command.name == "zadd") raise(seen.members, (command.arguments.size() - 1) / 2);
  }

  std::vector<RedisMonitor> monitors_;
};

std::string json_of_tags(std::size_t count, const std::string& rest = {}) {
  std::string tags;
  for (std::size_t i = 0; i < count; ++i) {
    tags += (i == 0 ? "\"t" : ", \"t") + std::to_string(i) + '"';
  }
  return "{\"tags\": [" + tags + "]" + rest + "}";
}

TEST_P(RedisBounds, HoldWhateverIsAsked) {
  constexpr std::size_t kMany = 3000;
  constexpr std::size_t kShort = 50;
  origin.on("/variants", [](OriginExchange& exchange) {
    exchange.respond(exchange.request().fields.value("x-lang"), {{"Vary", "X-Lang"}});
  });
  watch();
  Seen seen;
  // So small that many fit into one reply.
  const std::string memory = "max_object: 1MiB";
  a = make_node({.routes = kRoutes, .memory = memory, .threads = 1});
  b = make_node({.backend = Backend::tiered, .routes = kRoutes, .memory = memory, .threads = 1});
  clock.advance(1s);  // the nodes' clocks stand still, and what is fetched now is newer on both
  const auto swept = [&](std::size_t at_least) {
    return eventually(
        [&] { return a->metric("hawkcache_redis_swept_total") >= static_cast<double>(at_least); },
        60s);
  };
  Client on_a = a->client();
  Client on_b = b->client();

  fetch(*a, "/many/", kMany);
  for (std::size_t i = 0; i < 100; ++i) {
    EXPECT_EQ(on_b.get("/many/" + std::to_string(i)).x_cache(), "HIT");
    EXPECT_EQ(on_b.get("/leased-" + std::to_string(i)).x_cache(), "MISS");
    EXPECT_EQ(on_a.get("/leased-" + std::to_string(i)).x_cache(), "HIT");
  }
  expect_bounded(seen);
  EXPECT_EQ(a->purge(R"({"tags": ["many"]})").status, 200);
  EXPECT_TRUE(swept(kMany));
  expect_bounded(seen);

  // What ends by itself, and what is added to its tag's set afterwards.
  for (std::size_t i = 0; i < 2 * kShort; ++i) {
    if (i == kShort) {
      EXPECT_TRUE(eventually([this] { return names_of("tag:short").empty(); }));
      forget_seen();
    }
    on_a.get("/short/" + std::to_string(i));
  }
  for (std::size_t i = 0; i < kMostVariants; ++i) {
    on_a.get("/variants", {{"X-Lang", std::to_string(i)}});
  }
  EXPECT_EQ(on_b.get("/variants", {{"X-Lang", "another"}}).x_cache(), "MISS");
  EXPECT_EQ(a->purge(R"({"all": true})").status, 200);
  EXPECT_TRUE(swept(kMany + 100 + kMostVariants));
  expect_bounded(seen);

  // More than is purged, and read by who comes later, in one go.
  EXPECT_EQ(a->purge(json_of_tags(kReadLimit + 500)).status, 200);
  EXPECT_EQ(a->purge(json_of_tags(kReadLimit + 500, ", \"soft\": true")).status, 200);
  const auto c = make_node({.backend = Backend::tiered, .routes = kRoutes, .threads = 1});
  expect_bounded(seen);

  // A large set whose members have all died.
  constexpr std::size_t kDead = 3 * shared_store::kLargeSet;
  const auto members_swept = [&] {
    double all = 0;
    for (const ProxyUnderTest* node : {a.get(), b.get(), c.get()}) {
      all += node->metric("hawkcache_redis_swept_total");
    }
    return all;
  };
  const double before = members_swept();
  make_large_and_dead("ended", kDead);
  forget_seen();
  EXPECT_TRUE(eventually([&] { return members_swept() >= before + kDead; }, 60s));
  expect_bounded(seen);
  EXPECT_TRUE(names_of("tag:ended").empty());

  EXPECT_EQ(seen.read, kMostRead);
  EXPECT_EQ(seen.asked, kStep);
  EXPECT_EQ(seen.log, kReadLimit + 1);
  EXPECT_EQ(seen.members, kMostFenceMembers);
  if (!in_cluster()) {
    EXPECT_EQ(seen.unlinked, kMostUnlinked);
  }
}

INSTANTIATE_TEST_SUITE_P(On,
                         RedisBounds,
                         ::testing::Values(Deployment::one_server, Deployment::cluster),
                         name_of_deployment);

}  // namespace
}  // namespace hawkcache::scenario
