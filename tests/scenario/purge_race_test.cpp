// The guarantee: a request that starts after a purge was answered never gets what was fetched
// before the purge was asked for, whatever was under way. Every stage of a fetch is held at the
// origin while a purge of every kind is answered.
#include "scenario/support/purge_kind.hpp"
#include "scenario/support/scenario.hpp"

namespace hawkcache::scenario {
namespace {

class PurgeRace : public Scenario, public ::testing::WithParamInterface<PurgeKind> {
 protected:
  static constexpr const char* kTarget = "/items/1";

  void serve(const std::string& rule = "") {
    start("- path: /items/{id:int}\n  tags: [item, \"item:{id}\"]\n  ttl: 60s\n" + rule);
    content.set("old");
  }
  static Fields tagged() { return {{"Surrogate-Key", "from-origin other"}, {"ETag", "\"same\""}}; }

  // The database changes, then the purge is answered.
  void change_and_purge() {
    content.set("new");
    ASSERT_EQ(purge(GetParam().json).status, 200);
  }
  // Whoever asks from now on gets the new content only, however often.
  void expect_new() {
    for (int i = 0; i < 3; ++i) {
      const Response response = get(kTarget);
      EXPECT_EQ(response.status, 200) << response;
      EXPECT_EQ(response.body, "new") << response;
    }
  }
  void expect_old_or_new(Client& one) {
    const Response response = one.read();
    EXPECT_EQ(response.status, 200) << response;
    EXPECT_TRUE(response.body == "old" || response.body == "new") << response;
  }
  // Nor is it said to be stored what the purge keeps from that.
  void expect_not_stored(Client& one) {
    const Response response = one.read();
    EXPECT_EQ(response.status, 200) << response;
    EXPECT_EQ(response.body, "old");
    EXPECT_THAT(response.cache_status(), ::testing::HasSubstr("; detail=purged-meanwhile"));
    EXPECT_THAT(response.cache_status(), ::testing::Not(::testing::HasSubstr("stored")));
  }
};

TEST_P(PurgeRace, AFetchThatWaitsForItsHead) {
  serve();
  origin.on(kTarget, [this](OriginExchange& exchange) {
    const std::string body = content.get();
    if (exchange.request().number == 1) exchange.hold("first");
    exchange.respond(body, tagged());
  });
  Client before = client();
  before.send_request("GET", kTarget);
  ASSERT_TRUE(origin.gate("first").wait_for());
  change_and_purge();
  expect_new();
  origin.gate("first").open();
  expect_not_stored(before);
  expect_new();
  EXPECT_EQ(x_cache(kTarget), "HIT");
}

TEST_P(PurgeRace, AFetchThatIsInItsBody) {
  serve();
  origin.on(kTarget, [this](OriginExchange& exchange) {
    const std::string body = content.get();
    exchange.send("HTTP/1.1 200 OK\r\n" + to_lines(tagged()) + "Content-Length: 3\r\n\r\n" +
                  body.substr(0, 1));
    if (exchange.request().number == 1) exchange.hold("first");
    exchange.send(body.substr(1));
  });
  Client before = client();
  before.send_request("GET", kTarget);
  Response response = before.read_head();
  EXPECT_TRUE(before.read_body(response, 1));
  change_and_purge();
  expect_new();
  origin.gate("first").open();
  before.read_rest(response);
  EXPECT_EQ(response.body, "old");
  expect_new();
  EXPECT_EQ(x_cache(kTarget), "HIT");
}

TEST_P(PurgeRace, AFetchWhoseClientHasLeft) {
  serve();
  origin.on(kTarget, [this](OriginExchange& exchange) {
    const std::string body = content.get();
    if (exchange.request().number == 1) exchange.hold("first");
    exchange.respond(body, tagged());
  });
  {
    Client before = client();
    before.send_request("GET", kTarget);
    ASSERT_TRUE(origin.gate("first").wait_for());
    before.reset();
  }
  change_and_purge();
  origin.gate("first").open();
  expect_new();
  let_requests_arrive();
  expect_new();
}

TEST_P(PurgeRace, FollowersOfAFetch) {
  serve();
  origin.on(kTarget, [this](OriginExchange& exchange) {
    const std::string body = content.get();
    if (exchange.request().number == 1) exchange.hold("first");
    exchange.respond(body, tagged());
  });
  std::vector<Client> before;
  for (int i = 0; i < 5; ++i) {
    before.push_back(client());
    before.back().send_request("GET", kTarget);
    if (i == 0) {
      ASSERT_TRUE(origin.gate("first").wait_for());
    }
  }
  let_requests_arrive();
  change_and_purge();
  expect_new();
  origin.gate("first").open();
  for (Client& one : before) expect_old_or_new(one);
  expect_new();
}

TEST_P(PurgeRace, ABackgroundRefresh) {
  serve("  stale_while_revalidate: 1h\n");
  origin.on(kTarget, [this](OriginExchange& exchange) {
    const std::string body = content.get();
    if (exchange.request().number == 2) exchange.hold("refresh");
    exchange.respond(body, {{"Surrogate-Key", "from-origin other"}});
    if (exchange.request().number == 2) exchange.hold("refreshed");
  });
  origin.gate("refreshed").open();
  get(kTarget);
  clock.advance(61s);
  EXPECT_EQ(get(kTarget).body, "old");
  ASSERT_TRUE(origin.gate("refresh").wait_for());
  change_and_purge();
  expect_new();
  origin.gate("refresh").open();
  ASSERT_TRUE(origin.gate("refreshed").wait_for());
  expect_new();
  let_requests_arrive();
  expect_new();
}

TEST_P(PurgeRace, AValidationThatComesBackWith304) {
  serve();
  origin.on(kTarget, [this](OriginExchange& exchange) {
    const std::string body = content.get();
    const bool conditional = exchange.request().fields.has("if-none-match");
    if (exchange.request().number == 2) exchange.hold("validation");
    if (conditional && body == "old") {
      exchange.send("HTTP/1.1 304 Not Modified\r\nETag: \"same\"\r\n\r\n");
    } else {
      exchange.respond(body, tagged());
    }
  });
  get(kTarget);
  clock.advance(61s);
  Client before = client();
  before.send_request("GET", kTarget);
  ASSERT_TRUE(origin.gate("validation").wait_for());
  change_and_purge();
  expect_new();
  origin.gate("validation").open();
  expect_not_stored(before);
  expect_new();
}

TEST_P(PurgeRace, AWholeAnswerToAValidation) {
  serve();
  origin.on(kTarget, [this](OriginExchange& exchange) {
    const std::string body = content.get();
    if (exchange.request().number == 2) exchange.hold("validation");
    exchange.respond(body, tagged());
  });
  get(kTarget);
  clock.advance(61s);
  Client before = client();
  before.send_request("GET", kTarget);
  ASSERT_TRUE(origin.gate("validation").wait_for());
  change_and_purge();
  expect_new();
  origin.gate("validation").open();
  expect_old_or_new(before);
  expect_new();
}

TEST_P(PurgeRace, AnAnswerThatComesOnlyAfterASecondPurge) {
  serve();
  origin.on(kTarget, [this](OriginExchange& exchange) {
    const std::string body = content.get();
    if (exchange.request().number <= 2)
      exchange.hold("held " + std::to_string(exchange.request().number));
    exchange.respond(body, tagged());
  });
  Client first = client();
  first.send_request("GET", kTarget);
  ASSERT_TRUE(origin.gate("held 1").wait_for());
  content.set("old");
  ASSERT_EQ(purge(GetParam().json).status, 200);
  Client second = client();
  second.send_request("GET", kTarget);
  ASSERT_TRUE(origin.gate("held 2").wait_for());
  change_and_purge();
  expect_new();
  origin.gate("held 2").open();
  expect_old_or_new(second);
  expect_new();
  origin.gate("held 1").open();
  expect_old_or_new(first);
  expect_new();
}

INSTANTIATE_TEST_SUITE_P(Kinds, PurgeRace, ::testing::ValuesIn(kPurgeKinds), name_of_kind);

class WriteRace : public Scenario {};

TEST_F(WriteRace, AWriteOvertakesTheReadThatIsUnderWay) {
  start(
      "- path: /items/{id:int}\n  tags: [\"item:{id}\"]\n"
      "- path: /items/{id:int}\n  methods: [PUT]\n  invalidates: [\"item:{id}\"]\n"
      "- path: /lists/{id:int}\n  tags: [\"item:{id}\"]\n");
  content.set("old");
  const auto script = [this](OriginExchange& exchange) {
    if (exchange.request().method == "PUT") {
      content.set("new");
      exchange.respond("done");
      return;
    }
    const std::string body = content.get();
    if (exchange.request().number == 1) exchange.hold("first");
    exchange.respond(body);
  };
  origin.on("/items/1", script);
  origin.on("/lists/1", script);
  Client item = client();
  Client list = client();
  item.send_request("GET", "/items/1");
  list.send_request("GET", "/lists/1");
  ASSERT_TRUE(origin.gate("first").wait_for(2));
  EXPECT_EQ(request("PUT", "/items/1", {}, "x").status, 200);
  EXPECT_EQ(get("/items/1").body, "new");
  EXPECT_EQ(get("/lists/1").body, "new");
  origin.gate("first").open();
  EXPECT_EQ(item.read().status, 200);
  EXPECT_EQ(list.read().status, 200);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(get("/items/1").body, "new");
    EXPECT_EQ(get("/lists/1").body, "new");
  }
}

TEST_F(WriteRace, APurgeOfSomethingElseDisturbsNoFetch) {
  start("- path: /items/{id:int}\n  tags: [\"item:{id}\"]");
  origin.on("/items/1", [](OriginExchange& exchange) {
    exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na");
    exchange.hold("first");
    exchange.send("b");
  });
  Client one = client();
  one.send_request("GET", "/items/1");
  Response response = one.read_head();
  EXPECT_TRUE(one.read_body(response, 1));
  EXPECT_EQ(purge(R"({"tags": ["item:2"], "urls": ["/items/2"], "prefixes": ["/other"]})").status,
            200);
  Client follower = client();
  follower.send_request("GET", "/items/1");
  let_requests_arrive();
  origin.gate("first").open();
  one.read_rest(response);
  EXPECT_EQ(response.body, "ab");
  EXPECT_EQ(follower.read().body, "ab");
  EXPECT_EQ(x_cache("/items/1"), "HIT");
  EXPECT_EQ(origin.count("/items/1"), 1U);
}

}  // namespace
}  // namespace hawkcache::scenario
