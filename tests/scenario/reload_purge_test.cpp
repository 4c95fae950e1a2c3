// A rule whose key-shaping settings change and change back finds what it stored before: that was
// valid under them. What was purged meanwhile, in whatever way, is not among it.
#include "scenario/support/scenario.hpp"

namespace hawkcache::scenario {
namespace {

using Status = server::ReloadOutcome::Status;

class ReloadAndBack : public Scenario, public ::testing::WithParamInterface<const char*> {
 protected:
  static constexpr const char* kTarget = "/items/1?x=1";
  static constexpr const char* kRule =
      "- path: /items/{id:int}\n  name: item\n  tags: [item, \"item:{id}\"]\n";

  void SetUp() override {
    content.set("old");
    origin.otherwise([this](OriginExchange& exchange) {
      exchange.respond(content.get(), {{"Surrogate-Key", "from-origin"}, {"ETag", "\"same\""}});
    });
  }
  void reload(const std::string& routes) {
    proxy->set_daemon(Daemon{.routes = routes});
    ASSERT_EQ(proxy->reload().status, Status::reloaded);
  }
  // The same rule with the setting that is the test's parameter.
  static std::string changed() { return std::string(kRule) + GetParam(); }
  static std::string with_other_tags() {
    return "- path: /items/{id:int}\n  name: item\n  tags: [other]\n";
  }
};

TEST_P(ReloadAndBack, WhatWasStoredBeforeIsServedAgain) {
  start(kRule);
  EXPECT_EQ(x_cache(kTarget), "MISS");
  reload(changed());
  reload(kRule);
  EXPECT_EQ(x_cache(kTarget), "HIT");
}

TEST_P(ReloadAndBack, WhatWasPurgedMeanwhileIsNot) {
  for (const char* json : {R"({"tags": ["item:1"]})",
                           R"({"tags": ["from-origin"]})",
                           R"({"urls": ["/items/1?x=1"]})",
                           R"({"prefixes": ["/items"]})",
                           R"({"all": true})",
                           R"({"tags": ["item"], "soft": true})",
                           R"({"urls": ["/items/1?x=1"], "soft": true})"}) {
    SCOPED_TRACE(json);
    content.set("old");
    start(kRule);
    EXPECT_EQ(get(kTarget).body, "old");
    reload(changed());
    get(kTarget);
    content.set("new");
    EXPECT_EQ(purge(json).status, 200);
    reload(kRule);
    EXPECT_EQ(get(kTarget).body, "new");
    EXPECT_EQ(x_cache(kTarget), "HIT");
  }
}

TEST_P(ReloadAndBack, NorWhatAWriteInvalidated) {
  start(kRule);
  EXPECT_EQ(get(kTarget).body, "old");
  reload(changed());
  content.set("new");
  EXPECT_EQ(request("PUT", kTarget, {}, "new").status, 200);
  reload(kRule);
  EXPECT_EQ(get(kTarget).body, "new");
}

TEST_P(ReloadAndBack, NorWhatWasOnItsWayThen) {
  start(kRule);
  origin.on(kTarget, [this](OriginExchange& exchange) {
    const std::string body = content.get();
    if (exchange.request().number == 1) exchange.hold("first");
    exchange.respond(body);
  });
  Client before = client();
  before.send_request("GET", kTarget);
  ASSERT_TRUE(origin.gate("first").wait_for());
  reload(changed());
  content.set("new");
  EXPECT_EQ(purge(R"({"tags": ["item:1"]})").status, 200);
  origin.gate("first").open();
  EXPECT_EQ(before.read().body, "old");
  reload(kRule);
  EXPECT_EQ(get(kTarget).body, "new");
}

INSTANTIATE_TEST_SUITE_P(Settings,
                         ReloadAndBack,
                         ::testing::Values("  vary: [x-lang]\n",
                                           "  query: { only: [y] }\n",
                                           "  cookies: { key: [session] }\n",
                                           "  key: \"{path}\"\n"));

TEST_F(ReloadAndBack, PurgesOfUrlsAreNoLongerKeptForRulesWithKeysOfTheirOwn) {
  const auto fences_go = [this] {
    return eventually([this] { return proxy->metric("hawkcache_store_fences") == 0; });
  };
  const auto other_host = [this] { return x_cache(kTarget, {{"Host", "b.test"}}); };
  const std::string shared = std::string(kRule) + "  key: \"{path}\"\n";
  start(shared);
  EXPECT_EQ(x_cache(kTarget), "MISS");
  EXPECT_EQ(other_host(), "HIT");
  EXPECT_EQ(purge(R"({"urls": ["http://b.test/items/1?x=1"]})").status, 200);
  reload(kRule);
  EXPECT_TRUE(fences_go());
  reload(shared);
  EXPECT_EQ(other_host(), "MISS") << "the purge still counts";
}

}  // namespace
}  // namespace hawkcache::scenario
