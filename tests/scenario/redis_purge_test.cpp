// Purges on two nodes that share a Redis: what they take, what they leave, and those that come out
// of the traffic.
#include "scenario/support/redis_scenario.hpp"

namespace hawkcache::scenario {
namespace {

class RedisPurge : public RedisScenario, public ::testing::WithParamInterface<Backend> {
 protected:
  void serve(const std::string& routes) {
    start({.backend = GetParam(), .routes = routes});
    content.set("old");
  }
  void answer_with_content(const std::string& target) {
    origin.on(target, [this](OriginExchange& exchange) {
      if (exchange.request().method != "GET") {
        content.set("new");
        exchange.respond("done", answer_to_writes);
        return;
      }
      const std::string body = content.get();
      if (exchange.request().number == held_request) exchange.hold("held");
      exchange.respond(body);
    });
  }
  std::chrono::milliseconds lag() const {
    return GetParam() == Backend::tiered ? kLongestLag : std::chrono::milliseconds(0);
  }
  // Of the node that did not take the purge.
  void expect_there(const std::string& target, const std::string& body) {
    expect_only(*b, target, body, lag(), answered);
  }

  std::size_t held_request = 0;
  Fields answer_to_writes;
  std::chrono::steady_clock::time_point answered;
};

constexpr const char* kItems =
    "- path: /items/{id:int}\n  tags: [\"item:{id}\"]\n"
    "- path: /items/{id:int}\n  methods: [PUT, POST]\n  invalidates: [\"item:{id}\"]\n"
    "- path: /lists/{id:int}\n  tags: [\"item:{id}\"]\n";

TEST_P(RedisPurge, TakesWhatItNamesAndLeavesTheRest) {
  serve("- path: /{rest:path}\n  tags: [\"{rest}\"]");
  origin.otherwise([this](OriginExchange& exchange) { exchange.respond(content.get()); });
  for (const char* target : {"/tagged", "/url", "/prefix/1", "/kept", "/url?x=1"}) {
    for (const auto* node : {&a, &b}) EXPECT_EQ(get(**node, target).body, "old");
  }
  content.set("new");
  ASSERT_EQ(a->purge(R"({"tags": ["tagged"], "urls": ["/url"], "prefixes": ["/prefix/"]})").status,
            200);
  answered = std::chrono::steady_clock::now();
  for (const char* target : {"/tagged", "/url", "/prefix/1"}) {
    expect_only(*a, target, "new");
    expect_there(target, "new");
  }
  for (const auto* node : {&a, &b}) {
    EXPECT_EQ(x_cache(**node, "/kept"), "HIT");
    EXPECT_EQ(x_cache(**node, "/url?x=1"), "HIT");
  }
}

// An upper bound, of what is known without a walk.
TEST_P(RedisPurge, TellsHowManyItTakes) {
  serve("- path: /{name}\n  tags: [\"{name}\"]");
  const auto store = [this] {
    for (const char* target : {"/t1", "/t70"}) {
      EXPECT_EQ(x_cache(*a, target), "MISS");
      EXPECT_EQ(x_cache(*a, target), "HIT");
    }
  };
  store();
  std::string tags = R"("t1", "t1")";
  for (int i = 2; i <= 700; ++i) tags += R"(, "t)" + std::to_string(i) + '"';
  const PurgeAnswer by_tags = a->purge(R"({"tags": [)" + tags + "]}");
  EXPECT_EQ(by_tags.purged, 2U) << by_tags.body;
  EXPECT_TRUE(by_tags.estimate);
  store();
  const PurgeAnswer by_url = a->purge(R"({"urls": ["/t1"]})");
  EXPECT_GE(by_url.purged, GetParam() == Backend::tiered ? 1U : 0U) << by_url.body;
  EXPECT_TRUE(by_url.estimate);
  const PurgeAnswer all = a->purge(R"({"all": true})");
  EXPECT_GE(all.purged, 2U) << all.body;
  EXPECT_TRUE(all.estimate);
}

TEST_P(RedisPurge, WhatIsStoredAfterAPurgeStaysOnBothNodes) {
  serve("- path: /a\n  tags: [t]");
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(x_cache(*a, "/a"), "MISS");
    EXPECT_EQ(x_cache(*a, "/a"), "HIT");
    EXPECT_EQ(a->purge(R"({"tags": ["t"]})").status, 200);
  }
  get(*a, "/a");
  EXPECT_EQ(x_cache(*b, "/a"), "HIT");
  EXPECT_EQ(x_cache(*a, "/a"), "HIT");
}

