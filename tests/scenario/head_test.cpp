// HEAD: answered from GET's entry, and what its answers do to that (RFC 9111 section 4.3.5).
#include "scenario/support/crowd.hpp"

namespace hawkcache::scenario {
namespace {

using ::testing::HasSubstr;

class Head : public CrowdScenario {
 protected:
  // Answers a HEAD with `to_head`, everything else with "body" and `to_get`.
  void answer(const std::string& target, const Fields& to_get, const std::string& to_head) {
    origin.on(target, [to_get, to_head](OriginExchange& exchange) {
      if (exchange.request().method == "HEAD") {
        exchange.send(to_head);
      } else {
        exchange.respond("body", to_get);
      }
    });
  }
  // A stored response that needs validation; the origin holds each HEAD at the gate "head".
  void start_and_hold_heads() {
    start("- path: /a\n  ttl: 60s");
    origin.on("/a", [](OriginExchange& exchange) {
      if (exchange.request().method == "HEAD") exchange.hold("head");
      exchange.respond("body", {{"ETag", "\"v1\""}});
    });
    get("/a");
    clock.advance(61s);
  }
};

const Fields kValidators{{"ETag", "\"v1\""},
                         {"Last-Modified", "Mon, 01 Jan 2024 00:00:00 GMT"},
                         {"X-Round", "1"},
                         {"X-Once", "kept"}};

TEST_F(Head, AMissFetchesTheWholeForAll) {
  start("- path: /a");
  answer("/a", {}, "");
  EXPECT_EQ(request("HEAD", "/a").x_cache(), "MISS");
  EXPECT_EQ(origin.last("/a").method, "GET");
  EXPECT_EQ(get("/a").x_cache(), "HIT");
  EXPECT_EQ(request("HEAD", "/a").x_cache(), "HIT");
}

TEST_F(Head, ValidatesWhatIsStaleWithAHead) {
  start("- path: /a\n  ttl: 60s");
  answer("/a", kValidators, "HTTP/1.1 304 Not Modified\r\nETag: \"v1\"\r\nX-Round: 2\r\n\r\n");
  get("/a");
  clock.advance(61s);
  const Response head = request("HEAD", "/a", {{"If-None-Match", "\"other\""}});
  EXPECT_EQ(origin.last("/a").method, "HEAD");
  EXPECT_EQ(origin.last("/a").fields.value("if-none-match"), "\"v1\"");
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head["x-round"], "2");
  EXPECT_EQ(head["x-once"], "kept");
  EXPECT_EQ(head["content-length"], "4");
  EXPECT_THAT(head.cache_status(), HasSubstr("fwd=stale; fwd-status=304"));
  const Response hit = get("/a");
  EXPECT_EQ(hit.x_cache(), "HIT");
  EXPECT_EQ(hit.body, "body");
}

struct Update {
  const char* what;
  const char* head;  // fields of the 200 to the HEAD
};
class HeadFreshens : public Head, public ::testing::WithParamInterface<Update> {};
class HeadOutdates : public Head, public ::testing::WithParamInterface<Update> {};

TEST_P(HeadFreshens, WhatIsStoredByA200ThatAgrees) {
  start("- path: /a\n  ttl: 60s");
  answer("/a",
         kValidators,
         std::string("HTTP/1.1 200 OK\r\nX-Round: 2\r\n") + GetParam().head + "\r\n");
  get("/a");
  clock.advance(61s);
  const Response head = request("HEAD", "/a");
  EXPECT_EQ(head["x-round"], "2");
  EXPECT_EQ(head["x-once"], "kept");
  EXPECT_EQ(head["content-length"], "4");
  EXPECT_THAT(head.cache_status(), HasSubstr("fwd=stale; fwd-status=200"));
  EXPECT_THAT(head.cache_status(), HasSubstr("stored"));
  const Response hit = get("/a");
  EXPECT_EQ(hit.x_cache(), "HIT");
  EXPECT_EQ(hit.body, "body");
  EXPECT_EQ(hit["x-round"], "2");
  EXPECT_EQ(origin.count("/a"), 2U);
}

INSTANTIATE_TEST_SUITE_P(
    Rows,
    HeadFreshens,
    ::testing::Values(Update{"the entity tag", "ETag: \"v1\"\r\n"},
                      Update{"the time", "Last-Modified: Mon, 01 Jan 2024 00:00:00 GMT\r\n"},
                      Update{"all", "ETag: \"v1\"\r\nContent-Length: 4\r\n"}));

// It is not served any more without the origin's word, not even where it would be stale by the
// rule's leave.
TEST_P(HeadOutdates, WhatIsStoredByA200ThatDoesNot) {
  start("- path: /a\n  ttl: 60s\n  stale_if_error: 10m\n  request_cache_control: honor");
  answer("/a",
         kValidators,
         std::string("HTTP/1.1 200 OK\r\nX-Round: 2\r\n") + GetParam().head + "\r\n");
  get("/a");
  const Response head = request("HEAD", "/a", {{"Cache-Control", "no-cache"}});
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head["x-round"], "2");
  EXPECT_FALSE(head.has("x-once"));
  EXPECT_THAT(head.cache_status(), HasSubstr("detail=head-request"));
  EXPECT_EQ(x_cache("/a"), "MISS");
  EXPECT_EQ(origin.last("/a").fields.value("if-none-match"), "\"v1\"");
  get("/a");
  request("HEAD", "/a", {{"Cache-Control", "no-cache"}});
  origin.refuse();
  EXPECT_EQ(get("/a").status, 502);
}

