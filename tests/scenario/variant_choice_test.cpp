// Which of several stored responses answers, where more than one could (RFC 9111 sections 4, 4.1
// and 4.3.4).
#include "scenario/support/range_origin.hpp"

namespace hawkcache::scenario {
namespace {

using ::testing::HasSubstr;

class VariantChoice : public Scenario {
 protected:
  // The first answer has Vary and lives for a second; those that follow have none, and live on.
  void stop_varying(const Fields& at_first = {}) {
    origin.on("/a", [at_first](OriginExchange& exchange) {
      const std::size_t number = exchange.request().number;
      Fields fields{{"Cache-Control", number == 1 ? "max-age=1" : "max-age=60"}};
      if (number == 1) {
        fields.emplace_back("Vary", "Accept");
        fields.insert(fields.end(), at_first.begin(), at_first.end());
      }
      exchange.respond(std::to_string(number), fields);
    });
    get("/a");
    clock.advance(2s);
  }
};

TEST_F(VariantChoice, AStaleOneHidesNoFreshOne) {
  start("- path: /a");
  stop_varying();
  for (const char* expected : {"MISS", "HIT", "HIT"}) {
    const Response response = get("/a");
    EXPECT_EQ(response.x_cache(), expected);
    EXPECT_EQ(response.body, "2");
  }
}

TEST_F(VariantChoice, WhatIsRefreshedInTheBackgroundIsServedNoLongerThanTheRefreshTakes) {
  start("- path: /a\n  stale_while_revalidate: 60s");
  stop_varying();
  EXPECT_EQ(get("/a").body, "1");
  EXPECT_TRUE(eventually([this] { return get("/a").body == "2"; }));
  EXPECT_EQ(get("/a").body, "2");
  EXPECT_EQ(origin.count("/a"), 2U);
}

TEST_F(VariantChoice, AFailingOriginBringsNothingOlderBack) {
  start("- path: /a\n  stale_if_error: 10m");
  stop_varying();
  EXPECT_EQ(get("/a").body, "2");
  origin.refuse();
  EXPECT_EQ(get("/a").body, "2");
  clock.advance(61s);
  EXPECT_EQ(get("/a").body, "2") << "both are stale: the one fetched last";
}

TEST_F(VariantChoice, APartHidesNoWhole) {
  start("- path: /a\n  ttl: origin");
  Representation varying;
  varying.fields.emplace_back("Vary", "Accept");
  origin.on("/a", [varying](OriginExchange& exchange) {
    const bool first = exchange.request().number == 1;
    (first ? varying : Representation{}).answer(exchange);
  });
  EXPECT_EQ(get("/a", range("0-4")).status, 206);
  EXPECT_EQ(get("/a", {{"Accept", "x"}}).x_cache(), "MISS");
  EXPECT_EQ(get("/a", {{"Accept", "x"}}).x_cache(), "HIT");
  const Response whole = get("/a");
  EXPECT_EQ(whole.x_cache(), "HIT");
  EXPECT_EQ(whole.body, "0123456789");
}

// "All the stored responses in the initial set with one of those same strong validators are
// identified for update."
TEST_F(VariantChoice, A304FreshensAllThatMatchUnderItsStrongTag) {
  start("- path: /a\n  ttl: 60s");
  origin.on("/a", [](OriginExchange& exchange) {
    if (exchange.request().fields.has("if-none-match")) {
      exchange.send("HTTP/1.1 304 Not Modified\r\nETag: \"1\"\r\n\r\n");
    } else {
      const bool first = exchange.request().number == 1;
      exchange.respond("x", {{"ETag", "\"1\""}, {"Vary", first ? "A" : "B"}});
    }
  });
  get("/a", {{"A", "1"}, {"B", "1"}});
  get("/a", {{"A", "2"}, {"B", "2"}});
  clock.advance(61s);
  EXPECT_THAT(get("/a", {{"A", "1"}, {"B", "2"}}).cache_status(), HasSubstr("fwd-status=304"));
  EXPECT_EQ(x_cache("/a", {{"A", "1"}, {"B", "9"}}), "HIT");
  EXPECT_EQ(x_cache("/a", {{"A", "9"}, {"B", "2"}}), "HIT");
}

// Two bodies under one entity tag, told apart by X-Z; the origin names X-Z in Vary (beside the
// fields that it names anyway) from the second request on.
void begin_to_vary(OriginExchange& exchange, const std::string& before = {}) {
  const OriginRequest& asked = exchange.request();
  const std::string vary = before.empty() ? "X-Z" : before + ", X-Z";
  Fields fields{{"ETag", "\"1\""}, {"Cache-Control", "max-age=60"}};
  if (asked.number > 1) {
    fields.emplace_back("Vary", vary);
  } else if (!before.empty()) {
    fields.emplace_back("Vary", before);
  }
  if (asked.fields.has("if-none-match") && !asked.fields.has("x-z")) {
    exchange.send("HTTP/1.1 304 Not Modified\r\n" + to_lines(fields) + "\r\n");
  } else if (asked.method == "HEAD") {
    exchange.send("HTTP/1.1 200 OK\r\n" + to_lines(fields) + "Content-Length: 2\r\n\r\n");
  } else {
    exchange.respond("z" + (asked.fields.has("x-z") ? asked.fields.value("x-z") : "-"), fields);
  }
}

// What is updated takes the place of what it was (RFC 9111 section 4.3.4), under another Vary too.
TEST_F(VariantChoice, A304ThatBringsVaryLeavesNothingWithoutIt) {
  start("- path: /a\n  ttl: origin\n  request_cache_control: honor");
  origin.on("/a", [](OriginExchange& exchange) { begin_to_vary(exchange); });
  get("/a");
  const Response updated = get("/a", {{"Cache-Control", "no-cache"}});
  EXPECT_EQ(updated.body, "z-");
  EXPECT_THAT(updated.cache_status(), HasSubstr("fwd-status=304"));
  EXPECT_EQ(get("/a").x_cache(), "HIT");
  const Response other = get("/a", {{"X-Z", "1"}});
  EXPECT_EQ(other.body, "z1");
  EXPECT_THAT(other.cache_status(), HasSubstr("fwd=vary-miss"));
  EXPECT_EQ(get("/a", {{"X-Z", "1"}}).x_cache(), "HIT");
  EXPECT_EQ(get("/a").body, "z-");
  EXPECT_EQ(origin.count("/a"), 3U);
}

TEST_F(VariantChoice, AHeadThatBringsVaryLeavesNothingWithoutIt) {
  start("- path: /a\n  ttl: origin\n  request_cache_control: honor");
  origin.on("/a", [](OriginExchange& exchange) { begin_to_vary(exchange); });
  get("/a");
  request("HEAD", "/a", {{"Cache-Control", "no-cache"}});
  EXPECT_THAT(get("/a", {{"X-Z", "1"}}).cache_status(), HasSubstr("fwd=vary-miss"));
  EXPECT_EQ(get("/a").x_cache(), "HIT");
}

TEST_F(VariantChoice, ARefreshThatWidensVaryLeavesNothingNarrower) {
  start("- path: /a\n  ttl: origin\n  stale_while_revalidate: 60s");
  origin.on("/a", [](OriginExchange& exchange) { begin_to_vary(exchange, "A"); });
  get("/a", {{"A", "1"}});
  clock.advance(61s);
  EXPECT_EQ(get("/a", {{"A", "1"}}).body, "z-");
  EXPECT_TRUE(eventually([this] { return get("/a", {{"A", "1"}})["age"] == "0"; }));
  const Response other = get("/a", {{"A", "1"}, {"X-Z", "1"}});
  EXPECT_EQ(other.body, "z1");
  EXPECT_THAT(other.cache_status(), HasSubstr("fwd=vary-miss"));
}

TEST_F(VariantChoice, WhatAnotherRuleStoredIsSaidToBeSo) {
  start("- path: /a\n  key: K\n- path: /b\n  key: K");
  EXPECT_THAT(get("/a").cache_status(), HasSubstr("fwd=uri-miss"));
  const Response other = get("/b");
  EXPECT_THAT(other.cache_status(), HasSubstr("fwd=miss"));
  EXPECT_THAT(other.cache_status(), HasSubstr("stored"));
  EXPECT_THAT(other.cache_status(), HasSubstr("detail=rule-changed"));
  EXPECT_EQ(get("/b").x_cache(), "HIT");
  EXPECT_EQ(get("/a").x_cache(), "HIT");
}

}  // namespace
}  // namespace hawkcache::scenario
