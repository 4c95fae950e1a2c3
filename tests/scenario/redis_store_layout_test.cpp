// What lies in Redis for how long, and what a hit costs there (docs/redis.md).
#include "scenario/support/redis_scenario.hpp"

namespace hawkcache::scenario {
namespace {

using ::testing::SizeIs;
using ::testing::UnorderedElementsAreArray;

class RedisLayout : public RedisScenario {
 protected:
  void serve(const std::string& routes) { start({.routes = routes}); }

  // The time to live of `name` in Redis is that, and not many seconds less.
  void expect_ttl(const std::string& of, std::chrono::milliseconds ttl) const {
    const long long left = cli().number({"PTTL", of});
    EXPECT_LE(left, ttl.count()) << of;
    EXPECT_GT(left, (ttl - 30s).count()) << of;
  }
  // P r:{H}:V -> P i:{H}
  std::string index_of(const std::string& response) const {
    const std::size_t at = prefix.size() + 1;
    return prefix + "i" + response.substr(at, response.find('}') + 1 - at);
  }
};

TEST_F(RedisLayout, AnEntryLivesThroughItsFreshnessAndItsLongestStaleWindow) {
  serve(
      "- path: /fresh\n  tags: [\"/fresh\"]\n  ttl: 10m\n"
      "- path: /revalidated\n  tags: [\"/revalidated\"]\n  ttl: 10m\n"
      "  stale_while_revalidate: 2h\n  stale_if_error: 1h\n"
      "- path: /kept\n  tags: [\"/kept\"]\n  ttl: 10m\n"
      "  stale_while_revalidate: 1h\n  stale_if_error: 3h\n");
  const std::pair<std::string, std::chrono::milliseconds> cases[] = {
      {"/fresh", 10min}, {"/revalidated", 10min + 2h}, {"/kept", 10min + 3h}};
  for (const auto& [target, ttl] : cases) {
    get(*a, target);
    const auto members = cli().list({"SMEMBERS", name("tag:" + target)});
    ASSERT_THAT(members, SizeIs(1)) << target;
    const std::string& response = members.front();
    expect_ttl(response, ttl);
    expect_ttl(index_of(response), ttl);
    expect_ttl(name("tag:" + target), ttl);
  }
}

TEST_F(RedisLayout, ResponsesAreStringsIndexesHashesAndTagsSets) {
  serve("- path: /{name}\n  tags: [all, \"name:{name}\"]");
  get(*a, "/x");
  get(*a, "/y");
  const std::vector<std::string> responses = names_of("r:");
  ASSERT_THAT(responses, SizeIs(2));
  for (const std::string& one : responses) EXPECT_EQ(cli().text({"TYPE", one}), "string");
  for (const std::string& one : names_of("i:")) EXPECT_EQ(cli().text({"TYPE", one}), "hash");
  for (const std::string& one : names_of("tag:")) EXPECT_EQ(cli().text({"TYPE", one}), "set");
  EXPECT_THAT(names_of("tag:"),
              UnorderedElementsAreArray({name("tag:all"), name("tag:name:x"), name("tag:name:y")}));
  EXPECT_THAT(cli().list({"SMEMBERS", name("tag:all")}), UnorderedElementsAreArray(responses));
  EXPECT_THAT(cli().list({"SMEMBERS", name("tag:name:x")}), SizeIs(1));
}

TEST_F(RedisLayout, ASetLivesAsLongAsItsLongestLivedMember) {
  serve(
      "- path: /short/{n}\n  tags: [t]\n  ttl: 2m\n"
      "- path: /long/{n}\n  tags: [t]\n  ttl: 1h\n");
  get(*a, "/short/1");
  expect_ttl(name("tag:t"), 2min);
  get(*a, "/long/1");
  expect_ttl(name("tag:t"), 1h);
  get(*a, "/short/2");
  expect_ttl(name("tag:t"), 1h);
}

TEST_F(RedisLayout, TheDeadDoNotPileUpInASet) {
  serve(
      "- path: /short/{n}\n  tags: [t]\n  ttl: 1s\n"
      "- path: /long/{n}\n  tags: [t]\n  ttl: 1h\n");
  Client one = a->client();
  EXPECT_EQ(one.get("/long/first").status, 200);
  constexpr int kEntries = 200;
  for (int i = 0; i < kEntries; ++i) one.get("/short/" + std::to_string(i));
  ASSERT_TRUE(eventually([this] { return names_of("r:").size() == 1; }));
  for (int i = 0; i < kEntries; ++i) one.get("/long/" + std::to_string(i));
  const std::vector<std::string> alive = names_of("r:");
  EXPECT_THAT(alive, SizeIs(kEntries + 1));
  EXPECT_LT(cli().number({"SCARD", name("tag:t")}), kEntries + 1 + 40);
  const std::vector<std::string> members = cli().list({"SMEMBERS", name("tag:t")});
  EXPECT_THAT(members, ::testing::IsSupersetOf(alive));
}

TEST_F(RedisLayout, APurgeByTagGivesBackWhatItTookAndItsNames) {
  serve("- path: /{n:int}\n  tags: [t, \"n:{n}\"]\n");
  for (int i = 0; i < 20; ++i) get(*a, "/" + std::to_string(i));
  EXPECT_EQ(b->purge(R"({"tags": ["t"]})").status, 200);
  EXPECT_TRUE(eventually([this] {
    return names_of("r:").empty() && cli().number({"SCARD", name("tag:t")}) == 0;
  }));
}

TEST_F(RedisLayout, AHitIsOneRoundTripOfTwoCommands) {
  // What selects among a key's variants is remembered by each thread for itself.
  start({.routes = "- path: /a\n- path: /b", .threads = 1});
  origin.on("/b", [](OriginExchange& exchange) {
    exchange.respond(exchange.request().fields.value("x-lang"), {{"Vary", "X-Lang"}});
  });
  get(*a, "/a");
  const Fields german{{"X-Lang", "de"}};
  get(*a, "/b", german);
  get(*b, "/b", german);  // from here on its Vary is known on both
  const CommandCounts before = command_counts();
  for (int i = 0; i < 10; ++i) {
    for (const auto* node : {&a, &b}) {
      EXPECT_EQ(get(**node, "/a").x_cache(), "HIT");
      EXPECT_EQ(get(**node, "/b", german).x_cache(), "HIT");
    }
  }
  EXPECT_EQ(commands_since(before), (CommandCounts{{"hgetall", 40}, {"mget", 40}}));
}

TEST_F(RedisLayout, TheAppsOwnInvalidationReachesEveryNode) {
  serve("- path: /{name}\n  tags: [\"{name}\"]\n");
  for (const char* target : {"/x", "/y", "/z"}) get(*a, target);
  EXPECT_EQ(invalidate_tags({"x", "y", "none"}), 4);
  EXPECT_EQ(x_cache(*b, "/z"), "HIT");
  EXPECT_EQ(x_cache(*b, "/x"), "MISS");
  EXPECT_EQ(x_cache(*a, "/x"), "HIT");
  EXPECT_EQ(x_cache(*a, "/y"), "MISS");
}

}  // namespace
}  // namespace hawkcache::scenario
