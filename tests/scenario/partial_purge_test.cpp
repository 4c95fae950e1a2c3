// The guarantee of a purge, for parts: what is put together of two fetches is trusted no further
// than the older of them.
#include "scenario/support/purge_kind.hpp"
#include "scenario/support/range_origin.hpp"

namespace hawkcache::scenario {
namespace {

constexpr const char* kTarget = "/items/1";
const std::string kOld = "oldoldoldo";
const std::string kNew = "newnewnewn";

class PurgedParts : public Scenario {
 protected:
  void SetUp() override {
    start("- path: /items/{id:int}\n  tags: [item, \"item:{id}\"]\n  ttl: origin");
    // The validator stays what it was: only the purge knows better.
    origin_has.set({kOld, fields("from-origin")});
    origin.on(kTarget, [this](OriginExchange& exchange) {
      const Representation now = origin_has.get();
      if (exchange.request().number == held) exchange.hold("held");
      now.answer(exchange);
    });
  }
  static Fields fields(const std::string& tags) {
    return {{"ETag", "\"same\""}, {"Cache-Control", "max-age=60"}, {"Surrogate-Key", tags}};
  }
  Response get_range(const std::string& value) { return get(kTarget, range(value)); }
  void expect_new() {
    for (int i = 0; i < 2; ++i) {
      EXPECT_EQ(get_range("0-4").body, kNew.substr(0, 5));
      EXPECT_EQ(get_range("5-9").body, kNew.substr(5));
      EXPECT_EQ(get(kTarget).body, kNew);
    }
  }
  SharedRepresentation origin_has;
  std::atomic<std::size_t> held{0};
};

class PurgeOfParts : public PurgedParts, public ::testing::WithParamInterface<PurgeKind> {
 protected:
  void change_and_purge() {
    origin_has.set_body(kNew);
    ASSERT_EQ(purge(GetParam().json).status, 200);
  }
};

TEST_P(PurgeOfParts, BetweenTwoParts) {
  get_range("0-4");
  change_and_purge();
  EXPECT_EQ(get_range("5-9").body, kNew.substr(5));
  EXPECT_EQ(get_range("0-4").x_cache(), "MISS");
  expect_new();
}

TEST_P(PurgeOfParts, WhileTheSecondPartIsUnderWay) {
  held = 2;
  get_range("0-4");
  Client before = client();
  before.send_request("GET", kTarget, range("5-9"));
  ASSERT_TRUE(origin.gate("held").wait_for());
  change_and_purge();
  EXPECT_EQ(get_range("5-9").body, kNew.substr(5)) << "nobody waits for the older one";
  origin.gate("held").open();
  EXPECT_EQ(before.read().status, 206);
  expect_new();
}

TEST_P(PurgeOfParts, WhileTheSecondPartIsUnderWayAndNothingElseIsStored) {
  held = 2;
  get_range("0-4");
  Client before = client();
  before.send_request("GET", kTarget, range("5-9"));
  ASSERT_TRUE(origin.gate("held").wait_for());
  change_and_purge();
  origin.gate("held").open();
  EXPECT_EQ(before.read().body, kOld.substr(5));
  EXPECT_EQ(get_range("5-9").x_cache(), "MISS");
  expect_new();
}

TEST_P(PurgeOfParts, BeforeAPartIsCompleted) {
  get_range("0-4");
  change_and_purge();
  EXPECT_EQ(get(kTarget).body, kNew);
  EXPECT_FALSE(origin.last(kTarget).fields.has("range"));
  expect_new();
}

TEST_P(PurgeOfParts, WhileAPartIsBeingCompleted) {
  held = 2;
  get_range("0-4");
  Client before = client();
  before.send_request("GET", kTarget);
  ASSERT_TRUE(origin.gate("held").wait_for());
  EXPECT_EQ(origin.last(kTarget).fields.value("range"), "bytes=5-");
  change_and_purge();
  EXPECT_EQ(get(kTarget).body, kNew) << "nobody joins what is being completed";
  origin.gate("held").open();
  EXPECT_EQ(before.read().body, kOld);
  expect_new();
}

TEST_P(PurgeOfParts, WhileTheRestIsInItsBody) {
  get_range("0-4");
  origin.on(kTarget, [this](OriginExchange& exchange) {
    const Representation now = origin_has.get();
    if (exchange.request().fields.value("range") != "bytes=5-") {
      now.answer(exchange);
      return;
    }
    exchange.send("HTTP/1.1 206 Partial Content\r\n" + to_lines(now.fields) +
                  "Content-Range: bytes 5-9/10\r\nContent-Length: 5\r\n\r\n" +
                  now.body.substr(5, 1));
    exchange.hold("body");
    exchange.send(now.body.substr(6));
  });
  Client before = client();
  before.send_request("GET", kTarget);
  Response response = before.read_head();
  EXPECT_TRUE(before.read_body(response, 6));
  change_and_purge();
  EXPECT_EQ(get(kTarget).body, kNew);
  origin.gate("body").open();
  before.read_rest(response);
  EXPECT_EQ(response.body, kOld);
  expect_new();
}

INSTANTIATE_TEST_SUITE_P(Kinds, PurgeOfParts, ::testing::ValuesIn(kPurgeKinds), name_of_kind);

TEST_F(PurgedParts, ATagOfEitherPartReachesWhatWasCombined) {
  for (const char* tag : {"of-the-first", "of-the-second"}) {
    origin_has.set({kOld, fields("of-the-first")});
    get_range("0-4");
    origin_has.set_fields(fields("of-the-second"));
    get_range("5-6");
    EXPECT_EQ(get_range("0-6").x_cache(), "HIT");
    origin_has.set_body(kNew);
    ASSERT_EQ(purge("{\"tags\": [\"" + std::string(tag) + "\"]}").status, 200);
    EXPECT_EQ(get_range("0-6").body, kNew.substr(0, 7));
    ASSERT_EQ(purge(R"({"all": true})").status, 200);
  }
}

TEST_F(PurgedParts, ATagOfTheFirstPartReachesWhatWasCompleted) {
  origin_has.set_fields(fields("of-the-first"));
  get_range("0-4");
  origin_has.set_fields(fields("of-the-second"));
  get(kTarget);
  EXPECT_EQ(get(kTarget).x_cache(), "HIT");
  origin_has.set_body(kNew);
  ASSERT_EQ(purge(R"({"tags": ["of-the-first"]})").status, 200);
  EXPECT_EQ(get(kTarget).body, kNew);
}

TEST_F(PurgedParts, APurgeOfSomethingElseDoesNotKeepPartsFromBeingCombined) {
  get_range("0-4");
  ASSERT_EQ(purge(R"({"tags": ["other"], "urls": ["/items/2"]})").status, 200);
  get_range("5-6");
  EXPECT_EQ(get_range("0-6").x_cache(), "HIT");
}

// The older part was fetched before the purge, and what is put together would carry the tag.
// What is put together is trusted like its older part, but is as new as its newer one.
TEST_F(PurgedParts, AnOlderFetchDoesNotReplaceThem) {
  get_range("0-2");
  ASSERT_EQ(purge(R"({"tags": ["unrelated"]})").status, 200);
  origin.on(kTarget, [this](OriginExchange& exchange) {
    if (exchange.request().number != 2) return origin_has.get().answer(exchange);
    exchange.hold("held");
    exchange.respond("outdated", {{"ETag", "\"other\""}, {"Cache-Control", "max-age=60"}});
  });
  Client slow = client();
  slow.send_request("GET", kTarget, range("8-9"));
  ASSERT_TRUE(origin.gate("held").wait_for());
  EXPECT_EQ(get_range("5-7").body, kOld.substr(5, 3));
  origin.gate("held").open();
  slow.read();
  EXPECT_EQ(get_range("0-2").x_cache(), "HIT");
  EXPECT_EQ(get_range("5-7").body, kOld.substr(5, 3));
  EXPECT_EQ(origin.count(kTarget), 3U);
}

TEST_F(PurgedParts, ATagThatWasPurgedSinceTheOlderPartKeepsThemApart) {
  get_range("0-4");
  ASSERT_EQ(purge(R"({"tags": ["late"]})").status, 200);
  origin_has.set_fields(fields("from-origin late"));
  get_range("5-9");
  EXPECT_EQ(get_range("5-9").x_cache(), "HIT") << "the newer part may be kept";
  EXPECT_EQ(get_range("0-4").x_cache(), "MISS");
}

TEST_F(PurgedParts, ASoftPurgeMakesPartsStale) {
  get_range("0-4");
  origin_has.set_body(kNew);
  ASSERT_EQ(purge(R"({"all": true, "soft": true})").status, 200);
  EXPECT_EQ(get_range("5-9").body, kNew.substr(5));
  EXPECT_EQ(get_range("0-4").body, kNew.substr(0, 5)) << "nothing is mixed with what is stale";
  EXPECT_EQ(get(kTarget).body, kNew);
}

TEST_F(PurgedParts, AfterASoftPurgeTheWholeIsFetched) {
  get_range("0-4");
  origin_has.set_body(kNew);
  ASSERT_EQ(purge(R"({"all": true, "soft": true})").status, 200);
  EXPECT_EQ(get(kTarget).body, kNew);
  EXPECT_FALSE(origin.last(kTarget).fields.has("range"));
}

}  // namespace
}  // namespace hawkcache::scenario
