// Redis as the store: what one node has fetched answers requests to all of them, in every way in
// which a stored response is used.
#include "scenario/support/redis_scenario.hpp"

namespace hawkcache::scenario {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

class RedisStored : public RedisScenario, public ::testing::WithParamInterface<Backend> {
 protected:
  void serve(const std::string& routes) { start({.backend = GetParam(), .routes = routes}); }
};

TEST_P(RedisStored, AMissThenHitsOnEveryNode) {
  serve("- path: /a");
  const Response fetched = get(*a, "/a");
  EXPECT_EQ(fetched.x_cache(), "MISS");
  for (const auto* node : {&a, &b, &a, &b}) {
    const Response hit = get(**node, "/a");
    EXPECT_EQ(hit.x_cache(), "HIT") << hit;
    EXPECT_EQ(hit.body, "/a #1");
    EXPECT_EQ(hit["content-length"], "5");
  }
  EXPECT_EQ(origin.count("/a"), 1U);
}

TEST_P(RedisStored, OtherKeysAreOtherEntries) {
  serve("- path: /{rest:path}");
  get(*a, "/a?x=1");
  EXPECT_EQ(x_cache(*b, "/a?x=2"), "MISS");
  EXPECT_EQ(get(*b, "/a?x=1", {{"Host", "other.test"}}).x_cache(), "MISS");
  EXPECT_EQ(x_cache(*b, "/a?x=1"), "HIT");
}

TEST_P(RedisStored, VariantsByVary) {
  serve("- path: /a");
  origin.on("/a", [](OriginExchange& exchange) {
    exchange.respond(exchange.request().fields.value("x-lang"), {{"Vary", "X-Lang"}});
  });
  const auto ask = [](const ProxyUnderTest& node, const std::string& language) {
    const Response response = get(node, "/a", {{"X-Lang", language}});
    EXPECT_EQ(response.body, language) << response;
    return response.x_cache();
  };
  EXPECT_EQ(ask(*a, "de"), "MISS");
  EXPECT_EQ(ask(*a, "en"), "MISS");
  for (int i = 0; i < 2; ++i) {
    for (const char* language : {"de", "en"}) EXPECT_EQ(ask(*b, language), "HIT");
  }
  EXPECT_EQ(ask(*b, "fr"), "MISS");
  for (const char* language : {"de", "en", "fr"}) EXPECT_EQ(ask(*a, language), "HIT");
  EXPECT_THAT(names_of("r:"), SizeIs(3));
  EXPECT_THAT(names_of("i:"), SizeIs(1));
}

TEST_P(RedisStored, A304ThatBringsVaryLeavesNothingWithoutItOnAnyNode) {
  serve("- path: /a\n  request_cache_control: honor");
  origin.on("/a", [](OriginExchange& exchange) {
    const Fields& asked = exchange.request().fields;
    if (asked.has("if-none-match") && !asked.has("x-z")) {
      exchange.send("HTTP/1.1 304 Not Modified\r\nETag: \"1\"\r\nVary: X-Z\r\n\r\n");
    } else {
      Fields fields{{"ETag", "\"1\""}};
      if (asked.has("x-z")) fields.emplace_back("Vary", "X-Z");
      exchange.respond(asked.has("x-z") ? asked.value("x-z") : "none", fields);
    }
  });
  for (const auto* node : {&a, &b}) get(**node, "/a");
  const Response updated = get(*a, "/a", {{"Cache-Control", "no-cache"}});
  EXPECT_THAT(updated.cache_status(), HasSubstr("fwd-status=304"));
  EXPECT_TRUE(eventually([this] { return get(*b, "/a", {{"X-Z", "1"}}).body == "1"; }));
  EXPECT_EQ(get(*a, "/a", {{"X-Z", "2"}}).body, "2");
  for (const auto* node : {&a, &b}) EXPECT_EQ(get(**node, "/a").body, "none");
}

TEST_P(RedisStored, AFetchThatPurgesItsOwnTagsIsStoredForAllNodes) {
  serve("- path: /a\n  tags: [t]\n  invalidates: [t]\n- path: /b\n  tags: [t]");
  get(*b, "/b");
  EXPECT_THAT(get(*a, "/a").cache_status(), HasSubstr("stored"));
  for (const auto* node : {&a, &b}) EXPECT_EQ(get(**node, "/a").body, "/a #1");
  EXPECT_TRUE(eventually([this] { return get(*b, "/b").body == "/b #2"; }));
  EXPECT_EQ(origin.count("/a"), 1U);
}

TEST_P(RedisStored, AnEntryIsFreshenedByA304ForAllNodes) {
  serve("- path: /a\n  ttl: 60s");
  origin.on("/a", [](OriginExchange& exchange) {
    if (exchange.request().fields.value("if-none-match") == "\"v1\"") {
      exchange.send("HTTP/1.1 304 Not Modified\r\nETag: \"v1\"\r\nX-Round: 2\r\n\r\n");
    } else {
      exchange.respond("body", {{"ETag", "\"v1\""}, {"X-Round", "1"}});
    }
  });
  get(*a, "/a");
  clock.advance(61s);
  const Response validated = get(*b, "/a");
  EXPECT_EQ(validated.x_cache(), "MISS");
  EXPECT_EQ(validated.body, "body");
  EXPECT_THAT(validated.cache_status(), HasSubstr("fwd-status=304"));
  for (const auto* node : {&a, &b}) {
    const Response hit = get(**node, "/a");
    EXPECT_EQ(hit.x_cache(), "HIT") << hit;
    EXPECT_EQ(hit["x-round"], "2");
    EXPECT_EQ(hit.body, "body");
  }
  EXPECT_EQ(origin.count("/a"), 2U);
}

TEST_P(RedisStored, AStaleEntryIsServedOnOneNodeAndRefreshedForAll) {
  serve("- path: /a\n  ttl: 60s\n  stale_while_revalidate: 1h");
  content.set("old");
  origin.on("/a", [this](OriginExchange& exchange) { exchange.respond(content.get()); });
  get(*a, "/a");
  content.set("new");
  clock.advance(61s);
  const Response stale = get(*b, "/a");
  EXPECT_EQ(stale.x_cache(), "HIT");
  EXPECT_EQ(stale.body, "old");
  ASSERT_TRUE(eventually([this] { return get(*b, "/a").body == "new"; }));
  // The other node's memory hears of it.
  EXPECT_TRUE(eventually([this] { return get(*a, "/a").body == "new"; }));
  EXPECT_EQ(get(*a, "/a").x_cache(), "HIT");
}

TEST_P(RedisStored, AStaleEntryAnswersWhenTheOriginFails) {
  serve("- path: /a\n  ttl: 60s\n  stale_if_error: 1h");
  get(*a, "/a");
  origin.answer("/a", ok("broken", {}, "500 Internal Server Error"));
  clock.advance(61s);
  const Response stale = get(*b, "/a");
  EXPECT_EQ(stale.status, 200);
  EXPECT_EQ(stale.body, "/a #1");
}

TEST_P(RedisStored, RangesHeadAndConditionsAreAnsweredFromTheStore) {
  serve("- path: /a");
  origin.answer("/a", ok("0123456789", {{"ETag", "\"v1\""}}));
  get(*a, "/a");
  for (const auto* node : {&b, &a}) {
    const Response range = get(**node, "/a", {{"Range", "bytes=2-4"}});
    EXPECT_EQ(range.status, 206);
    EXPECT_EQ(range.body, "234");
    EXPECT_EQ(range["content-range"], "bytes 2-4/10");
    EXPECT_EQ(range.x_cache(), "HIT");
    const Response head = (*node)->client().request("HEAD", "/a");
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head["content-length"], "10");
    EXPECT_EQ(head.x_cache(), "HIT");
    const Response unchanged = get(**node, "/a", {{"If-None-Match", "\"v1\""}});
    EXPECT_EQ(unchanged.status, 304);
    EXPECT_EQ(unchanged.x_cache(), "HIT");
  }
  EXPECT_EQ(origin.count("/a"), 1U);
}

