// The first minute with the daemon: MISS, then HIT, how long, for whom, and what the answer says
// about it.
#include "scenario/support/scenario.hpp"

namespace hawkcache::scenario {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class HitMiss : public Scenario {};

TEST_F(HitMiss, TheFirstRequestIsAMissAndTheSecondAHit) {
  start("- path: /users/{id:int}\n  ttl: 60s");
  const Response first = get("/users/42");
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(first.x_cache(), "MISS");
  EXPECT_THAT(first.cache_status(), StartsWith("hawkcache; fwd=uri-miss"));
  EXPECT_THAT(first.cache_status(), HasSubstr("stored"));
  EXPECT_EQ(first.body, "/users/42 #1");
  EXPECT_FALSE(first.has("age"));

  const Response second = get("/users/42");
  EXPECT_EQ(second.status, 200);
  EXPECT_EQ(second.x_cache(), "HIT");
  EXPECT_THAT(second.cache_status(), StartsWith("hawkcache; hit"));
  EXPECT_THAT(second.cache_status(), HasSubstr("ttl=60"));
  EXPECT_EQ(second.body, "/users/42 #1");
  EXPECT_EQ(second["age"], "0");
  EXPECT_EQ(second["content-length"], "12");
  EXPECT_THAT(second["via"], HasSubstr("hawkcache"));
  EXPECT_EQ(origin.count("/users/42"), 1U);
}

TEST_F(HitMiss, AgeGrowsWithTheClockUntilTheEntryExpires) {
  start("- path: /a\n  ttl: 60s");
  get("/a");
  clock.advance(59s);
  const Response hit = get("/a");
  EXPECT_EQ(hit.x_cache(), "HIT");
  EXPECT_EQ(hit["age"], "59");
  EXPECT_THAT(hit.cache_status(), HasSubstr("ttl=1"));
  clock.advance(1s);
  const Response expired = get("/a");
  EXPECT_EQ(expired.x_cache(), "MISS");
  EXPECT_EQ(expired.body, "/a #2");
}

TEST_F(HitMiss, TheOriginsAgeIsAddedToOurs) {
  start("- path: /a");
  origin.answer("/a", ok("a", {{"Cache-Control", "max-age=100"}, {"Age", "40"}}));
  EXPECT_EQ(get("/a")["age"], "40");
  clock.advance(30s);
  const Response hit = get("/a");
  EXPECT_EQ(hit.x_cache(), "HIT");
  EXPECT_EQ(hit["age"], "70");
  EXPECT_EQ(hit.fields.count_of("age"), 1U);
  clock.advance(30s);
  EXPECT_EQ(x_cache("/a"), "MISS");
}

TEST_F(HitMiss, AnOldDateCountsAsAge) {
  start("- path: /a");
  origin.answer("/a", ok("a", {{"Date", clock.http_date(-50s)}, {"Cache-Control", "max-age=60"}}));
  get("/a");
  clock.advance(9s);
  EXPECT_EQ(get("/a")["age"], "59");
  clock.advance(1s);
  EXPECT_EQ(x_cache("/a"), "MISS");
}

TEST_F(HitMiss, HeadIsAnsweredFromTheEntryOfGet) {
  start("- path: /a");
  get("/a");
  const Response head = request("HEAD", "/a");
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.x_cache(), "HIT");
  EXPECT_EQ(head["content-length"], "5");
  EXPECT_EQ(head.body, "");
  EXPECT_EQ(origin.count("/a"), 1U);
}

TEST_F(HitMiss, AHeadThatComesFirstDoesNotLeaveAnEmptyEntryBehind) {
  start("- path: /a");
  const Response head = request("HEAD", "/a");
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.x_cache(), "MISS");
  EXPECT_EQ(head.body, "");
  const Response full = get("/a");
  EXPECT_EQ(full.status, 200);
  EXPECT_THAT(full.body, StartsWith("/a #"));
  EXPECT_EQ(x_cache("/a"), "HIT");
}

