// QUERY (RFC 10008): safe, idempotent, cacheable; its content belongs to its key.
#include "scenario/support/crowd.hpp"

namespace hawkcache::scenario {
namespace {

using ::testing::HasSubstr;

constexpr const char* kHonoursQuery =
    "- path: /{rest:path}\n  ttl: 60s\n  request_cache_control: honor\n";

class Query : public CrowdScenario {
 protected:
  void SetUp() override {
    origin.otherwise([](OriginExchange& exchange) {
      const OriginRequest& request = exchange.request();
      exchange.respond(request.method + " " + request.body.substr(0, 20) + " #" +
                       std::to_string(request.number));
    });
    start(kHonoursQuery);
  }
  Response query(std::string_view target, std::string_view asked, const Fields& fields = {}) {
    return request("QUERY", target, fields, asked);
  }
};

TEST_F(Query, ItsAnswerIsStoredUnderItsContent) {
  const Response miss = query("/a", "one", {{"Content-Type", "text/plain"}});
  EXPECT_EQ(miss.body, "QUERY one #1");
  EXPECT_EQ(miss.x_cache(), "MISS");
  EXPECT_THAT(miss.cache_status(), HasSubstr("fwd=uri-miss; fwd-status=200; stored"));
  const OriginRequest sent = origin.last("/a");
  EXPECT_EQ(sent.method, "QUERY");
  EXPECT_EQ(sent.fields.value("content-length"), "3");
  EXPECT_EQ(sent.fields.value("content-type"), "text/plain");
  const Response hit = query("/a", "one", {{"Content-Type", "text/plain"}});
  EXPECT_EQ(hit.x_cache(), "HIT");
  EXPECT_EQ(hit.body, "QUERY one #1");
  EXPECT_EQ(query("/a", "two", {{"Content-Type", "text/plain"}}).body, "QUERY two #2");
  EXPECT_EQ(get("/a").body, "GET  #3");
  EXPECT_EQ(query("/a", "one", {{"Content-Type", "text/plain"}}).x_cache(), "HIT");
}

TEST_F(Query, WhatItsContentMeansBelongsToItsKey) {
  const std::vector<Fields> meanings{{},
                                     {{"Content-Type", ""}},
                                     {{"Content-Type", "text/plain"}},
                                     {{"Content-Type", "application/json"}},
                                     {{"Content-Encoding", "gzip"}},
                                     {{"Content-Language", "gzip"}}};
  for (const Fields& fields : meanings) EXPECT_EQ(query("/a", "x", fields).x_cache(), "MISS");
  for (const Fields& fields : meanings) EXPECT_EQ(query("/a", "x", fields).x_cache(), "HIT");
  EXPECT_EQ(query("/a", "x", {{"Unrelated", "1"}}).x_cache(), "HIT");
}

TEST_F(Query, HowItsContentIsFramedDoesNot) {
  query("/a", "one and two");
  Client one = client();
  one.send("QUERY /a HTTP/1.1\r\nHost: api.test\r\nTransfer-Encoding: chunked\r\n\r\n" +
           chunk("one ") + chunk("and two") + "0\r\n\r\n");
  EXPECT_EQ(one.read("QUERY").x_cache(), "HIT");
  one.send(
      "QUERY /a HTTP/1.1\r\nHost: api.test\r\nExpect: 100-continue\r\nContent-Length: 11\r\n\r\n");
  const auto interim = one.wire().read_head();
  ASSERT_TRUE(interim);
  EXPECT_THAT(*interim, HasSubstr("100"));
  one.send("one and two");
  EXPECT_EQ(one.read("QUERY").x_cache(), "HIT");
  one.send("QUERY /a HTTP/1.1\r\nHost: api.test\r\n\r\n");
  EXPECT_EQ(one.read("QUERY").x_cache(), "MISS");
  one.send("QUERY /a HTTP/1.1\r\nHost: api.test\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(one.read("QUERY").x_cache(), "HIT");
}

TEST_F(Query, IsRelayedWhereNoRuleHonoursRequests) {
  start(
      "- path: /a\n  methods: [GET, QUERY]\n- path: /b\n- path: /c\n  methods: [QUERY]\n  "
      "request_cache_control: honor");
  for (const char* number : {"#1", "#2"}) {
    const Response listed = query("/a", "x");
    EXPECT_EQ(listed.body, std::string("QUERY x ") + number);
    EXPECT_EQ(listed.x_cache(), "BYPASS");
    const Response unlisted = query("/b", "x");
    EXPECT_EQ(unlisted.body, std::string("QUERY x ") + number);
    EXPECT_FALSE(unlisted.has("x-cache"));
  }
  query("/c", "x");
  EXPECT_EQ(query("/c", "x").x_cache(), "HIT");
}

TEST_F(Query, ContentThatIsTooLargeForAKeyIsRelayedWhole) {
  origin.on("/a", [](OriginExchange& exchange) {
    exchange.respond(std::to_string(exchange.request().body.size()) +
                     exchange.request().body.substr(64 * 1024));
  });
  std::string asked(64 * 1024, 'x');
  EXPECT_EQ(query("/a", asked).x_cache(), "MISS");
  EXPECT_EQ(query("/a", asked).x_cache(), "HIT");
  asked += "the end";
  const Response announced = query("/a", asked);
  EXPECT_EQ(announced.body, "65543the end");
  EXPECT_EQ(announced.x_cache(), "BYPASS");
  EXPECT_THAT(announced.cache_status(),
              HasSubstr("fwd=bypass; fwd-status=200; detail=query-content"));
  Client one = client();
  one.send("QUERY /a HTTP/1.1\r\nHost: api.test\r\nTransfer-Encoding: chunked\r\n\r\n" +
           chunk("a") + chunk(asked.substr(1)) + "0\r\n\r\n");
  const Response grown = one.read("QUERY");
  EXPECT_EQ(grown.body, "65543the end");
  EXPECT_EQ(grown.x_cache(), "BYPASS");
  EXPECT_EQ(one.get("/b").x_cache(), "MISS");
}

TEST_F(Query, BrokenContentReachesNobody) {
  Client one = client();
  one.send("QUERY /a HTTP/1.1\r\nHost: api.test\r\nTransfer-Encoding: chunked\r\n\r\nnot hex\r\n");
  EXPECT_EQ(one.read("QUERY").status, 400);
  Client two = client();
  two.send("QUERY /a HTTP/1.1\r\nHost: api.test\r\nContent-Length: 10\r\n\r\nhalf");
  two.finish_sending();
  EXPECT_EQ(two.read("QUERY").status, 0);
  EXPECT_EQ(origin.count("/a"), 0U);
}

TEST_F(Query, ManyForOneThingMakeOneFetch) {
  origin.on("/a", [](OriginExchange& exchange) {
    exchange.hold("query");
    exchange.respond(exchange.request().body);
  });
  std::vector<Client> all = clients(6);
  for (std::size_t i = 0; i < all.size(); ++i) {
    all[i].send_request("QUERY", "/a", {}, i < 4 ? "same" : "other");
  }
  ASSERT_TRUE(origin.gate("query").wait_for(2));
  let_requests_arrive();
  origin.gate("query").open();
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(all[i].read("QUERY").body, i < 4 ? "same" : "other");
  }
  EXPECT_EQ(origin.count("/a"), 2U);
}

TEST_F(Query, IsValidatedWithItsContent) {
  origin.on("/a", [](OriginExchange& exchange) {
    if (exchange.request().fields.value("if-none-match") == "\"v1\"") {
      exchange.send("HTTP/1.1 304 Not Modified\r\nETag: \"v1\"\r\n\r\n");
    } else {
      exchange.respond("answer", {{"ETag", "\"v1\""}});
    }
  });
  query("/a", "x");
  EXPECT_EQ(query("/a", "x", {{"If-None-Match", "\"v1\""}}).status, 304);
  EXPECT_EQ(query("/a", "x", {{"Range", "bytes=0-1"}}).body, "answer");
  clock.advance(61s);
  const Response validated = query("/a", "x");
  EXPECT_EQ(validated.body, "answer");
  EXPECT_THAT(validated.cache_status(), HasSubstr("fwd-status=304"));
  EXPECT_EQ(origin.last("/a").method, "QUERY");
  EXPECT_EQ(origin.last("/a").body, "x");
  EXPECT_EQ(query("/a", "x").x_cache(), "HIT");
}

TEST_F(Query, IsRefreshedInTheBackgroundAndServedStaleOnErrors) {
  start(std::string(kHonoursQuery) + "  stale_while_revalidate: 10s\n  stale_if_error: 10m");
  query("/a", "x");
  clock.advance(65s);
  EXPECT_EQ(query("/a", "x").body, "QUERY x #1");
  ASSERT_TRUE(origin.wait_for_requests("/a", 2));
  ASSERT_TRUE(eventually([&] { return query("/a", "x").body == "QUERY x #2"; }));
  EXPECT_EQ(origin.last("/a").body, "x");
  clock.advance(90s);
  origin.refuse();
  const Response stale = query("/a", "x");
  EXPECT_EQ(stale.body, "QUERY x #2");
  EXPECT_THAT(stale.cache_status(), HasSubstr("stale-if-error"));
}

TEST_F(Query, IsPurgedLikeAGet) {
  for (const char* what : {R"({"urls": ["/a"]})", R"({"tags": ["things"]})"}) {
    start(std::string(kHonoursQuery) + "  tags: [things]");
    query("/a", "x");
    query("/a", "y");
    EXPECT_EQ(purge(what).purged, 2U) << what;
    EXPECT_EQ(query("/a", "x").x_cache(), "MISS");
  }
}

TEST_F(Query, AWriteToItsUrlRemovesItsAnswers) {
  query("/a", "one");
  query("/b", "one");
  EXPECT_EQ(request("POST", "/a", {}, "x").status, 200);
  EXPECT_EQ(query("/a", "one").x_cache(), "MISS");
  EXPECT_EQ(query("/b", "one").x_cache(), "HIT");
}

TEST_F(Query, InvalidatesNothing) {
  get("/a");
  query("/a", "x");
  query("/a", std::string(100'000, 'x'));
  EXPECT_EQ(x_cache("/a"), "HIT");
}

TEST_F(Query, WhatKeepsAGetFromTheCacheKeepsItToo) {
  start(std::string(kHonoursQuery) + "  bypass: [{ header: x-debug }]");
  for (const Fields& fields : {Fields{{"X-Debug", "1"}},
                               Fields{{"Cookie", "a=1"}},
                               Fields{{"X-A", "1"}, {"Connection", "x-a"}}}) {
    EXPECT_EQ(query("/a", "x", fields).x_cache(), "BYPASS");
    EXPECT_EQ(origin.last("/a").body, "x");
  }
  EXPECT_EQ(query("/a", "x", {{"Authorization", "Basic YTpi"}}).x_cache(), "MISS");
  EXPECT_EQ(query("/a", "x").x_cache(), "MISS");
  EXPECT_EQ(query("/a", "x", {{"Cache-Control", "no-cache"}}).x_cache(), "MISS");
  EXPECT_EQ(query("/b", "x", {{"Cache-Control", "only-if-cached"}}).status, 504);
}

}  // namespace
}  // namespace hawkcache::scenario
