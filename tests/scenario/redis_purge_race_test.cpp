// The guarantee on two nodes that share a Redis: a request to either that starts after a purge was
// answered never gets what was fetched before the purge was asked for. Every stage of a fetch on
// one node is held at the origin while a purge of every kind is answered by the same node or the
// other.
#include "scenario/support/purge_kind.hpp"
#include "scenario/support/redis_scenario.hpp"

#include <tuple>

namespace hawkcache::scenario {
namespace {

enum class PurgedOn : std::uint8_t { the_node_that_fetches, the_other_node };

using RaceCase = std::tuple<Backend, Deployment, PurgedOn, PurgeKind>;

std::string name_of_race(const ::testing::TestParamInfo<RaceCase>& one) {
  const auto& [backend, deployment, purged_on, kind] = one.param;
  const bool same = purged_on == PurgedOn::the_node_that_fetches;
  return name_of(backend) + "_on_" + name_of(deployment) + (same ? "_here_" : "_elsewhere_") +
         kind.name;
}

class RedisPurgeRace : public RedisScenario, public ::testing::WithParamInterface<RaceCase> {
 protected:
  RedisPurgeRace() : RedisScenario(std::get<Deployment>(GetParam())) {}

  static constexpr const char* kTarget = "/items/1";

  // a is the node that fetches.
  void serve(const std::string& rule = "") {
    start(
        {.backend = std::get<Backend>(GetParam()),
         .routes = "- path: /items/{id:int}\n  tags: [item, \"item:{id}\"]\n  ttl: 60s\n" + rule});
    content.set("old");
  }
  static Fields tagged() { return {{"Surrogate-Key", "from-origin other"}, {"ETag", "\"same\""}}; }
  // The request of that number is held before its head, with what the content was when it came.
  void hold(std::size_t number) {
    origin.on(kTarget, [this, number](OriginExchange& exchange) {
      const std::string body = content.get();
      if (exchange.request().number == number) exchange.hold("held");
      exchange.respond(body, tagged());
    });
  }
  bool purges_elsewhere() const {
    return std::get<PurgedOn>(GetParam()) == PurgedOn::the_other_node;
  }

  // The database changes, then the purge is answered.
  void change_and_purge() {
    content.set("new");
    const ProxyUnderTest& node = purges_elsewhere() ? *b : *a;
    ASSERT_EQ(node.purge(std::get<PurgeKind>(GetParam()).json).status, 200);
    purged_ = std::chrono::steady_clock::now();
  }
  // Whoever asks from now on gets the new content only, however often, on either node. What lay in
  // the other node's memory may lag.
  void expect_new() {
    expect_only(purges_elsewhere() ? *b : *a, kTarget, "new");
    const bool in_memory = std::get<Backend>(GetParam()) == Backend::tiered;
    expect_only(purges_elsewhere() ? *a : *b,
                kTarget,
                "new",
                in_memory ? kLongestLag : std::chrono::milliseconds(0),
                purged_);
  }
  void expect_old_or_new(Client& one) {
    const Response response = one.read();
    EXPECT_EQ(response.status, 200) << response;
    EXPECT_TRUE(response.body == "old" || response.body == "new") << response;
  }