TEST_F(HitMiss, AHeadOnAKeptConnectionLeavesTheConnectionInOrder) {
  start("- path: /a");
  Client one = client();
  EXPECT_EQ(one.request("HEAD", "/a").status, 200);
  EXPECT_THAT(one.get("/a").body, StartsWith("/a #"));
  EXPECT_EQ(one.request("HEAD", "/a").x_cache(), "HIT");
  EXPECT_EQ(one.request("HEAD", "/not-cached").status, 200);
  EXPECT_THAT(one.get("/a").body, StartsWith("/a #"));
}

TEST_F(HitMiss, PathsWithoutARulePassWithoutXCache) {
  start("- path: /cached");
  for (int i = 1; i <= 2; ++i) {
    const Response response = get("/other");
    EXPECT_EQ(response.body, "/other #" + std::to_string(i));
    EXPECT_FALSE(response.has("x-cache"));
    EXPECT_EQ(response.fields.count_of("age"), 0U);
  }
}

TEST_F(HitMiss, OtherMethodsPassWithTheirBodies) {
  start("- path: /a");
  origin.on("/a", [](OriginExchange& exchange) {
    exchange.respond(exchange.request().method + ":" + exchange.request().body);
  });
  for (const char* method : {"POST", "PUT", "PATCH", "DELETE", "REPORT"}) {
    const Response response = request(method, "/a", {}, "payload");
    EXPECT_EQ(response.body, std::string(method) + ":payload");
    EXPECT_NE(response.x_cache(), "HIT");
  }
  EXPECT_EQ(request("POST", "/a").body, "POST:");
}

TEST_F(HitMiss, TheFirstRuleThatMatchesWins) {
  start(
      "- path: /users/me\n  ttl: 10s\n"
      "- path: /users/{id}\n  ttl: 100s\n"
      "- path: /{rest:path}\n  hosts: [other.test]\n  ttl: 1000s\n");
  EXPECT_EQ(x_cache("/users/me"), "MISS");
  EXPECT_EQ(x_cache("/users/7"), "MISS");
  EXPECT_THAT(get("/users/me").cache_status(), HasSubstr("ttl=10"));
  EXPECT_THAT(get("/users/7").cache_status(), HasSubstr("ttl=100"));
  EXPECT_FALSE(get("/posts/7").has("x-cache"));
  get("/posts/7", {{"Host", "other.test"}});
  EXPECT_THAT(get("/posts/7", {{"Host", "other.test"}}).cache_status(), HasSubstr("ttl=1000"));
}

