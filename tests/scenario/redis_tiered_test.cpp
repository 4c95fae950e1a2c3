// Memory in front of Redis: a hit in memory asks nobody, and memory obeys what happens elsewhere
// within a second, or is not used.
#include "scenario/support/redis_scenario.hpp"

#include <sstream>

namespace hawkcache::scenario {
namespace {

using SteadyClock = std::chrono::steady_clock;
using ::testing::IsEmpty;

class RedisTiered : public RedisScenario {
 protected:
  RedisTiered() : RedisScenario(Deployment::one_server, Redis::own) {}

  void serve(const std::string& routes, const std::string& timeout = "2s") {
    start({.backend = Backend::tiered, .routes = routes, .timeout = timeout});
    content.set("old");
    for (const char* target : {"/a", "/b"}) {
      origin.on(target, [this](OriginExchange& exchange) { exchange.respond(content.get()); });
    }
  }
  void store_everywhere(const std::string& target) {
    for (const auto* node : {&a, &b}) {
      EXPECT_EQ(get(**node, target).body, "old");
      EXPECT_EQ(x_cache(**node, target), "HIT");
    }
  }
  // Ids in CLIENT LIST of the connections that have this flag.
  std::vector<std::string> clients_with_flag(char flag) const {
    std::vector<std::string> ids;
    std::istringstream lines(cli().text({"CLIENT", "LIST"}));
    for (std::string line; std::getline(lines, line);) {
      const std::size_t at = line.find(" flags=") + 7;
      if (line.substr(at, line.find(' ', at) - at).find(flag) != std::string::npos) {
        ids.push_back(line.substr(3, line.find(' ') - 3));
      }
    }
    return ids;
  }
};

TEST_F(RedisTiered, AHitInMemoryDoesNotTouchRedis) {
  serve("- path: /a");
  EXPECT_EQ(x_cache(*a, "/a"), "MISS");
  EXPECT_EQ(x_cache(*b, "/a"), "HIT");
  const CommandCounts before = command_counts();
  for (int i = 0; i < 20; ++i) {
    for (const auto* node : {&a, &b}) EXPECT_EQ(x_cache(**node, "/a"), "HIT");
  }
  EXPECT_THAT(commands_since(before), IsEmpty());
}

TEST_F(RedisTiered, AHitInMemoryNeedsNoRedisForAMoment) {
  serve("- path: /a");
  get(*a, "/a");
  // A confirmation is good for 900 ms and renewed every 200 ms. A machine that is busy with other
  // things may take longer over this.
  EXPECT_TRUE(eventually([this] {
    EXPECT_TRUE(eventually([this] { return uses_redis(*a); }));
    get(*a, "/a");
    if (!is_hit_in_memory(*a, "/a")) return false;
    const auto frozen = SteadyClock::now();
    redis.server().freeze();
    const std::string cache = x_cache(*a, "/a");
    const bool in_time = SteadyClock::now() - frozen < 500ms;
    redis.server().thaw();
    return in_time && cache == "HIT";
  }));
}

TEST_F(RedisTiered, TheAppsOwnInvalidationReachesMemoryOnBothNodes) {
  serve("- path: /{name}\n  tags: [\"{name}\", all]");
  store_everywhere("/a");
  store_everywhere("/b");
  content.set("new");
  EXPECT_EQ(invalidate_tags({"a", "none"}), 2);
  const auto deleted = SteadyClock::now();
  expect_only(*a, "/a", "new", kLongestLag, deleted);
  expect_only(*b, "/a", "new", kLongestLag, deleted);
  for (const auto* node : {&a, &b}) expect_only(**node, "/b", "old");
}

TEST_F(RedisTiered, ADeletionByHandReachesMemory) {
  serve("- path: /a");
  store_everywhere("/a");
  content.set("new");
  EXPECT_EQ(cli().number({"DEL", names_of("r:").front()}), 1);
  const auto deleted = SteadyClock::now();
  for (const auto* node : {&b, &a}) expect_only(**node, "/a", "new", kLongestLag, deleted);
}

TEST_F(RedisTiered, TheReportOfItsOwnWriteDropsNothing) {
  serve("- path: /{name}");
  get(*a, "/a");
  EXPECT_TRUE(
      eventually([this] { return a->metric("hawkcache_redis_invalidations_received_total") > 0; }));
  // The report of something that b wrote later has arrived: so the first has been dealt with.
  const double received = a->metric("hawkcache_redis_invalidations_received_total");
  get(*b, "/later");
  EXPECT_TRUE(eventually(
      [&] { return a->metric("hawkcache_redis_invalidations_received_total") > received; }));
  const CommandCounts before = command_counts();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(x_cache(*a, "/a"), "HIT");
  EXPECT_THAT(commands_since(before), IsEmpty());
}

TEST_F(RedisTiered, WhatAnotherNodeHasStoredAnewIsSeen) {
  serve("- path: /a\n  ttl: 60s");
  store_everywhere("/a");
  clock.advance(61s);
  content.set("new");
  EXPECT_EQ(get(*a, "/a").body, "new");
  EXPECT_EQ(get(*b, "/a").body, "new");
  EXPECT_EQ(origin.count("/a"), 2U);
}

TEST_F(RedisTiered, WhatRedisHoldsAloneIsFoundByWhoHasLostItFromMemory) {
  serve("- path: /a");
  EXPECT_EQ(x_cache(*a, "/a"), "MISS");
  EXPECT_EQ(x_cache(*b, "/a"), "HIT");
  EXPECT_EQ(origin.count("/a"), 1U);
}

TEST_F(RedisTiered, MemoryFromBeforeIsNotServedWhileRedisHangs) {
  serve("- path: /a", "200ms");
  store_everywhere("/a");
  content.set("new");
  redis.server().freeze();
  const auto frozen = SteadyClock::now();
  for (const auto* node : {&a, &b}) expect_only(**node, "/a", "new", kLongestLag, frozen);
  // What was fetched meanwhile is, without asking the origin again.
  EXPECT_TRUE(eventually([this] { return x_cache(*a, "/a") == "HIT"; }));
  const std::size_t fetched = origin.count("/a");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(get(*a, "/a").body, "new");
  EXPECT_EQ(origin.count("/a"), fetched);
}

TEST_F(RedisTiered, RedisIsInUseAgainWithinTwoSeconds) {
  serve("- path: /a", "200ms");
  store_everywhere("/a");
  redis.server().freeze();
  for (const auto* node : {&a, &b}) EXPECT_TRUE(eventually([&] { return !uses_redis(**node); }));
  content.set("meanwhile");
  EXPECT_TRUE(eventually([this] {
    const Response response = get(*a, "/a");
    return response.body == "meanwhile" && response.x_cache() == "HIT";
  }));
  redis.server().thaw();
  const auto thawed = SteadyClock::now();
  EXPECT_TRUE(eventually([this] { return uses_redis(*a) && uses_redis(*b); }));
  EXPECT_LE(SteadyClock::now() - thawed, 2s);
  // Nobody could have deleted what was fetched meanwhile: it lies in no set in Redis.
  content.set("new");
  EXPECT_NE(get(*a, "/a").body, "meanwhile");
  EXPECT_TRUE(eventually([this] { return is_hit_in_memory(*a, "/a"); }));
}

TEST_F(RedisTiered, WhatIsDeletedJustAfterAConnectionOfThePushWasCutIsNotServed) {
  serve("- path: /a");
  for (const char flag : {'P', 't'}) {
    SCOPED_TRACE(flag);
    content.set("old");
    ASSERT_EQ(a->purge(R"({"all": true})").status, 200);
    EXPECT_TRUE(eventually([this] {
      return get(*a, "/a").body == "old" && get(*b, "/a").body == "old" &&
             is_hit_in_memory(*a, "/a") && is_hit_in_memory(*b, "/a");
    }));
    const std::vector<std::string> ids = clients_with_flag(flag);
    EXPECT_EQ(ids.size(), 2U);
    content.set("new");
    for (const std::string& id : ids) cli().number({"CLIENT", "KILL", "ID", id});
    cli().number({"DEL", names_of("r:").front()});
    const auto deleted = SteadyClock::now();
    for (const auto* node : {&a, &b}) expect_only(**node, "/a", "new", kLongestLag, deleted);
    for (const auto* node : {&a, &b}) {
      EXPECT_TRUE(eventually([&] { return is_hit_in_memory(**node, "/a"); }));
      EXPECT_GT((*node)->metric("hawkcache_redis_push_losses_total"), 0);
    }
  }
}

TEST_F(RedisTiered, ThePushIsThereAgainAfterItsConnectionsWereCut) {
  serve("- path: /a");
  for (const char flag : {'P', 't'}) {
    for (const std::string& id : clients_with_flag(flag)) {
      cli().number({"CLIENT", "KILL", "ID", id});
    }
  }
  EXPECT_TRUE(eventually([this] {
    return clients_with_flag('P').size() == 2 && clients_with_flag('t').size() == 2 &&
           uses_redis(*a) && uses_redis(*b);
  }));
  store_everywhere("/a");
  content.set("new");
  cli().number({"DEL", names_of("r:").front()});
  const auto deleted = SteadyClock::now();
  for (const auto* node : {&a, &b}) expect_only(**node, "/a", "new", kLongestLag, deleted);
}

}  // namespace
}  // namespace hawkcache::scenario
