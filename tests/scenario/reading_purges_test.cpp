// `invalidates:` on a rule that takes GET: what is fetched purges, what is answered from the store
// does not.
#include "scenario/support/scenario.hpp"

#include <utility>

namespace hawkcache::scenario {
namespace {

using ::testing::HasSubstr;

class ReadingPurges : public Scenario {
 protected:
  void serve(const std::string& reading) {
    start("- path: /f\n  tags: [f]\n- path: /r\n  invalidates: [f]\n  " + reading);
    get("/f");
  }
  // Whether that request purged what is stored of /f; it is stored again afterwards.
  bool purges(std::string_view method, const Fields& fields = {}) {
    EXPECT_EQ(get("/f").x_cache(), "HIT");
    last = request(method, "/r", fields);
    return get("/f").x_cache() == "MISS";
  }
  Response last;
};

TEST_F(ReadingPurges, WithEveryFetchAndNoHit) {
  serve("request_cache_control: honor");
  EXPECT_TRUE(purges("GET")) << "stored";
  EXPECT_FALSE(purges("GET")) << "a hit";
  EXPECT_FALSE(purges("HEAD")) << "a hit";
  EXPECT_TRUE(purges("GET", {{"Cache-Control", "no-cache"}}));
  EXPECT_TRUE(purges("GET", {{"Cookie", "a=1"}})) << "round the cache";
  clock.advance(61s);
  get("/f");
  EXPECT_TRUE(purges("HEAD")) << "stale";
  EXPECT_EQ(proxy->metric("hawkcache_purges_by_response_total"), 4);
}

TEST_F(ReadingPurges, WhereTheOriginSucceedsAlone) {
  serve("ttl: origin");
  for (const auto& [status, purging] : {std::pair("200 OK", true),
                                        std::pair("301 Moved Permanently", true),
                                        std::pair("404 Not Found", false),
                                        std::pair("503 Service Unavailable", false)}) {
    const std::string line = status;
    origin.on("/r", [line](OriginExchange& exchange) { exchange.respond("x", {}, line); });
    EXPECT_EQ(purges("GET"), purging) << status;
  }
}

TEST_F(ReadingPurges, WithAValidation) {
  serve("ttl: 1s");
  origin.on("/r", [](OriginExchange& exchange) {
    if (exchange.request().fields.has("if-none-match"))
      exchange.send("HTTP/1.1 304 Not Modified\r\nETag: \"1\"\r\n\r\n");
    else
      exchange.respond("x", {{"ETag", "\"1\""}});
  });
  get("/r");
  get("/f");
  for (const char* method : {"GET", "HEAD"}) {
    clock.advance(2s);
    EXPECT_TRUE(purges(method));
    EXPECT_THAT(last.cache_status(), HasSubstr("fwd-status=304"));
    EXPECT_FALSE(purges("GET"));
  }
}

TEST_F(ReadingPurges, WithARefreshInTheBackground) {
  serve("ttl: 1s\n  stale_while_revalidate: 60s");
  get("/r");
  get("/f");
  clock.advance(2s);
  EXPECT_EQ(get("/r").x_cache(), "HIT");
  EXPECT_TRUE(origin.wait_for_requests("/r", 2));
  EXPECT_TRUE(eventually([this] { return get("/f").x_cache() == "MISS"; }));
}

// What a fetch brings is newer than the purge that it causes.
TEST_F(ReadingPurges, ItsOwnTagsKeepItOutOfNoStore) {
  start("- path: /r\n  tags: [r]\n  invalidates: [r]\n  ttl: 60s");
  const Response fetched = get("/r");
  EXPECT_THAT(fetched.cache_status(), HasSubstr("stored"));
  EXPECT_EQ(get("/r").x_cache(), "HIT");
  clock.advance(61s);
  EXPECT_THAT(get("/r").cache_status(), HasSubstr("stored"));
  EXPECT_EQ(get("/r").x_cache(), "HIT");
  EXPECT_EQ(origin.count("/r"), 2U);
}

class FetchingMeanwhile : public ReadingPurges {
 protected:
  // Asks for /r, which the origin answers "#1" when `purged` has been purged, and "#2" the next
  // time.
  Response fetch_while_purging(std::string_view purged) {
    start("- path: /r\n  tags: [r, s]\n  invalidates: [r]");
    origin.on("/r", [](OriginExchange& exchange) {
      if (exchange.request().number == 1) exchange.hold("first");
      exchange.respond("#" + std::to_string(exchange.request().number));
    });
    Client before = client();
    before.send_request("GET", "/r");
    EXPECT_TRUE(origin.gate("first").wait_for());
    EXPECT_EQ(purge(purged).status, 200);
    origin.gate("first").open();
    return before.read();
  }
};

// ... but no newer than another's.
TEST_F(FetchingMeanwhile, APurgeKeepsItOut) {
  EXPECT_THAT(fetch_while_purging(R"({"tags": ["s"]})").cache_status(),
              HasSubstr("purged-meanwhile"));
  EXPECT_EQ(get("/r").body, "#2");
}

// A soft one has made stale what it will be.
TEST_F(FetchingMeanwhile, ASoftPurgeIsNotForgotten) {
  EXPECT_EQ(fetch_while_purging(R"({"tags": ["s"], "soft": true})").body, "#1");
  EXPECT_EQ(get("/r").body, "#2");
}

// A 304 freshens what else would answer the request under the same entity tag, with tags of its
// own.
TEST_F(FetchingMeanwhile, APurgeKeepsOutWhatIsFreshenedAlong) {
  start("- path: /r\n  ttl: 60s\n  invalidates: [f]\n  request_cache_control: honor");
  origin.on("/r", [](OriginExchange& exchange) {
    const auto number = exchange.request().number;
    if (number == 3) {
      exchange.hold("validation");
      exchange.send("HTTP/1.1 304 Not Modified\r\nETag: \"1\"\r\n\r\n");
      return;
    }
    Fields fields{{"ETag", "\"1\""}};
    if (number == 1) fields.emplace_back("Surrogate-Key", "x");
    if (number == 2) fields.emplace_back("Vary", "X-V");
    exchange.respond("#" + std::to_string(number), fields);
  });
  const Fields anew{{"X-V", "a"}, {"Cache-Control", "no-cache"}};
  get("/r");
  request("GET", "/r", anew);
  EXPECT_EQ(request("GET", "/r", {{"X-V", "b"}}).body, "#1") << "without Vary, and still there";
  Client before = client();
  before.send_request("GET", "/r", anew);
  ASSERT_TRUE(origin.gate("validation").wait_for());
  EXPECT_EQ(purge(R"({"tags": ["x"]})").status, 200);
  origin.gate("validation").open();
  EXPECT_EQ(before.read().body, "#2");
  EXPECT_EQ(request("GET", "/r", {{"X-V", "b"}}).body, "#4");
}

}  // namespace
}  // namespace hawkcache::scenario
