// What the origin sees of a request and what the client sees of a response: fields that are added,
// kept and removed.
#include "scenario/support/scenario.hpp"

namespace hawkcache::scenario {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class Forwarding : public Scenario {
 protected:
  void SetUp() override { start("- path: /cached/{rest:path}"); }
};

TEST_F(Forwarding, TheOriginLearnsWhoAskedAndThroughWhom) {
  for (const char* target : {"/cached/1", "/pass"}) {
    SCOPED_TRACE(target);
    get(target,
        {{"Host", "api.test:81"},
         {"X-Forwarded-For", "10.1.1.1"},
         {"X-Forwarded-Proto", "https"},
         {"X-Forwarded-Host", "evil.test"},
         {"Via", "1.0 first"}});
    const OriginRequest seen = origin.last(target);
    EXPECT_EQ(seen.version, "HTTP/1.1");
    EXPECT_EQ(seen.fields.value("host"), "api.test:81");
    EXPECT_EQ(seen.fields.value("x-forwarded-for"), "10.1.1.1, 127.0.0.1");
    EXPECT_EQ(seen.fields.value("x-forwarded-proto"), "http");
    EXPECT_EQ(seen.fields.value("x-forwarded-host"), "api.test:81");
    EXPECT_THAT(seen.fields.value("via"), HasSubstr("1.0 first"));
    EXPECT_THAT(seen.fields.value("via"), HasSubstr("hawkcache"));
    EXPECT_EQ(seen.fields.count_of("host"), 1U);
    EXPECT_EQ(seen.fields.count_of("x-forwarded-proto"), 1U);
    EXPECT_FALSE(seen.fields.value("x-request-id").empty());
  }
}

TEST_F(Forwarding, EmptyLinesOfAListLeaveNoEmptyMembers) {
  get("/pass",
      {{"Via", ""}, {"Via", "1.0 a"}, {"X-Forwarded-For", ""}, {"X-Forwarded-For", "10.1.1.1"}});
  const OriginRequest seen = origin.last("/pass");
  EXPECT_EQ(seen.fields.value("via"), "1.0 a, 1.1 hawkcache");
  EXPECT_EQ(seen.fields.value("x-forwarded-for"), "10.1.1.1, 127.0.0.1");
}

TEST_F(Forwarding, ViaTellsTheVersionThatWasReceived) {
  for (const char* target : {"/cached/via", "/pass"}) {
    origin.on(target, [](OriginExchange& exchange) {
      exchange.send("HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx");
      exchange.close();
    });
    EXPECT_EQ(get(target)["via"], "1.0 hawkcache") << target;
  }
  EXPECT_EQ(get("/cached/via")["via"], "1.0 hawkcache");
}

TEST_F(Forwarding, ARevalidatedResponseKeepsTheViaOfAnotherHawkcache) {
  origin.on("/cached/chain", [](OriginExchange& exchange) {
    if (exchange.request().fields.has("if-none-match")) {
      exchange.respond("", {{"ETag", "\"v\""}}, "304 Not Modified");
    } else {
      exchange.respond(
          "x", {{"Via", "1.1 hawkcache"}, {"ETag", "\"v\""}, {"Cache-Control", "no-cache"}});
    }
  });
  EXPECT_EQ(get("/cached/chain").fields.count_of("via"), 2U);
  EXPECT_EQ(get("/cached/chain").fields.count_of("via"), 2U);
  EXPECT_EQ(get("/cached/chain").fields.count_of("via"), 2U);
}

TEST_F(Forwarding, ARequestThatComesBackIsAnswered508) {
  get("/pass", {{"CDN-Loop", "other; v=1"}});
  const Fields came_back{{"CDN-Loop", origin.last("/pass").fields.value("cdn-loop")}};
  EXPECT_THAT(came_back.value("cdn-loop"), HasSubstr("other; v=1, hawkcache; id="));
  const std::size_t before = origin.count();
  for (const char* target : {"/pass", "/cached/loop"}) {
    for (const char* method : {"GET", "POST", "PURGE"}) {
      const Response response = request(method, target, came_back);
      EXPECT_EQ(response.status, 508) << method << target;
      EXPECT_THAT(response.body, HasSubstr("leads to itself"));
    }
  }
  std::string visits = "1.1 hawkcache";
  for (int i = 1; i < 16; ++i) visits += ", 1.1 proxy, 1.0 Hawkcache (node)";
  EXPECT_EQ(get("/cached/loop", {{"Via", visits}}).status, 508);
  EXPECT_EQ(origin.count(), before);
  // Another daemon's member, and a chain of a few, are no loop.
  EXPECT_EQ(get("/pass", {{"CDN-Loop", "hawkcache; id=0"}, {"Via", "1.1 hawkcache, 1.1 hawkcache"}})
                .status,
            200);
  EXPECT_EQ(origin.count(), before + 1);
}

TEST_F(Forwarding, EveryRequestHasAnIdOfItsOwn) {
  get("/pass");
  get("/pass");
  const auto seen = origin.requests("/pass");
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_NE(seen[0].fields.value("x-request-id"), seen[1].fields.value("x-request-id"));
}

TEST_F(Forwarding, HopByHopFieldsOfARequestStayHere) {
  for (const char* target : {"/cached/2", "/pass"}) {
    SCOPED_TRACE(target);
    get(target,
        {{"Connection", "keep-alive, X-Secret"},
         {"X-Secret", "1"},
         {"Keep-Alive", "timeout=5"},
         {"Proxy-Connection", "keep-alive"},
         {"TE", "trailers"},
         {"Upgrade", "websocket"},
         {"Proxy-Authorization", "Basic x"},
         {"X-Kept", "yes"}});
    const OriginRequest seen = origin.last(target);
    for (const char* name :
         {"x-secret", "keep-alive", "proxy-connection", "te", "upgrade", "proxy-authorization"}) {
      EXPECT_FALSE(seen.fields.has(name)) << name;
    }
    EXPECT_THAT(seen.fields.value("connection"), Not(HasSubstr("X-Secret")));
    EXPECT_EQ(seen.fields.value("x-kept"), "yes");
  }
}

TEST_F(Forwarding, HopByHopFieldsOfAResponseAreNeitherPassedNorStored) {
  const std::string raw = ok("x",
                             {{"Connection", "X-Secret, keep-alive"},
                              {"X-Secret", "1"},
                              {"Keep-Alive", "timeout=5"},
                              {"Proxy-Authenticate", "Basic"},
                              {"Upgrade", "h2c"},
                              {"Proxy-Connection", "keep-alive"},
                              {"X-Kept", "yes"}});
  origin.answer("/cached/3", raw);
  origin.answer("/pass", raw);
  for (const char* target : {"/cached/3", "/cached/3", "/pass"}) {
    SCOPED_TRACE(target);
    const Response response = get(target);
    for (const char* name : {"x-secret", "keep-alive", "proxy-connection", "upgrade"}) {
      EXPECT_FALSE(response.has(name)) << name;
    }
    EXPECT_EQ(response["x-kept"], "yes");
  }
}

TEST_F(Forwarding, NamingOurOwnFieldsInConnectionBreaksNothing) {
  Client one = client();
  one.send(
      "POST /pass HTTP/1.1\r\nHost: api.test\r\n"
      "Connection: Host, Content-Length, X-Forwarded-For, X-Forwarded-Proto, Via, X-Request-Id\r\n"
      "Content-Length: 5\r\n\r\nhello");
  EXPECT_EQ(one.read().status, 200);
  const OriginRequest seen = origin.last("/pass");
  EXPECT_EQ(seen.body, "hello");
  EXPECT_EQ(seen.fields.value("host"), "api.test");
  EXPECT_EQ(seen.fields.value("x-forwarded-for"), "127.0.0.1");
  EXPECT_EQ(seen.fields.value("x-forwarded-proto"), "http");
  EXPECT_TRUE(seen.fields.has("via"));

  origin.answer("/cached/4",
                ok("x", {{"Connection", "X-Cache, Age, Cache-Status, Content-Length"}}));
  get("/cached/4");
  const Response hit = get("/cached/4");
  EXPECT_EQ(hit.x_cache(), "HIT");
  EXPECT_EQ(hit["age"], "0");
  EXPECT_EQ(hit.body, "x");
}

TEST_F(Forwarding, TagsOfTheOriginAreNotShownToClients) {
  const std::string raw = ok("x",
                             {{"Surrogate-Key", "a b"},
                              {"Cache-Tag", "c,d"},
                              {"Cache-Invalidate-Tags", "e"},
                              {"Surrogate-Control", "max-age=5"},
                              {"Cache-Groups", "\"g\""},
                              {"CDN-Cache-Control", "max-age=60"}});
  origin.answer("/cached/5", raw);
  origin.answer("/pass", raw);
  for (const char* target : {"/cached/5", "/cached/5", "/pass"}) {
    SCOPED_TRACE(target);
    const Response response = get(target);
    EXPECT_FALSE(response.has("surrogate-key"));
    EXPECT_FALSE(response.has("cache-tag"));
    EXPECT_FALSE(response.has("cache-invalidate-tags"));
    EXPECT_EQ(response["cache-groups"], "\"g\"");
    EXPECT_EQ(response["cdn-cache-control"], "max-age=60");
  }
}

TEST_F(Forwarding, TheOriginsOwnXCacheAndAgeDoNotConfuse) {
  origin.answer("/cached/6",
                ok("x", {{"X-Cache", "HIT from elsewhere"}, {"Cache-Status", "\"other\"; hit"}}));
  const Response miss = get("/cached/6");
  EXPECT_EQ(miss.x_cache(), "MISS");
  EXPECT_THAT(miss.cache_status(), StartsWith("\"other\"; hit, hawkcache; fwd=uri-miss"));
  const Response hit = get("/cached/6");
  EXPECT_EQ(hit.x_cache(), "HIT");
  EXPECT_THAT(hit.cache_status(), StartsWith("\"other\"; hit, hawkcache; hit"));
}

TEST_F(Forwarding, AnXCacheOfTheOriginIsDroppedWhereNoRuleMatched) {
  origin.answer("/pass", ok("x", {{"X-Cache", "HIT from elsewhere"}}));
  EXPECT_FALSE(get("/pass").has("x-cache"));
}

TEST_F(Forwarding, TheAgeOfWhatIsPassedOnIsANumber) {
  start("- path: /rule");
  const std::vector<std::pair<std::string, std::string>> rows{
      {"5", "5"}, {"7, 9", "7"}, {"-5", ""}, {"abc", ""}, {"99999999999999999999", "2147483648"}};
  for (const auto& [sent, expected] : rows) {
    for (const char* target : {"/rule", "/pass"}) {
      SCOPED_TRACE(target + (" " + sent));
      origin.answer(target, ok("x", {{"Age", sent}}));
      EXPECT_EQ(get(target, {{"Cookie", "a=b"}})["age"], expected);
    }
  }
}

TEST_F(Forwarding, CacheStatusSaysWhyARequestWentOn) {
  start("- path: /a\n  request_cache_control: honor");
  origin.answer("/a", ok("x", {{"Vary", "X-Tenant"}}));
  EXPECT_THAT(get("/a").cache_status(), StartsWith("hawkcache; fwd=uri-miss; fwd-status=200"));
  EXPECT_THAT(get("/a", {{"X-Tenant", "t"}}).cache_status(),
              StartsWith("hawkcache; fwd=vary-miss"));
  EXPECT_THAT(get("/a", {{"Cache-Control", "no-cache"}}).cache_status(),
              StartsWith("hawkcache; fwd=request"));
  EXPECT_THAT(request("POST", "/a").cache_status(), StartsWith("hawkcache; fwd=method"));
  get("/a");
  clock.advance(24h);
  EXPECT_THAT(get("/a").cache_status(), StartsWith("hawkcache; fwd=stale"));
}

TEST_F(Forwarding, NoFieldOfAMissIsLostAndTheirOrderStays) {
  origin.answer("/cached/8",
                ok("x",
                   {{"X-B", "1"},
                    {"X-A", "2"},
                    {"Link", "<a>"},
                    {"X-B", "3"},
                    {"Cache-Control", "max-age=60, immutable"}}));
  for (const char* expected : {"MISS", "HIT"}) {
    const Response response = get("/cached/8");
    EXPECT_EQ(response.x_cache(), expected);
    std::string seen;
    for (const auto& [name, value] : response.fields) {
      for (const char* sent : {"X-B", "X-A", "Link", "Cache-Control"}) {
        if (name == sent) seen += name + ":" + value + " ";
      }
    }
    EXPECT_EQ(seen, "X-B:1 X-A:2 Link:<a> X-B:3 Cache-Control:max-age=60, immutable ");
  }
}

TEST_F(Forwarding, RepeatedFieldsAndHighBytesPassUnchanged) {
  const std::string raw =
      ok("x", {{"X-Many", "1"}, {"Link", "<a>"}, {"X-Many", "2"}, {"X-High", "caf\xc3\xa9\xff"}});
  origin.answer("/cached/7", raw);
  for (int i = 0; i < 2; ++i) {
    const Response response = get("/cached/7", {{"X-Sent", "\xe4\xf6\xfc"}});
    EXPECT_EQ(response["x-many"], "1, 2");
    EXPECT_EQ(response.fields.count_of("x-many"), 2U);
    EXPECT_EQ(response["x-high"], "caf\xc3\xa9\xff");
  }
  EXPECT_EQ(origin.last("/cached/7").fields.value("x-sent"), "\xe4\xf6\xfc");
}

TEST_F(Forwarding, BodiesStreamThroughInBothDirections) {
  std::string big;
  for (int i = 0; big.size() < 2'000'000; ++i) big += std::to_string(i) + ",";
  origin.on("/pass", [](OriginExchange& exchange) { exchange.respond(exchange.request().body); });
  const Response echoed = request("POST", "/pass", {}, big);
  EXPECT_TRUE(echoed.body == big);

  Client chunks = client();
  chunks.send("PUT /pass HTTP/1.1\r\nHost: api.test\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (std::size_t at = 0; at < big.size(); at += 100'000)
    chunks.send(chunk(big.substr(at, 100'000)));
  chunks.send("0\r\n\r\n");
  EXPECT_TRUE(chunks.read().body == big);
}

TEST_F(Forwarding, AnUploadReachesTheOriginBeforeItsEnd) {
  origin.on(
      "/upload",
      [](OriginExchange& exchange) {
        exchange.hold("head seen");
        exchange.read_body();
        exchange.respond("got " + exchange.request().body);
      },
      FakeOrigin::Body::by_script);
  Client one = client();
  one.send("POST /upload HTTP/1.1\r\nHost: api.test\r\nContent-Length: 10\r\n\r\nfirst");
  EXPECT_TRUE(origin.gate("head seen").wait_for());
  origin.gate("head seen").open();
  one.send("later");
  EXPECT_EQ(one.read().body, "got firstlater");
}

TEST_F(Forwarding, ADownloadReachesTheClientBeforeItsEnd) {
  const auto script = [](OriginExchange& exchange) {
    exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfirst");
    exchange.hold("half");
    exchange.send("later");
  };
  origin.on("/pass", script);
  origin.on("/cached/8", script);
  for (const char* target : {"/pass", "/cached/8"}) {
    SCOPED_TRACE(target);
    origin.gate("half").close();
    Client one = client();
    one.send_request("GET", target);
    Response response = one.read_head();
    EXPECT_EQ(response.status, 200);
    EXPECT_TRUE(one.read_body(response, 5));
    origin.gate("half").open();
    one.read_rest(response);
    EXPECT_EQ(response.body, "firstlater");
  }
}

}  // namespace
}  // namespace hawkcache::scenario