INSTANTIATE_TEST_SUITE_P(
    Rows,
    HeadOutdates,
    ::testing::Values(Update{"no validator, no length", ""},
                      Update{"the length alone", "Content-Length: 4\r\n"},
                      Update{"another tag", "ETag: \"v2\"\r\n"},
                      Update{"a weak one", "ETag: W/\"v2\"\r\n"},
                      Update{"another time", "Last-Modified: Tue, 02 Jan 2024 00:00:00 GMT\r\n"},
                      Update{"another length", "ETag: \"v1\"\r\nContent-Length: 5\r\n"}));

TEST_F(Head, OfAnApiThatKnowsNoHeadFetchesTheWhole) {
  start("- path: /{rest:path}\n  ttl: 60s");
  for (const char* status : {"405 Method Not Allowed",
                             "404 Not Found",
                             "403 Forbidden",
                             "500 Internal Server Error",
                             "501 Not Implemented"}) {
    SCOPED_TRACE(status);
    const std::string target = "/" + std::string(status, 3);
    answer(
        target, kValidators, std::string("HTTP/1.1 ") + status + "\r\nContent-Length: 9\r\n\r\n");
    get(target);
    clock.advance(61s);
    const Response head = request("HEAD", target);
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head["content-length"], "4");
    EXPECT_EQ(origin.last(target).method, "GET");
    EXPECT_FALSE(origin.last(target).fields.has("if-none-match"));
    EXPECT_EQ(x_cache(target), "HIT");
  }
}

TEST_F(Head, OfWhatHasNoValidatorFetchesTheWhole) {
  start("- path: /a\n  ttl: 60s");
  origin.on("/a", [](OriginExchange& exchange) {
    exchange.respond("version" + std::to_string(exchange.request().number));
  });
  get("/a");
  clock.advance(61s);
  EXPECT_EQ(request("HEAD", "/a").status, 200);
  EXPECT_EQ(origin.last("/a").method, "GET");
  const Response hit = get("/a");
  EXPECT_EQ(hit.x_cache(), "HIT");
  EXPECT_EQ(hit.body, "version2");
}

// A GET that was sent before the HEAD, and brings what the HEAD finds to be there.
TEST_F(Head, DoesNotReplaceWhatIsNewerThanWhatItOutdates) {
  start("- path: /a\n  ttl: 60s\n  request_cache_control: honor");
  origin.on("/a", [](OriginExchange& exchange) {
    const OriginRequest& asked = exchange.request();
    const std::string body = asked.number == 1 ? "one" : "two";
    if (asked.method == "HEAD") exchange.hold("head");
    exchange.respond(body, {{"ETag", "\"" + body + "\""}});
  });
  const Fields anew{{"Cache-Control", "no-cache"}};
  get("/a");
  Client head = client();
  head.send_request("HEAD", "/a", anew);
  ASSERT_TRUE(origin.gate("head").wait_for());
  EXPECT_EQ(get("/a", anew).body, "two");
  origin.gate("head").open();
  EXPECT_EQ(head.read("HEAD").status, 200);
  const Response hit = get("/a");
  EXPECT_EQ(hit.x_cache(), "HIT");
  EXPECT_EQ(hit.body, "two");
}