TEST_P(RedisPurge, OfMoreThanOneScriptTakes) {
  serve("- path: /{name}\n  tags: [\"{name}\"]");
  origin.otherwise([this](OriginExchange& exchange) { exchange.respond(content.get()); });
  for (const char* target : {"/t1", "/t2500"}) EXPECT_EQ(get(*b, target).body, "old");
  content.set("new");
  std::string tags = R"("t1")";
  for (int i = 2; i <= 2500; ++i) tags += R"(, "t)" + std::to_string(i) + '"';
  ASSERT_EQ(a->purge(R"({"tags": [)" + tags + "]}").status, 200);
  answered = std::chrono::steady_clock::now();
  for (const char* target : {"/t1", "/t2500"}) {
    expect_only(*a, target, "new");
    expect_there(target, "new");
  }
}

TEST_P(RedisPurge, ARulesInvalidationHoldsOnTheOtherNode) {
  serve(kItems);
  for (const char* target : {"/items/1", "/lists/1"}) answer_with_content(target);
  for (const char* target : {"/items/1", "/lists/1"}) {
    get(*a, target);
    EXPECT_EQ(get(*b, target).body, "old");
  }
  EXPECT_EQ(a->client().request("POST", "/items/1", {}, "x").status, 200);
  answered = std::chrono::steady_clock::now();
  for (const char* target : {"/items/1", "/lists/1"}) {
    expect_only(*a, target, "new");
    expect_there(target, "new");
  }
}

TEST_P(RedisPurge, AWriteOnOneNodeOvertakesTheReadsOnTheOther) {
  serve(kItems);
  held_request = 1;
  for (const char* target : {"/items/1", "/lists/1"}) answer_with_content(target);
  Client item = b->client();
  Client list = b->client();
  item.send_request("GET", "/items/1");
  list.send_request("GET", "/lists/1");
  ASSERT_TRUE(origin.gate("held").wait_for(2));
  EXPECT_EQ(a->client().request("PUT", "/items/1", {}, "x").status, 200);
  answered = std::chrono::steady_clock::now();
  for (const char* target : {"/items/1", "/lists/1"}) {
    expect_there(target, "new");
    expect_only(*a, target, "new");
  }
  origin.gate("held").open();
  EXPECT_EQ(item.read().status, 200);
  EXPECT_EQ(list.read().status, 200);
  for (const char* target : {"/items/1", "/lists/1"}) {
    expect_only(*a, target, "new");
    expect_only(*b, target, "new");
  }
}

TEST_P(RedisPurge, WhatTheOriginsAnswerToAWriteNamesHoldsOnTheOtherNode) {
  serve("- path: /{name}\n  tags: [\"{name}\"]");
  for (const char* target : {"/written", "/named"}) {
    answer_with_content(target);
    get(*a, target);
    EXPECT_EQ(get(*b, target).body, "old");
  }
  answer_to_writes = {{"Cache-Invalidate-Tags", "named"}};
  EXPECT_EQ(a->client().request("POST", "/written", {}, "x").status, 200);
  answered = std::chrono::steady_clock::now();
  for (const char* target : {"/written", "/named"}) {
    expect_only(*a, target, "new");
    expect_there(target, "new");
  }
}

TEST_P(RedisPurge, APurgedEntryDoesNotComeBackWhenTheOriginFails) {
  serve("- path: /a\n  tags: [t]\n  stale_if_error: 1h");
  get(*a, "/a");
  EXPECT_EQ(x_cache(*b, "/a"), "HIT");
  ASSERT_EQ(a->purge(R"({"tags": ["t"]})").status, 200);
  origin.answer("/a", ok("broken", {}, "500 Internal Server Error"));
  answered = std::chrono::steady_clock::now();
  EXPECT_EQ(get(*a, "/a").status, 500);
  EXPECT_TRUE(eventually([this] { return get(*b, "/a").status == 500; }, lag() + 1ms));
  for (const auto* node : {&a, &b}) EXPECT_EQ(get(**node, "/a").status, 500);
}

INSTANTIATE_TEST_SUITE_P(Backends, RedisPurge, ::testing::ValuesIn(kBackends), name_of_backend);

}  // namespace
}  // namespace hawkcache::scenario
