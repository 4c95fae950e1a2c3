// What one client asks for, or how slowly it reads, changes nothing for the others.
#include "scenario/support/crowd.hpp"

namespace hawkcache::scenario {
namespace {

class OneClient : public CrowdScenario {};

TEST_F(OneClient, GetsAnAnswerThatMustBeValidatedForItselfAlone) {
  start("- path: /{rest:path}");
  int kind = 0;
  for (const char* directives : {"no-cache", "s-maxage=0", "max-age=0"}) {
    SCOPED_TRACE(directives);
    const std::string target = "/" + std::to_string(kind++);
    const std::string gate = "gate" + target;
    origin.on(target, [gate, directives](OriginExchange& exchange) {
      const std::string body = "#" + std::to_string(exchange.request().number);
      exchange.hold(gate);
      exchange.respond(body, {{"Cache-Control", directives}, {"ETag", "\"" + body + "\""}});
    });
    auto all = clients(3);
    ask(all, target, gate);
    origin.gate(gate).admit_one();
    EXPECT_EQ(all[0].read().body, "#1");
    EXPECT_TRUE(origin.gate(gate).wait_for(3));
    origin.gate(gate).open();
    EXPECT_NE(all[1].read().body, all[2].read().body);
  }
}

TEST_F(OneClient, WithCredentialsDoesNotKeepTheOthersFromSharingAFetch) {
  start("- path: /{rest:path}");
  origin.on("/a", [](OriginExchange& exchange) {
    if (!exchange.request().fields.has("authorization")) exchange.hold("anonymous");
    exchange.respond("a", {});
  });
  EXPECT_EQ(get("/a", {{"Authorization", "Bearer 1"}}).x_cache(), "MISS");
  auto all = clients(5);
  ask(all, "/a", "anonymous");
  origin.gate("anonymous").open();
  for (Client& one : all) EXPECT_EQ(one.read().body, "a");
  EXPECT_EQ(origin.count("/a"), 2U);
}

TEST_F(OneClient, CannotThrowOutAnEntryByItsOwnDirectives) {
  start("- path: /{rest:path}\n  request_cache_control: honor");
  origin.on("/a", [](OriginExchange& exchange) {
    exchange.respond("a", {{"Cache-Control", "max-age=60"}, {"ETag", "\"a\""}});
  });
  EXPECT_EQ(x_cache("/a"), "MISS");
  EXPECT_EQ(x_cache("/a", {{"Cache-Control", "no-store, no-cache"}}), "MISS");
  EXPECT_EQ(x_cache("/a"), "HIT");
}

TEST_F(OneClient, WhoseRequestIsRefusedThrowsNothingOut) {
  start("- path: /{rest:path}\n  request_cache_control: honor");
  for (const char* status : {"400 Bad Request",
                             "401 Unauthorized",
                             "403 Forbidden",
                             "406 Not Acceptable",
                             "408 Request Timeout",
                             "429 Too Many Requests",
                             "431 Request Header Fields Too Large"}) {
    SCOPED_TRACE(status);
    const std::string target = "/" + std::string(status, 3);
    origin.on(target, [status](OriginExchange& exchange) {
      const bool first = exchange.request().number == 1;
      exchange.respond("x", {{"Cache-Control", "max-age=60"}}, first ? "200 OK" : status);
    });
    EXPECT_EQ(x_cache(target), "MISS");
    EXPECT_NE(get(target, {{"Cache-Control", "no-cache"}, {"X-Odd", "1"}}).status, 200);
    EXPECT_EQ(x_cache(target), "HIT");
  }
}

TEST_F(OneClient, WhoWantsAFreshAnswerDoesNotGetOneThatIsHalfThere) {
  start("- path: /{rest:path}\n  request_cache_control: honor");
  origin.on("/a", [](OriginExchange& exchange) {
    const std::string body = std::to_string(exchange.request().number);
    exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nCache-Control: max-age=60\r\n\r\n");
    exchange.send(body);
    if (body == "1") exchange.hold("middle");
    exchange.send(body);
  });
  Client leader = client();
  leader.send_request("GET", "/a");
  Response led = leader.read_head();
  ASSERT_TRUE(leader.read_body(led, 1));
  for (const char* directive : {"no-cache", "max-age=0"}) {
    const Response fresh = get("/a", {{"Cache-Control", directive}});
    EXPECT_EQ(fresh.body, std::string(2, directive[0] == 'n' ? '2' : '3')) << directive;
  }
  origin.gate("middle").open();
  leader.read_rest(led);
  EXPECT_EQ(led.body, "11");
}

TEST_F(OneClient, SendsItsConditionsOnWhereTheAnswerIsForNobodyElse) {
  start("- path: /{rest:path}\n  request_cache_control: honor");
  origin.otherwise([](OriginExchange& exchange) {
    const bool same = exchange.request().fields.value("if-none-match") == "\"a\"";
    if (same) {
      exchange.send("HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\n\r\n");
    } else {
      exchange.respond("a", {{"Cache-Control", "max-age=60"}, {"ETag", "\"a\""}});
    }
  });
  const std::vector<Fields> alone{
      {{"Authorization", "Bearer 1"}, {"If-None-Match", "\"a\""}},
      {{"Cache-Control", "no-store"}, {"If-None-Match", "\"a\""}},
  };
  for (const Fields& fields : alone) {
    SCOPED_TRACE(to_lines(fields));
    EXPECT_EQ(get("/a", fields).status, 304);
    EXPECT_EQ(origin.last("/a").fields.value("if-none-match"), "\"a\"");
  }
  EXPECT_EQ(request("HEAD", "/a", {{"Authorization", "Bearer 1"}}).status, 200);
  EXPECT_EQ(origin.last("/a").method, "HEAD");
  get("/a", {{"If-Match", "\"a\""}});
  EXPECT_EQ(origin.last("/a").fields.value("if-match"), "\"a\"");
  // Others are not concerned: the whole is fetched, and shared.
  EXPECT_EQ(get("/b", {{"If-None-Match", "\"a\""}}).status, 304);
  EXPECT_FALSE(origin.last("/b").fields.has("if-none-match"));
  EXPECT_EQ(x_cache("/b"), "HIT");
}

TEST_F(OneClient, LeavesItsOwnDirectivesOutOfARefreshForAll) {
  start("- path: /{rest:path}\n  ttl: 10s\n  stale_while_revalidate: 60s");
  get("/a");
  clock.advance(20s);
  EXPECT_EQ(x_cache("/a", {{"Cache-Control", "only-if-cached"}, {"Pragma", "x"}, {"X-A", "1"}}),
            "HIT");
  ASSERT_TRUE(origin.wait_for_requests("/a", 2));
  EXPECT_FALSE(origin.last("/a").fields.has("cache-control"));
  EXPECT_FALSE(origin.last("/a").fields.has("pragma"));
  EXPECT_EQ(origin.last("/a").fields.value("x-a"), "1");
}

TEST_F(OneClient, ThatSendsAnEmptyBodyIsAnsweredFromTheStore) {
  start("- path: /{rest:path}");
  EXPECT_EQ(x_cache("/a"), "MISS");
  EXPECT_EQ(x_cache("/a", {{"Content-Length", "0"}}), "HIT");
}

TEST_F(OneClient, WithoutAHostInvalidatesNothingOfOtherHosts) {
  start("- path: /{rest:path}");
  EXPECT_EQ(x_cache("/a"), "MISS");
  Client old = client();
  old.send("POST /a HTTP/1.0\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(old.read("POST").status, 200);
  EXPECT_EQ(x_cache("/a"), "HIT");
}

TEST_F(OneClient, WithoutAHostIsPurgedUnderTheNameThatIsForwarded) {
  start("- path: /{rest:path}");
  const auto ask_without_host = [this] {
    Client old = client();
    old.send("GET /a HTTP/1.0\r\n\r\n");
    return old.read().x_cache();
  };
  EXPECT_EQ(ask_without_host(), "MISS");
  EXPECT_EQ(ask_without_host(), "HIT");
  const std::string url = "http://127.0.0.1:" + std::to_string(origin.port()) + "/a";
  purge(R"({"urls": [")" + url + R"("]})");
  EXPECT_EQ(ask_without_host(), "MISS");
}

// 24 MiB, more than is stored, and one client that reads nothing at all of it.
TEST_F(OneClient, ThatDoesNotReadHoldsNobodyUpOnAnAnswerThatOutgrowsTheStore) {
  start("- path: /{rest:path}");
  constexpr std::size_t kPiece = 256 * 1024;
  constexpr std::size_t kPieces = 96;
  origin.on("/big", [](OriginExchange& exchange) {
    exchange.hold("big");
    exchange.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    const std::string piece(kPiece, 'x');
    for (std::size_t i = 0; i < kPieces; ++i) exchange.send("40000\r\n" + piece + "\r\n");
    exchange.send("0\r\n\r\n");
  });
  auto all = clients(2);
  ask(all, "/big", "big");
  origin.gate("big").open();
  const Response answer = all[1].read();  // the first is not read from
  EXPECT_TRUE(answer.whole);
  EXPECT_EQ(answer.body.size(), kPiece * kPieces);
}

}  // namespace
}  // namespace hawkcache::scenario