TEST_P(RedisStored, AStoredPartAnswersItsRangeOnEveryNode) {
  serve("- path: /a\n  ttl: origin");
  origin.on("/a", [](OriginExchange& exchange) {
    exchange.respond(
        "234",
        {{"Content-Range", "bytes 2-4/10"}, {"ETag", "\"v1\""}, {"Cache-Control", "max-age=60"}},
        "206 Partial Content");
  });
  const Fields range{{"Range", "bytes=2-4"}};
  EXPECT_EQ(get(*a, "/a", range).status, 206);
  const Response hit = get(*b, "/a", range);
  EXPECT_EQ(hit.status, 206);
  EXPECT_EQ(hit.body, "234");
  EXPECT_EQ(hit.x_cache(), "HIT");
  EXPECT_EQ(get(*a, "/a", range).x_cache(), "HIT");
  EXPECT_EQ(origin.count("/a"), 1U);
}

TEST_P(RedisStored, ALargeBody) {
  serve("- path: /a");
  std::string body(7 << 20, '\0');
  for (std::size_t i = 0; i < body.size(); ++i) body[i] = static_cast<char>(i * i >> 7);
  origin.answer("/a", ok(body));
  EXPECT_EQ(x_cache(*a, "/a"), "MISS");
  for (const auto* node : {&b, &a}) {
    const Response hit = get(**node, "/a");
    EXPECT_EQ(hit.x_cache(), "HIT");
    EXPECT_TRUE(hit.body == body);
    EXPECT_TRUE(get(**node, "/a", {{"Range", "bytes=-5"}}).body == body.substr(body.size() - 5));
  }
}

