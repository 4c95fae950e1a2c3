// `coalesce: cluster`: a cold key that is asked for on several nodes at once is fetched once, and
// nobody waits for a node that has died or for what cannot be shared.
#include "scenario/support/redis_scenario.hpp"

namespace hawkcache::scenario {
namespace {

using SteadyClock = std::chrono::steady_clock;
using ::testing::HasSubstr;

class RedisLease : public RedisScenario, public ::testing::WithParamInterface<Setting> {
 protected:
  RedisLease() : RedisScenario(std::get<Deployment>(GetParam())) {}

  void serve(const std::string& coalesce = "  coalesce: cluster") {
    start({.backend = std::get<Backend>(GetParam()),
           .routes = "- path: /{rest:path}\n  ttl: 60s\n" + coalesce});
  }
  // The first is held before its head.
  void hold_first(const std::string& target,
                  const Fields& fields = {},
                  const std::string& gate = "held") {
    origin.on(target, [fields, gate](OriginExchange& exchange) {
      const std::size_t number = exchange.request().number;
      if (number == 1) exchange.hold(gate);
      exchange.respond("#" + std::to_string(number), fields);
    });
  }
  // A client of a whose fetch is held, and then one of b that waits for it.
  void ask_both(Client& on_a,
                Client& on_b,
                const std::string& target,
                const std::string& gate = "held") {
    on_a.send_request("GET", target);
    ASSERT_TRUE(origin.gate(gate).wait_for());
    on_b.send_request("GET", target);
    ASSERT_TRUE(
        eventually([this] { return b->metric("hawkcache_redis_leases_waited_total") > 0; }));
  }
};

TEST_P(RedisLease, AColdKeyIsFetchedByOneNodeForBoth) {
  serve();
  hold_first("/a");
  Client on_a = a->client();
  Client on_b = b->client();
  ask_both(on_a, on_b, "/a");
  EXPECT_EQ(origin.count("/a"), 1U);
  origin.gate("held").open();
  EXPECT_EQ(on_a.read().body, "#1");
  const Response shared = on_b.read();
  EXPECT_EQ(shared.body, "#1");
  EXPECT_EQ(shared.x_cache(), "MISS");
  EXPECT_THAT(shared.cache_status(), HasSubstr("collapsed"));
  EXPECT_EQ(x_cache(*b, "/a"), "HIT");
  EXPECT_EQ(origin.count("/a"), 1U);
}

TEST_P(RedisLease, HoweverCloseTheRequestsCome) {
  serve();
  std::vector<Client> clients;
  for (int i = 0; i < 3; ++i) {
    for (const auto* node : {&a, &b}) clients.push_back((*node)->client());
  }
  for (int i = 0; i < 30; ++i) {
    const std::string target = "/cold-" + std::to_string(i);
    for (Client& one : clients) one.send_request("GET", target);
    for (Client& one : clients) EXPECT_EQ(one.read().body, target + " #1");
    EXPECT_EQ(origin.count(target), 1U) << target;
  }
}

TEST_P(RedisLease, EachNodeFetchesForItselfUnlessAskedOtherwise) {
  serve("");
  hold_first("/a");
  Client on_a = a->client();
  on_a.send_request("GET", "/a");
  ASSERT_TRUE(origin.gate("held").wait_for());
  EXPECT_EQ(get(*b, "/a").body, "#2");
  origin.gate("held").open();
  EXPECT_EQ(on_a.read().body, "#1");
}

TEST_P(RedisLease, AStaleEntryIsValidatedByOneNodeForBoth) {
  serve();
  origin.on("/a", [](OriginExchange& exchange) {
    if (exchange.request().fields.has("if-none-match")) {
      exchange.hold("held");
      exchange.send("HTTP/1.1 304 Not Modified\r\nETag: \"v1\"\r\n\r\n");
    } else {
      exchange.respond("#1", {{"ETag", "\"v1\""}});
    }
  });
  for (const auto* node : {&a, &b}) EXPECT_EQ(get(**node, "/a").body, "#1");
  clock.advance(61s);
  Client on_a = a->client();
  Client on_b = b->client();
  ask_both(on_a, on_b, "/a");
  origin.gate("held").open();
  EXPECT_EQ(on_a.read().body, "#1");
  EXPECT_EQ(on_b.read().body, "#1");
  EXPECT_EQ(origin.count("/a"), 2U);
}

// Within a second, which a busy machine may spoil now and then.
TEST_P(RedisLease, AnotherNodeTakesOverFromOneThatDied) {
  std::vector<std::int64_t> waits;
  while (waits.size() < 8 && (waits.empty() || waits.back() > 1000)) {
    serve();
    const std::string target = "/" + std::to_string(waits.size());
    hold_first(target, {}, target);
    Client on_a = a->client();
    Client on_b = b->client();
    ask_both(on_a, on_b, target, target);
    EXPECT_EQ(origin.count(target), 1U);
    const auto dies = SteadyClock::now();
    a.reset();
    ASSERT_TRUE(origin.wait_for_requests(target, 2));
    const auto took = SteadyClock::now() - dies;
    waits.push_back(std::chrono::duration_cast<std::chrono::milliseconds>(took).count());
    EXPECT_EQ(on_b.read().body, "#2");
    EXPECT_EQ(x_cache(*b, target), "HIT");
  }
  EXPECT_LE(waits.back(), 1000) << ::testing::PrintToString(waits);
}

TEST_P(RedisLease, AnotherNodeTakesOverWhenTheFetchFails) {
  serve();
  origin.on("/a", [](OriginExchange& exchange) {
    if (exchange.request().number == 1) {
      exchange.hold("held");
      exchange.reset();
    } else {
      exchange.respond("good");
    }
  });
  Client on_a = a->client();
  Client on_b = b->client();
  ask_both(on_a, on_b, "/a");
  origin.gate("held").open();
  const Response first = on_a.read();
  EXPECT_TRUE(first.status == 502 || first.body == "good") << first;
  EXPECT_EQ(on_b.read().body, "good");
}

TEST_P(RedisLease, NobodyWaitsForTheEndOfWhatIsNotStored) {
  serve();
  origin.on("/a", [](OriginExchange& exchange) {
    if (exchange.request().number > 1) {
      exchange.respond("good");
      return;
    }
    exchange.hold("held");
    exchange.send("HTTP/1.1 500 Internal Server Error\r\nContent-Length: 4\r\n\r\nab");
    exchange.hold("rest");
    exchange.send("cd");
  });
  Client on_a = a->client();
  Client on_b = b->client();
  ask_both(on_a, on_b, "/a");
  origin.gate("held").open();
  EXPECT_EQ(on_b.read().body, "good");
  origin.gate("rest").open();
  const Response own = on_a.read();
  EXPECT_EQ(own.status, 500);
  EXPECT_EQ(own.body, "abcd");
}

TEST_P(RedisLease, ALongFetchKeepsItsLease) {
  serve();
  hold_first("/a");
  Client on_a = a->client();
  Client on_b = b->client();
  ask_both(on_a, on_b, "/a");
  // Longer than a lease lasts that nobody renews.
  const auto asked = SteadyClock::now();
  EXPECT_TRUE(eventually([&] { return SteadyClock::now() - asked > 1200ms; }));
  EXPECT_EQ(origin.count("/a"), 1U);
  origin.gate("held").open();
  EXPECT_EQ(on_b.read().body, "#1");
  EXPECT_EQ(on_a.read().body, "#1");
}

TEST_P(RedisLease, WhatCannotBeSharedIsFetchedByBothAtOnce) {
  serve();
  hold_first("/a", {{"Cache-Control", "no-store"}});
  Client on_a = a->client();
  std::vector<Client> on_b;
  for (int i = 0; i < 3; ++i) on_b.push_back(b->client());
  ask_both(on_a, on_b[0], "/a");
  for (std::size_t i = 1; i < on_b.size(); ++i) on_b[i].send_request("GET", "/a");
  // From the second on they go no further until all of them have come.
  origin.on("/a", [](OriginExchange& exchange) {
    exchange.hold("others");
    exchange.respond("own", {{"Cache-Control", "no-store"}});
  });
  origin.gate("held").open();
  EXPECT_EQ(on_a.read().body, "#1");
  // One finds out what the answer is like; nobody waits for it after that.
  ASSERT_TRUE(origin.gate("others").wait_for(1));
  origin.gate("others").admit_one();
  ASSERT_TRUE(origin.gate("others").wait_for(3));
  origin.gate("others").open();
  for (Client& one : on_b) EXPECT_EQ(one.read().body, "own");
  // Known on both by now.
  on_a.send_request("GET", "/a");
  on_b[0].send_request("GET", "/a");
  EXPECT_EQ(on_a.read().body, "own");
  EXPECT_EQ(on_b[0].read().body, "own");
  EXPECT_TRUE(names_of("lease:").empty() || names_of("r:").empty());
}

// Neither on the node that fetches nor on the other.
TEST_P(RedisLease, NobodyWhoAsksAfterAPurgeWaitsForAFetchFromBeforeIt) {
  serve();
  content.set("old");
  origin.on("/a", [this](OriginExchange& exchange) {
    const std::string body = content.get();
    if (exchange.request().number == 1) exchange.hold("held");
    exchange.respond(body);
  });
  Client before = a->client();
  before.send_request("GET", "/a");
  ASSERT_TRUE(origin.gate("held").wait_for());
  content.set("new");
  ASSERT_EQ(b->purge(R"({"urls": ["/a"]})").status, 200);
  for (const auto* node : {&b, &a}) expect_only(**node, "/a", "new");
  origin.gate("held").open();
  EXPECT_EQ(before.read().status, 200);
  for (const auto* node : {&a, &b}) expect_only(**node, "/a", "new");
}

INSTANTIATE_TEST_SUITE_P(Settings, RedisLease, every_setting(), name_of_setting);

}  // namespace
}  // namespace hawkcache::scenario