 private:
  std::chrono::steady_clock::time_point purged_;
};

TEST_P(RedisPurgeRace, WhatIsStored) {
  serve();
  hold(0);
  for (const auto* node : {&a, &b}) EXPECT_EQ(get(**node, kTarget).body, "old");
  change_and_purge();
  expect_new();
  for (const auto* node : {&a, &b}) EXPECT_EQ(x_cache(**node, kTarget), "HIT");
}

TEST_P(RedisPurgeRace, AFetchThatWaitsForItsHead) {
  serve();
  hold(1);
  Client before = a->client();
  before.send_request("GET", kTarget);
  ASSERT_TRUE(origin.gate("held").wait_for());
  change_and_purge();
  // Nobody joins what is held: these are answered.
  expect_new();
  origin.gate("held").open();
  expect_old_or_new(before);
  expect_new();
  for (const auto* node : {&a, &b}) EXPECT_EQ(x_cache(**node, kTarget), "HIT");
}

TEST_P(RedisPurgeRace, AFetchThatEndsBeforeAnybodyAsks) {
  serve();
  hold(1);
  Client before = a->client();
  before.send_request("GET", kTarget);
  ASSERT_TRUE(origin.gate("held").wait_for());
  change_and_purge();
  origin.gate("held").open();
  expect_old_or_new(before);
  const Response first = get(*b, kTarget);
  EXPECT_EQ(first.x_cache(), "MISS") << first;
  EXPECT_EQ(first.body, "new");
  EXPECT_EQ(origin.count(kTarget), 2U);
  expect_new();
}

TEST_P(RedisPurgeRace, AFetchThatIsInItsBody) {
  serve();
  origin.on(kTarget, [this](OriginExchange& exchange) {
    const std::string body = content.get();
    exchange.send("HTTP/1.1 200 OK\r\n" + to_lines(tagged()) + "Content-Length: 3\r\n\r\n" +
                  body.substr(0, 1));
    if (exchange.request().number == 1) exchange.hold("held");
    exchange.send(body.substr(1));
  });
  Client before = a->client();
  before.send_request("GET", kTarget);
  Response response = before.read_head();
  EXPECT_TRUE(before.read_body(response, 1));
  change_and_purge();
  expect_new();
  origin.gate("held").open();
  before.read_rest(response);
  EXPECT_EQ(response.body, "old");
  expect_new();
}

TEST_P(RedisPurgeRace, AFetchWithFollowers) {
  serve();
  hold(1);
  std::vector<Client> before;
  for (int i = 0; i < 4; ++i) {
    before.push_back(a->client());
    before.back().send_request("GET", kTarget);
    ASSERT_TRUE(origin.gate("held").wait_for());
  }
  change_and_purge();
  expect_new();
  origin.gate("held").open();
  for (Client& one : before) expect_old_or_new(one);
  expect_new();
}

TEST_P(RedisPurgeRace, AValidationThatComesBackLateWith304) {
  serve();
  origin.on(kTarget, [this](OriginExchange& exchange) {
    const std::string body = content.get();
    const bool conditional = exchange.request().fields.has("if-none-match");
    if (exchange.request().number == 2) exchange.hold("held");
    if (conditional && body == "old") {
      exchange.send("HTTP/1.1 304 Not Modified\r\nETag: \"same\"\r\n\r\n");
    } else {
      exchange.respond(body, tagged());
    }
  });
  // What a validates may have come from b.
  get(*b, kTarget);
  clock.advance(61s);
  Client before = a->client();
  before.send_request("GET", kTarget);
  ASSERT_TRUE(origin.gate("held").wait_for());
  EXPECT_EQ(origin.last(kTarget).fields.value("if-none-match"), "\"same\"");
  change_and_purge();
  expect_new();
  origin.gate("held").open();
  expect_old_or_new(before);
  expect_new();
}

TEST_P(RedisPurgeRace, A304ThatEndsBeforeAnybodyAsks) {
  serve();
  origin.on(kTarget, [this](OriginExchange& exchange) {
    const bool was_old = content.get() == "old";
    if (exchange.request().number == 2) exchange.hold("held");
    if (exchange.request().number == 2 && was_old) {
      exchange.send("HTTP/1.1 304 Not Modified\r\nETag: \"same\"\r\n\r\n");
    } else {
      exchange.respond(content.get(), tagged());
    }
  });
  get(*a, kTarget);
  clock.advance(61s);
  Client before = a->client();
  before.send_request("GET", kTarget);
  ASSERT_TRUE(origin.gate("held").wait_for());
  change_and_purge();
  origin.gate("held").open();
  expect_old_or_new(before);
  expect_new();
}

TEST_P(RedisPurgeRace, ABackgroundRefresh) {
  serve("  stale_while_revalidate: 1h\n");
  origin.on(kTarget, [this](OriginExchange& exchange) {
    const std::string body = content.get();
    if (exchange.request().number == 2) exchange.hold("held");
    exchange.respond(body, {{"Surrogate-Key", "from-origin other"}});
    if (exchange.request().number == 2) exchange.hold("sent");
  });
  origin.gate("sent").open();
  get(*a, kTarget);
  clock.advance(61s);
  EXPECT_EQ(get(*a, kTarget).body, "old");
  ASSERT_TRUE(origin.gate("held").wait_for());
  change_and_purge();
  expect_new();
  origin.gate("held").open();
  ASSERT_TRUE(origin.gate("sent").wait_for());
  expect_new();
}

// As a write that was long under way, or somebody who restores a key, would.
TEST_P(RedisPurgeRace, AValueThatIsPutBackIntoRedis) {
  serve();
  hold(0);
  get(*a, kTarget);
  const std::vector<std::string> responses = names_of("r:");
  const std::vector<std::string> indexes = names_of("i:");
  ASSERT_EQ(responses.size(), 1U);
  ASSERT_EQ(indexes.size(), 1U);
  testing_support::RedisCli cli = cli_of(responses[0]);
  const std::string value = cli.text({"GET", responses[0]});
  const std::vector<std::string> records = cli.list({"HGETALL", indexes[0]});
  change_and_purge();
  std::vector<std::string> words{"HSET", indexes[0]};
  words.insert(words.end(), records.begin(), records.end());
  cli.run(words);
  cli.text({"SET", responses[0], value, "PX", "60000"});
  expect_new();
  cli.run(words);
  cli.text({"SET", responses[0], value, "PX", "60000"});
  const auto put_back = std::chrono::steady_clock::now();
  for (const auto* node : {&a, &b}) expect_only(**node, kTarget, "new", kLongestLag, put_back);
}

constexpr std::array kNodes{PurgedOn::the_node_that_fetches, PurgedOn::the_other_node};
// TagOfTheOrigin, which nobody knows before the head is there, and Url.
constexpr std::array kSomeKinds{kPurgeKinds[2], kPurgeKinds[3]};

INSTANTIATE_TEST_SUITE_P(Cases,
                         RedisPurgeRace,
                         ::testing::Combine(::testing::ValuesIn(kBackends),
                                            ::testing::Values(Deployment::one_server),
                                            ::testing::ValuesIn(kNodes),
                                            ::testing::ValuesIn(kPurgeKinds)),
                         name_of_race);

// To a cluster it makes no difference what is named: all of it lies in one slot.
INSTANTIATE_TEST_SUITE_P(InACluster,
                         RedisPurgeRace,
                         ::testing::Combine(::testing::ValuesIn(kBackends),
                                            ::testing::Values(Deployment::cluster),
                                            ::testing::ValuesIn(kNodes),
                                            ::testing::ValuesIn(kSomeKinds)),
                         name_of_race);

}  // namespace
}  // namespace hawkcache::scenario
