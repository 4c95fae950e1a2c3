// A rule's own `key:` may let several URLs share a response. A purge of one of them, or a write to
// it, holds for whoever asks for that URL, whichever URL brought the response.
#include "scenario/support/scenario.hpp"

namespace hawkcache::scenario {
namespace {

class SharedKey : public Scenario {
 protected:
  // Answers say what was in the "database" when the origin was asked.
  void serve(const std::string& rule = "") {
    start("- path: /k/{x}\n  methods: [GET]\n  key: \"{x}\"\n" + rule);
    content.set("old");
    for (const char* target : {"/k/1", "/k/1?a=1", "/k/1?a=2"}) {
      origin.on(target, [this](OriginExchange& exchange) {
        const std::string body = content.get();
        if (body == "held") exchange.hold("head");
        exchange.respond(body);
      });
    }
  }
  Response from(const std::string& host, const std::string& target = "/k/1") const {
    return get(target, {{"Host", host}});
  }
};

TEST_F(SharedKey, AUrlIsAnsweredWithNothingFromBeforeItsPurgeWhicheverUrlBroughtIt) {
  for (const char* json : {R"({"urls": ["http://b.test/k/1"]})",
                           R"({"prefixes": ["http://b.test/"]})",
                           R"({"prefixes": ["http://b.test"]})",
                           R"({"urls": ["http://b.test/k/1"], "soft": true})"}) {
    SCOPED_TRACE(json);
    serve();
    from("a.test");
    EXPECT_EQ(from("b.test").x_cache(), "HIT");
    content.set("new");
    EXPECT_EQ(purge(json).status, 200);
    EXPECT_EQ(from("a.test").body, "old") << "another host's purge took what is its own";
    EXPECT_EQ(from("b.test").body, "new");
    EXPECT_EQ(from("b.test").x_cache(), "HIT");
    EXPECT_EQ(from("a.test").body, "new");
  }
}

TEST_F(SharedKey, AWriteInvalidatesWhatItsUrlIsAnsweredWith) {
  serve();
  from("a.test");
  EXPECT_EQ(from("b.test").x_cache(), "HIT");
  EXPECT_EQ(request("PUT", "/k/1", {{"Host", "b.test"}}, "x").status, 200);
  EXPECT_EQ(from("a.test").x_cache(), "HIT");
  EXPECT_EQ(from("b.test").x_cache(), "MISS");
}

TEST_F(SharedKey, AQueryThatIsNotInTheKeyIsPurgedByItself) {
  serve();
  from("a.test", "/k/1?a=1");
  EXPECT_EQ(from("a.test", "/k/1?a=2").x_cache(), "HIT");
  EXPECT_EQ(purge(R"({"urls": ["/k/1?a=2"]})").status, 200);
  EXPECT_EQ(from("a.test", "/k/1?a=1").x_cache(), "HIT");
  EXPECT_EQ(from("a.test", "/k/1?a=2").x_cache(), "MISS");
}

TEST_F(SharedKey, NobodyWaitsForAFetchThatIsOlderThanAPurgeOfTheirUrl) {
  serve();
  content.set("held");
  Client first = client();
  first.send_request("GET", "/k/1", {{"Host", "a.test"}});
  ASSERT_TRUE(origin.gate("head").wait_for());
  content.set("new");
  EXPECT_EQ(purge(R"({"urls": ["http://b.test/k/1"]})").status, 200);
  EXPECT_EQ(from("b.test").body, "new");
  origin.gate("head").open();
  EXPECT_EQ(first.read().body, "held");
}

TEST_F(SharedKey, NothingStaleFromBeforeTheirPurgeIsServedToThoseWhoJoinedARefresh) {
  serve("  ttl: 1s\n  stale_if_error: 1h\n");
  from("a.test");
  clock.advance(10s);
  EXPECT_EQ(purge(R"({"urls": ["http://b.test/k/1"]})").status, 200);
  origin.on("/k/1", [](OriginExchange& exchange) {
    exchange.hold("failing");
    exchange.respond("no", {}, "500 Internal Server Error");
  });
  Client a = client();
  a.send_request("GET", "/k/1", {{"Host", "a.test"}});
  ASSERT_TRUE(origin.gate("failing").wait_for());
  Client b = client();
  b.send_request("GET", "/k/1", {{"Host", "b.test"}});
  let_requests_arrive();
  origin.gate("failing").open();
  EXPECT_EQ(a.read().body, "old");
  EXPECT_EQ(b.read().status, 500);
}

}  // namespace
}  // namespace hawkcache::scenario
