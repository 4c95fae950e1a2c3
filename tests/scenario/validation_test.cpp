// Validation of what is stored, with the origin (RFC 9111 section 4.3).
#include "scenario/support/scenario.hpp"

namespace hawkcache::scenario {
namespace {

using ::testing::HasSubstr;

class Validation : public Scenario {};

TEST_F(Validation, AStaleEntryWithAValidatorIsFreshenedByA304) {
  start("- path: /a\n  ttl: 60s");
  origin.on("/a", [](OriginExchange& exchange) {
    if (exchange.request().fields.value("if-none-match") == "\"v1\"") {
      exchange.send(
          "HTTP/1.1 304 Not Modified\r\nETag: \"v1\"\r\nX-Round: 2\r\nCache-Control: "
          "max-age=100\r\n\r\n");
    } else {
      exchange.respond("body", {{"ETag", "\"v1\""}, {"X-Round", "1"}, {"X-Once", "kept"}});
    }
  });
  get("/a");
  clock.advance(61s);
  const Response validated = get("/a");
  EXPECT_EQ(validated.status, 200);
  EXPECT_EQ(validated.x_cache(), "MISS");
  EXPECT_EQ(validated.body, "body");
  EXPECT_EQ(validated["x-round"], "2");
  EXPECT_EQ(validated["x-once"], "kept");
  EXPECT_THAT(validated.cache_status(), HasSubstr("fwd=stale"));
  EXPECT_THAT(validated.cache_status(), HasSubstr("fwd-status=304"));
  clock.advance(99s);
  const Response hit = get("/a");
  EXPECT_EQ(hit.x_cache(), "HIT");
  EXPECT_EQ(hit["age"], "99");
  EXPECT_EQ(hit["x-round"], "2");
  EXPECT_EQ(hit.body, "body");
  EXPECT_EQ(origin.count("/a"), 2U);
}

TEST_F(Validation, WhatIsAskedAgainWithoutTheConditionIsStillTheSameRequest) {
  start("- path: /a\n  ttl: 60s");
  origin.on("/a", [](OriginExchange& exchange) {
    if (exchange.request().fields.has("if-none-match"))
      exchange.send("HTTP/1.1 304 Not Modified\r\nETag: \"another\"\r\n\r\n");
    else
      exchange.respond("body", {{"ETag", "\"v1\""}});
  });
  get("/a");
  clock.advance(61s);
  EXPECT_EQ(get("/a").body, "body");
  const std::vector<OriginRequest> seen = origin.requests("/a");
  ASSERT_EQ(seen.size(), 3U);
  const auto id = [&](std::size_t i) { return seen[i].fields.value("x-request-id"); };
  EXPECT_EQ(id(1), id(2));
  EXPECT_NE(id(0), id(1)) << "another fetch";
}

TEST_F(Validation, LastModifiedServesWhereThereIsNoEntityTag) {
  start("- path: /a\n  ttl: 60s");
  const std::string modified = clock.http_date(-1h);
  origin.on("/a", [modified](OriginExchange& exchange) {
    if (exchange.request().fields.value("if-modified-since") == modified)
      exchange.send("HTTP/1.1 304 Not Modified\r\n\r\n");
    else
      exchange.respond("body", {{"Last-Modified", modified}});
  });
  get("/a");
  clock.advance(61s);
  EXPECT_EQ(get("/a").body, "body");
  EXPECT_EQ(origin.last("/a").fields.value("if-modified-since"), modified);
  EXPECT_EQ(x_cache("/a"), "HIT");
}

TEST_F(Validation, ANewEntityTagReplacesTheEntry) {
  start("- path: /a\n  ttl: 60s");
  origin.on("/a", [](OriginExchange& exchange) {
    const std::string number = std::to_string(exchange.request().number);
    exchange.respond("body " + number, {{"ETag", "\"v" + number + "\""}});
  });
  get("/a");
  clock.advance(61s);
  EXPECT_EQ(get("/a").body, "body 2");
  EXPECT_EQ(origin.last("/a").fields.value("if-none-match"), "\"v1\"");
  const Response hit = get("/a");
  EXPECT_EQ(hit.body, "body 2");
  EXPECT_EQ(hit["etag"], "\"v2\"");
}

TEST_F(Validation, AClientsOwnConditionIsAnsweredFromTheFreshenedEntry) {
  start("- path: /a\n  ttl: 60s");
  origin.on("/a", [](OriginExchange& exchange) {
    if (exchange.request().fields.value("if-none-match") == "\"v1\"")
      exchange.send("HTTP/1.1 304 Not Modified\r\nETag: \"v1\"\r\n\r\n");
    else
      exchange.respond("body", {{"ETag", "\"v1\""}});
  });
  get("/a");
  clock.advance(61s);
  EXPECT_EQ(get("/a", {{"If-None-Match", "\"v1\""}}).status, 304);
  clock.advance(61s);
  EXPECT_EQ(get("/a", {{"If-None-Match", "\"v0\""}}).body, "body");
  clock.advance(61s);
  EXPECT_EQ(request("HEAD", "/a").status, 200);
  EXPECT_EQ(get("/a").body, "body");
}

TEST_F(Validation, ManyClientsOfAStaleEntryMakeOneConditionalRequest) {
  start("- path: /a\n  ttl: 60s");
  origin.on("/a", [](OriginExchange& exchange) {
    if (exchange.request().number == 1) {
      exchange.respond("body", {{"ETag", "\"v1\""}});
      return;
    }
    exchange.hold("validation");
    exchange.send("HTTP/1.1 304 Not Modified\r\nETag: \"v1\"\r\n\r\n");
  });
  get("/a");
  clock.advance(61s);
  std::vector<Client> all;
  for (int i = 0; i < 6; ++i) {
    all.push_back(client());
    all.back().send_request("GET", "/a");
    if (i == 0) {
      ASSERT_TRUE(origin.gate("validation").wait_for());
    }
  }
  let_requests_arrive();
  origin.gate("validation").open();
  for (Client& one : all) EXPECT_EQ(one.read().body, "body");
  EXPECT_EQ(origin.count("/a"), 2U);
}

TEST_F(Validation, NoCacheIsStoredAndValidatedBeforeEveryUse) {
  start("- path: /a");
  origin.on("/a", [](OriginExchange& exchange) {
    if (exchange.request().fields.value("if-none-match") == "\"v1\"")
      exchange.send("HTTP/1.1 304 Not Modified\r\nETag: \"v1\"\r\n\r\n");
    else
      exchange.respond("body", {{"ETag", "\"v1\""}, {"Cache-Control", "no-cache"}});
  });
  for (std::size_t i = 1; i <= 3; ++i) {
    const Response response = get("/a");
    EXPECT_EQ(response.body, "body");
    EXPECT_EQ(response.x_cache(), "MISS");
    EXPECT_EQ(origin.count("/a"), i);
  }
}

TEST_F(Validation, A304ForAnotherVersionDoesNotReviveTheEntry) {
  start("- path: /a\n  ttl: 60s");
  origin.on("/a", [](OriginExchange& exchange) {
    const Fields& asked = exchange.request().fields;
    if (asked.has("if-none-match"))
      exchange.send("HTTP/1.1 304 Not Modified\r\nETag: \"v9\"\r\n\r\n");
    else
      exchange.respond("body " + std::to_string(exchange.request().number), {{"ETag", "\"v1\""}});
  });
  get("/a");
  clock.advance(61s);
  EXPECT_EQ(get("/a").body, "body 3");
  EXPECT_EQ(origin.count("/a"), 3U);
  EXPECT_FALSE(origin.last("/a").fields.has("if-none-match"));
  EXPECT_EQ(get("/a").x_cache(), "HIT");
}

// RFC 9111 section 4.3.3: where nothing stale may be served, the error is the answer; it takes
// nothing away from what is stored.
TEST_F(Validation, AnErrorIsPassedOnAndTheEntryStays) {
  start("- path: /a\n  ttl: 60s\n  stale_if_error: 0s");
  origin.on("/a", [](OriginExchange& exchange) {
    const std::size_t number = exchange.request().number;
    if (number == 1) {
      exchange.respond("body", {{"ETag", "\"v1\""}});
    } else if (number == 2) {
      exchange.respond("sorry", {}, "503 Service Unavailable");
    } else {
      exchange.send("HTTP/1.1 304 Not Modified\r\nETag: \"v1\"\r\n\r\n");
    }
  });
  get("/a");
  clock.advance(61s);
  const Response failed = get("/a");
  EXPECT_EQ(failed.status, 503);
  EXPECT_EQ(failed.body, "sorry");
  EXPECT_EQ(origin.last("/a").fields.value("if-none-match"), "\"v1\"");
  const Response validated = get("/a");
  EXPECT_EQ(validated.status, 200);
  EXPECT_EQ(validated.body, "body");
  EXPECT_EQ(origin.last("/a").fields.value("if-none-match"), "\"v1\"");
  EXPECT_EQ(origin.count("/a"), 3U);
}

TEST_F(Validation, WhatWasSoftlyPurgedIsRevivedByA304) {
  start("- path: /a\n  tags: [t]");
  origin.on("/a", [](OriginExchange& exchange) {
    if (exchange.request().fields.value("if-none-match") == "\"v1\"")
      exchange.send("HTTP/1.1 304 Not Modified\r\nETag: \"v1\"\r\n\r\n");
    else
      exchange.respond("body", {{"ETag", "\"v1\""}});
  });
  get("/a");
  EXPECT_EQ(purge(R"({"tags": ["t"], "soft": true})").status, 200);
  const Response validated = get("/a");
  EXPECT_EQ(validated.x_cache(), "MISS");
  EXPECT_EQ(validated.body, "body");
  EXPECT_EQ(origin.last("/a").fields.value("if-none-match"), "\"v1\"");
  EXPECT_EQ(x_cache("/a"), "HIT");
  EXPECT_EQ(origin.count("/a"), 2U);
}

TEST_F(Validation, AFetchThatASoftPurgeOvertakesIsStaleWhenItArrives) {
  start("- path: /a\n  tags: [t]");
  origin.on("/a", [](OriginExchange& exchange) {
    if (exchange.request().number == 1) exchange.hold("first");
    exchange.respond("#" + std::to_string(exchange.request().number));
  });
  Client before = client();
  before.send_request("GET", "/a");
  ASSERT_TRUE(origin.gate("first").wait_for());
  EXPECT_EQ(purge(R"({"tags": ["t"], "soft": true})").status, 200);
  origin.gate("first").open();
  EXPECT_EQ(before.read().body, "#1");
  EXPECT_EQ(get("/a").body, "#2");
  EXPECT_EQ(get("/a").body, "#2");
}

}  // namespace
}  // namespace hawkcache::scenario
