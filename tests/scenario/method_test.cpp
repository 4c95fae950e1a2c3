// Methods other than GET and HEAD whose answers may be stored (request_cache_control: honor).
#include "scenario/support/scenario.hpp"

namespace hawkcache::scenario {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kHonours =
    "- path: /{rest:path}\n  ttl: origin\n  request_cache_control: honor\n";

Fields keepable(const std::string& target, Fields more = {}) {
  Fields fields{{"Cache-Control", "max-age=60"}, {"Content-Location", target}};
  for (const auto& field : more) fields.push_back(field);
  return fields;
}

class Post : public Scenario {
 protected:
  // Answers with the method and the request's number; POST with `fields`.
  void answer_post(const std::string& target, const Fields& fields, const char* status = "200 OK") {
    origin.on(target, [fields, status](OriginExchange& exchange) {
      const OriginRequest& request = exchange.request();
      const bool post = request.method == "POST";
      exchange.respond(
          request.method + " " + request.body, post ? fields : Fields{}, post ? status : "200 OK");
    });
  }
};

TEST_F(Post, AnAnswerWithALifetimeThatNamesItsTargetIsStoredForGet) {
  start(kHonours);
  answer_post("/a", keepable("http://api.test/a"));
  const Response post = request("POST", "/a", {}, "sent");
  EXPECT_EQ(post.body, "POST sent");
  EXPECT_EQ(post.x_cache(), "BYPASS");
  EXPECT_THAT(post.cache_status(), HasSubstr("fwd=method; fwd-status=200; stored"));
  const Response hit = get("/a");
  EXPECT_EQ(hit.x_cache(), "HIT");
  EXPECT_EQ(hit.body, "POST sent");
  const Response head = request("HEAD", "/a");
  EXPECT_EQ(head.x_cache(), "HIT");
  EXPECT_EQ(head["content-length"], "9");
  clock.advance(61s);
  EXPECT_EQ(get("/a").body, "GET ");
}

TEST_F(Post, IsForwardedEachTimeAndReplacesWhatIsStored) {
  start(kHonours);
  answer_post("/a", keepable("/a"));
  for (const char* sent : {"one", "two", "three"}) {
    EXPECT_EQ(request("POST", "/a", {}, sent).body, std::string("POST ") + sent);
    EXPECT_EQ(get("/a").body, std::string("POST ") + sent);
  }
  EXPECT_EQ(origin.count("/a"), 3U);
}

TEST_F(Post, AnAnswerInChunksIsStoredBeforeItsEndIsShown) {
  start(kHonours);
  origin.answer("/a", ok_chunked({"in ", "pieces"}, keepable("/a")));
  EXPECT_EQ(request("POST", "/a", {}, "x").body, "in pieces");
  EXPECT_EQ(get("/a").x_cache(), "HIT");
  origin.answer("/empty", ok("", keepable("/empty")));
  EXPECT_EQ(request("POST", "/empty", {}, "x").status, 200);
  EXPECT_EQ(get("/empty").x_cache(), "HIT");
}

struct NotKept {
  const char* what;
  Fields request;
  Fields response;
  const char* status = "200 OK";
  const char* rule = "";
};

class PostIsNotStored : public Post, public ::testing::WithParamInterface<NotKept> {};

TEST_P(PostIsNotStored, AndTheNextGetGoesToTheOrigin) {
  const NotKept& row = GetParam();
  start(std::string(kHonours) + row.rule);
  answer_post("/a", row.response, row.status);
  const Response post = request("POST", "/a?x=1", row.request, "x");
  EXPECT_EQ(post.body, "POST x");
  EXPECT_THAT(post.cache_status(), Not(HasSubstr("stored")));
  Fields fields = row.request;
  std::erase_if(fields, [](const auto& field) { return field.first == "Cache-Control"; });
  EXPECT_EQ(get("/a?x=1", fields).body, "GET ") << row.what;
}

INSTANTIATE_TEST_SUITE_P(
    Rows,
    PostIsNotStored,
    ::testing::Values(
        NotKept{"no lifetime", {}, {{"Content-Location", "/a?x=1"}}},
        NotKept{"no lifetime of the origin",
                {},
                {{"Content-Location", "/a?x=1"}},
                "200 OK",
                "  heuristic: true\n"},
        NotKept{"no Content-Location", {}, {{"Cache-Control", "max-age=60"}}},
        NotKept{"another Content-Location", {}, keepable("/a")},
        NotKept{"another host's", {}, keepable("http://other.test/a?x=1")},
        NotKept{"two of them", {}, keepable("/a?x=1", {{"Content-Location", "/b"}})},
        NotKept{"no-store", {}, keepable("/a?x=1", {{"Cache-Control", "no-store"}})},
        NotKept{"private", {}, keepable("/a?x=1", {{"Cache-Control", "private"}})},
        NotKept{"a cookie is set", {}, keepable("/a?x=1", {{"Set-Cookie", "a=1"}})},
        NotKept{"varies on everything", {}, keepable("/a?x=1", {{"Vary", "*"}})},
        NotKept{"an error", {}, keepable("/a?x=1"), "404 Not Found"},
        NotKept{"a redirect", {}, keepable("/a?x=1"), "303 See Other"},
        NotKept{"the client's no-store", {{"Cache-Control", "no-store"}}, keepable("/a?x=1")},
        NotKept{"credentials", {{"Authorization", "Basic YTpi"}}, keepable("/a?x=1")},
        NotKept{"a cookie", {{"Cookie", "a=1"}}, keepable("/a?x=1")},
        NotKept{"a cookie that a GET would not send",
                {{"Cookie", "a=1; b=2"}},
                keepable("/a?x=1"),
                "200 OK",
                "  cookies: { key: [a] }\n"},
        NotKept{"a parameter that a GET would not send",
                {},
                keepable("/a?x=1"),
                "200 OK",
                "  query: { ignore: [x] }\n"},
        NotKept{"a bypass",
                {{"X-Debug", "1"}},
                keepable("/a?x=1"),
                "200 OK",
                "  bypass: [{ header: x-debug }]\n"},
        NotKept{"a nominated field", {{"Connection", "x-a"}, {"X-A", "1"}}, keepable("/a?x=1")}));

TEST_F(Post, IsNotStoredWhereTheRuleDoesNotHonourRequests) {
  start("- path: /{rest:path}\n  ttl: origin");
  answer_post("/a", keepable("/a"));
  const Response post = request("POST", "/a", {}, "x");
  EXPECT_FALSE(post.has("x-cache"));
  EXPECT_EQ(get("/a").body, "GET ");
}

TEST_F(Post, ARuleThatListsItComesFirstAndOnlyInvalidates) {
  start(std::string(kHonours) + "  tags: [things]\n" +
        "- path: /a\n  methods: [POST]\n  invalidates: [things]");
  origin.on("/b", [](OriginExchange& exchange) { exchange.respond("b", keepable("/b")); });
  answer_post("/a", keepable("/a"));
  get("/b");
  EXPECT_EQ(get("/b").x_cache(), "HIT");
  EXPECT_THAT(request("POST", "/a", {}, "x").cache_status(), Not(HasSubstr("stored")));
  EXPECT_EQ(get("/b").x_cache(), "MISS");
  EXPECT_EQ(get("/a").body, "GET ");
}

TEST_F(Post, AnAnswerIsChosenByTheFieldsOfThePost) {
  start(kHonours);
  answer_post("/a", keepable("/a", {{"Vary", "Accept-Language"}}));
  request("POST", "/a", {{"Accept-Language", "de"}}, "x");
  EXPECT_EQ(get("/a", {{"Accept-Language", "fr"}}).body, "GET ");
  EXPECT_EQ(get("/a", {{"Accept-Language", "de"}}).body, "POST x");
}

TEST_F(Post, AnAnswerIsKeyedAndTaggedAsAGet) {
  start(std::string(kHonours) + "  key: \"{method}:{path}\"\n  tags: [\"{method}\"]\n");
  answer_post("/a", keepable("/a"));
  request("POST", "/a", {}, "x");
  EXPECT_EQ(get("/a").body, "POST x");
  EXPECT_EQ(purge(R"({"tags": ["GET"]})").purged, 1U);
  EXPECT_EQ(get("/a").body, "GET ");
}

TEST_F(Post, ABrokenAnswerIsNotStored) {
  start(kHonours);
  origin.on("/a", [](OriginExchange& exchange) {
    if (exchange.request().method == "GET") {
      exchange.respond("whole");
      return;
    }
    exchange.send(
        "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Location: /a\r\n"
        "Content-Length: 10\r\n\r\nhalf");
    exchange.close();
  });
  EXPECT_FALSE(request("POST", "/a", {}, "x").whole);
  EXPECT_EQ(get("/a").body, "whole");
}

TEST_F(Post, AnAnswerThatIsLargerThanAnObjectMayBePassesWhole) {
  start(Daemon{.routes = kHonours, .memory = "max_object: 64KiB"});
  const std::string large(100'000, 'x');
  origin.answer("/length", ok(large, keepable("/length")));
  origin.answer("/chunks", ok_chunked({large}, keepable("/chunks")));
  EXPECT_EQ(request("POST", "/length", {}, "x").body, large);
  EXPECT_EQ(request("POST", "/chunks", {}, "x").body, large);
  EXPECT_EQ(get("/length").x_cache(), "MISS");
  EXPECT_EQ(get("/chunks").x_cache(), "MISS");
}

// Whenever a purge comes that concerns it. Its own purge does not.
TEST_F(Post, APurgeWhileItIsUnderWayKeepsItsAnswerOutOfTheStore) {
  start(kHonours);
  const auto post_and_purge = [&](const std::string& target, const char* gate, const char* what) {
    origin.on(target, [target](OriginExchange& exchange) {
      if (exchange.request().method == "GET") {
        exchange.respond("GET");
        return;
      }
      exchange.hold("head " + target);
      const std::string raw = ok("POST", keepable(target, {{"Surrogate-Key", "of-the-origin"}}));
      exchange.send(raw.substr(0, raw.size() - 2));
      exchange.hold("body " + target);
      exchange.send(raw.substr(raw.size() - 2));
    });
    Client posting = client();
    posting.send_request("POST", target, {}, "x");
    EXPECT_TRUE(origin.gate("head " + target).wait_for());
    const auto purge_at = [&](std::string_view moment) {
      return moment != gate || purge(what).status == 200;
    };
    EXPECT_TRUE(purge_at("head"));
    origin.gate("head " + target).open();
    Response response = posting.read_head("POST");
    EXPECT_TRUE(purge_at("body"));
    origin.gate("body " + target).open();
    posting.read_rest(response);
    EXPECT_EQ(response.body, "POST");
    return get(target).body;
  };
  EXPECT_EQ(post_and_purge("/a", "head", R"({"urls": ["/a"]})"), "GET");
  EXPECT_EQ(post_and_purge("/b", "head", R"({"tags": ["of-the-origin"]})"), "GET");
  EXPECT_EQ(post_and_purge("/c", "body", R"({"urls": ["/c"]})"), "GET");
  EXPECT_EQ(post_and_purge("/d", "body", R"({"urls": ["/unrelated"]})"), "POST");
  EXPECT_EQ(post_and_purge("/e", "head", R"({"tags": ["unrelated"]})"), "POST");
  EXPECT_EQ(post_and_purge("/f", "head", R"({"all": true, "soft": true})"), "GET");
  EXPECT_EQ(post_and_purge("/g", "", ""), "POST");
}

TEST_F(Post, AGetThatWasUnderWayBeforeItDoesNotReplaceItsAnswer) {
  start(kHonours);
  origin.on("/a", [](OriginExchange& exchange) {
    if (exchange.request().method == "GET") exchange.hold("get");
    exchange.respond(exchange.request().method, keepable("/a"));
  });
  Client reading = client();
  reading.send_request("GET", "/a");
  ASSERT_TRUE(origin.gate("get").wait_for());
  request("POST", "/a", {}, "x");
  EXPECT_EQ(get("/a").body, "POST");
  origin.gate("get").open();
  EXPECT_EQ(reading.read().body, "GET");
  EXPECT_EQ(get("/a").body, "POST");
}

TEST_F(Post, AGetThatWasSentAfterItsPurgeIsNotReplacedByIt) {
  start(kHonours);
  origin.on("/a", [](OriginExchange& exchange) {
    const std::string raw = ok(exchange.request().method, keepable("/a"));
    exchange.send(raw.substr(0, raw.size() - 1));
    if (exchange.request().method == "POST") exchange.hold("post");
    exchange.send(raw.substr(raw.size() - 1));
  });
  Client posting = client();
  posting.send_request("POST", "/a", {}, "x");
  Response response = posting.read_head("POST");
  EXPECT_EQ(get("/a").body, "GET");
  origin.gate("post").open();
  posting.read_rest(response);
  EXPECT_EQ(response.body, "POST");
  EXPECT_EQ(get("/a").body, "GET");
}

}  // namespace
}  // namespace hawkcache::scenario