TEST_F(Head, AnAnswerThatTurnedPrivateEndsWhatIsStored) {
  start("- path: /a\n  ttl: 60s\n  stale_if_error: 10m");
  answer("/a", kValidators, "HTTP/1.1 200 OK\r\nETag: \"v1\"\r\nCache-Control: private\r\n\r\n");
  get("/a");
  clock.advance(61s);
  EXPECT_EQ(request("HEAD", "/a")["cache-control"], "private");
  origin.refuse();
  EXPECT_EQ(get("/a").status, 502);
}

TEST_F(Head, APurgeMeanwhileKeepsItFromFreshening) {
  start_and_hold_heads();
  Client asking = client();
  asking.send_request("HEAD", "/a");
  ASSERT_TRUE(origin.gate("head").wait_for());
  EXPECT_EQ(purge(R"({"urls": ["/a"]})").status, 200);
  origin.gate("head").open();
  EXPECT_EQ(asking.read("HEAD").status, 200);
  EXPECT_EQ(x_cache("/a"), "MISS");
}

TEST_F(Head, IsJoinedByHeadsAndNeverByGets) {
  start_and_hold_heads();
  std::vector<Client> heads = clients(4);
  for (Client& one : heads) one.send_request("HEAD", "/a");
  ASSERT_TRUE(origin.gate("head").wait_for());
  let_requests_arrive();
  EXPECT_EQ(get("/a").body, "body");
  origin.gate("head").open();
  for (Client& one : heads) EXPECT_EQ(one.read("HEAD")["content-length"], "4");
  EXPECT_EQ(origin.count("/a"), 3U);
}

TEST_F(Head, ManyThatFindAnotherResponseMakeOneHeadAndOneGet) {
  start("- path: /a\n  ttl: 60s");
  origin.on("/a", [](OriginExchange& exchange) {
    const std::string number = exchange.request().number == 1 ? "1" : "2";
    if (exchange.request().method == "HEAD") exchange.hold("head");
    exchange.respond("body", {{"ETag", "\"v" + number + "\""}, {"X-Round", number}});
  });
  get("/a");
  clock.advance(61s);
  std::vector<Client> heads = clients(5);
  for (Client& one : heads) one.send_request("HEAD", "/a");
  ASSERT_TRUE(origin.gate("head").wait_for());
  let_requests_arrive();
  origin.gate("head").open();
  for (Client& one : heads) EXPECT_EQ(one.read("HEAD")["x-round"], "2");
  EXPECT_EQ(origin.count("/a"), 3U);
  EXPECT_EQ(get("/a").x_cache(), "HIT");
}

TEST_F(Head, IsServedStaleOnErrorsLikeAGet) {
  start("- path: /a\n  ttl: 60s\n  stale_if_error: 10m");
  answer("/a", kValidators, "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n");
  get("/a");
  clock.advance(61s);
  const Response head = request("HEAD", "/a");
  EXPECT_EQ(head.status, 200);
  EXPECT_THAT(head.cache_status(), HasSubstr("stale-if-error"));
}

TEST_F(Head, ARefreshInTheBackgroundIsAGet) {
  start("- path: /a\n  ttl: 60s\n  stale_while_revalidate: 60s");
  answer("/a", kValidators, "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n");
  get("/a");
  clock.advance(61s);
  EXPECT_EQ(request("HEAD", "/a").x_cache(), "HIT");
  ASSERT_TRUE(origin.wait_for_requests("/a", 2));
  EXPECT_EQ(origin.last("/a").method, "GET");
}

}  // namespace
}  // namespace hawkcache::scenario