// Whether its length is told beforehand or not.
TEST_P(RedisStored, ABodyOfMaxObjectIsStoredAndOneByteMoreIsNot) {
  serve("- path: /{name}");
  const std::string most(8 << 20, 'x');
  const std::string more = most + 'x';
  origin.answer("/most", ok(most));
  origin.answer("/most-in-chunks", ok_chunked({most}));
  origin.answer("/more", ok(more));
  origin.answer("/more-in-chunks", ok_chunked({more}));
  const auto expect = [](const ProxyUnderTest& node,
                         const std::string& target,
                         const std::string& x_cache,
                         const std::string& body) {
    const Response response = get(node, target);
    EXPECT_EQ(response.x_cache(), x_cache) << target;
    EXPECT_TRUE(response.whole && response.body == body) << target << ' ' << response.body.size();
  };
  for (const char* target : {"/most", "/most-in-chunks"}) {
    expect(*a, target, "MISS", most);
    expect(*b, target, "HIT", most);
    expect(*a, target, "HIT", most);
  }
  for (const char* target : {"/more", "/more-in-chunks"}) {
    for (const auto* node : {&a, &b, &a}) expect(**node, target, "MISS", more);
  }
  EXPECT_THAT(names_of("r:"), SizeIs(2));
}

TEST_P(RedisStored, ASoftPurgeMarksAsStaleOnEveryNode) {
  serve(
      "- path: /a\n  tags: [t]\n  ttl: 1h\n  stale_while_revalidate: 1h\n"
      "- path: /b\n  tags: [t]\n  ttl: 1h");
  content.set("old");
  const auto script = [this](OriginExchange& exchange) { exchange.respond(content.get()); };
  origin.on("/a", script);
  origin.on("/b", script);
  for (const char* target : {"/a", "/b"}) get(*a, target);
  clock.advance(5s);
  content.set("new");
  ASSERT_EQ(a->purge(R"({"tags": ["t"], "soft": true})").status, 200);
  // Not stored on b yet: no memory of its own.
  const Response stale = get(*b, "/a");
  EXPECT_EQ(stale.body, "old");
  EXPECT_EQ(stale.x_cache(), "HIT");
  EXPECT_TRUE(eventually([this] { return get(*b, "/a").body == "new"; }));
  EXPECT_TRUE(eventually([this] { return get(*a, "/a").body == "new"; }));
  EXPECT_EQ(get(*b, "/b").body, "new");
  EXPECT_EQ(get(*a, "/b").body, "new");
}

TEST_P(RedisStored, ADaemonThatIsStartedAnewFindsAWarmCacheAndWhatWasPurgedStaysPurged) {
  serve("- path: /{name}\n  tags: [\"{name}\"]");
  b.reset();
  for (const char* target : {"/kept", "/purged", "/tagged"}) EXPECT_EQ(x_cache(*a, target), "MISS");
  EXPECT_EQ(a->purge(R"({"urls": ["/purged"]})").status, 200);
  EXPECT_EQ(a->purge(R"({"tags": ["tagged"]})").status, 200);
  a.reset();
  a = make_node({.backend = GetParam(), .routes = "- path: /{name}\n  tags: [\"{name}\"]"});
  EXPECT_EQ(x_cache(*a, "/kept"), "HIT");
  EXPECT_EQ(x_cache(*a, "/purged"), "MISS");
  EXPECT_EQ(x_cache(*a, "/tagged"), "MISS");
}

INSTANTIATE_TEST_SUITE_P(Backends, RedisStored, ::testing::ValuesIn(kBackends), name_of_backend);

}  // namespace
}  // namespace hawkcache::scenario