TEST_F(HitMiss, ABodyLargerThanMaxObjectPassesWholeAndIsNotStored) {
  start(Daemon{.routes = "- path: /big\n- path: /chunked\n- path: /small",
               .memory = "max_object: 64KiB"});
  const std::string big(300'000, 'b');
  origin.answer("/big", ok(big));
  origin.answer("/chunked", ok_chunked({big.substr(0, 100'000), big.substr(100'000)}));
  for (const char* target : {"/big", "/chunked"}) {
    SCOPED_TRACE(target);
    for (int i = 0; i < 2; ++i) {
      const Response response = get(target);
      EXPECT_TRUE(response.whole);
      EXPECT_TRUE(response.body == big);
      EXPECT_NE(response.x_cache(), "HIT");
    }
  }
  get("/small");
  EXPECT_EQ(x_cache("/small"), "HIT");
}

TEST_F(HitMiss, AChunkedAnswerIsStoredAsAWhole) {
  start("- path: /a");
  origin.answer("/a", ok_chunked({"one ", "two ", "three"}));
  EXPECT_EQ(get("/a").body, "one two three");
  const Response hit = get("/a");
  EXPECT_EQ(hit.x_cache(), "HIT");
  EXPECT_EQ(hit.body, "one two three");
  EXPECT_EQ(hit["content-length"], "13");
  EXPECT_FALSE(hit.has("transfer-encoding"));
}

TEST_F(HitMiss, AnEmptyBodyIsStoredToo) {
  start("- path: /empty\n- path: /nothing");
  origin.answer("/empty", ok(""));
  origin.answer("/nothing", "HTTP/1.1 204 No Content\r\n\r\n");
  for (const char* target : {"/empty", "/nothing"}) {
    const Response miss = get(target);
    EXPECT_EQ(miss.x_cache(), "MISS") << target;
    const Response hit = get(target);
    EXPECT_EQ(hit.x_cache(), "HIT") << target;
    EXPECT_EQ(hit.status, miss.status);
    EXPECT_EQ(hit.body, "");
  }
}

TEST_F(HitMiss, AnOriginOfHttp10ThatClosesIsServedAndStored) {
  start("- path: /old\n- path: /pass");
  const auto script = [](OriginExchange& exchange) {
    exchange.send("HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nold but whole");
    exchange.close();
  };
  origin.on("/old", script);
  origin.on("/unmatched", script);
  EXPECT_EQ(get("/old").body, "old but whole");
  const Response hit = get("/old");
  EXPECT_EQ(hit.version, "HTTP/1.1");
  EXPECT_EQ(hit.body, "old but whole");
  EXPECT_EQ(hit["content-length"], "13");
  const Response passed = get("/unmatched");
  EXPECT_EQ(passed.body, "old but whole");
  EXPECT_TRUE(passed.whole);
}

TEST_F(HitMiss, AClientOfHttp10GetsNoChunksAndAClosedConnection) {
  start("- path: /a");
  origin.answer("/a", ok_chunked({"one ", "two"}));
  origin.answer("/unmatched", ok_chunked({"one ", "two"}));
  for (const char* target : {"/a", "/a", "/unmatched"}) {
    SCOPED_TRACE(target);
    Client old = client();
    old.send("GET " + std::string(target) + " HTTP/1.0\r\nHost: api.test\r\n\r\n");
    const Response response = old.read();
    EXPECT_EQ(response.status, 200);
    EXPECT_FALSE(response.has("transfer-encoding"));
    EXPECT_EQ(response.body, "one two");
    EXPECT_TRUE(old.is_closed_by_peer());
  }
}

TEST_F(HitMiss, AClientOfHttp10KeepsTheConnectionWhenItAsks) {
  start("- path: /a");
  get("/a");
  Client old = client();
  for (int i = 0; i < 2; ++i) {
    old.send("GET /a HTTP/1.0\r\nHost: api.test\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_EQ(old.read().body, "/a #1");
  }
}

TEST_F(HitMiss, ConnectionCloseIsObeyedAndAnnounced) {
  start("- path: /a");
  for (const char* target : {"/a", "/a", "/unmatched"}) {
    SCOPED_TRACE(target);
    Client once = client();
    const Response response = once.get(target, {{"Connection", "close"}});
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response["connection"], "close");
    EXPECT_TRUE(once.is_closed_by_peer());
  }
}

TEST_F(HitMiss, ManyRequestsOnOneConnectionReuseOneOriginConnection) {
  start(Daemon{.routes = "- path: /a/{n}", .threads = 1});
  Client one = client();
  for (int i = 0; i < 50; ++i) {
    const std::string target = "/a/" + std::to_string(i);
    EXPECT_EQ(one.get(target).body, target + " #1");
    EXPECT_EQ(one.get(target).x_cache(), "HIT");
  }
  EXPECT_EQ(origin.connections(), 1U);
}

TEST_F(HitMiss, TheKeyIsShownInCacheStatusWhereAskedFor) {
  start(Daemon{.routes = "- path: /a\n  request_cache_control: honor",
               .rest = "cache_status_key: true"});
  get("/a?x=1");
  EXPECT_THAT(get("/a?x=1").cache_status(), HasSubstr("key="));
  EXPECT_THAT(request("POST", "/a?x=1").cache_status(), HasSubstr("key=")) << "kept for a GET";
  start("- path: /a");
  get("/a?x=1");
  EXPECT_THAT(get("/a?x=1").cache_status(), Not(HasSubstr("key=")));
}

}  // namespace
}  // namespace hawkcache::scenario
