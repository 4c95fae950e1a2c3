// Interim responses (1xx): ahead of the final one to those whose response it is, and nowhere else.
#include "scenario/support/crowd.hpp"

namespace hawkcache::scenario {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string hints(const std::string& lines) {
  return "HTTP/1.1 103 Early Hints\r\n" + lines + "\r\n";
}
const std::string kProcessing = "HTTP/1.1 102 Processing\r\n\r\n";
const std::string kRoutes = "- path: /cached/{rest:path}";

class Interim : public CrowdScenario {
 protected:
  // 102, 103, 103, each after the test let it; then the answer.
  void hint_slowly(const std::string& target, const Fields& fields = {}) {
    origin.on(target, [fields](OriginExchange& exchange) {
      exchange.send(kProcessing);
      exchange.send(hints("Link: </a>\r\n"));
      exchange.hold("second hint");
      exchange.send(hints("Link: </b>\r\n"));
      exchange.hold("answer");
      exchange.respond("final", fields);
    });
  }
  static std::string next_head(Client& client) { return client.wire().read_head().value_or(""); }
};

TEST_F(Interim, ReachTheClientAsTheyComeAndInOrder) {
  start(kRoutes);
  for (const std::string target : {"/cached/a", "/pass"}) {
    SCOPED_TRACE(target);
    origin.gate("second hint").close();
    origin.gate("answer").close();
    hint_slowly(target);
    Client one = client();
    one.send_request("GET", target);
    const std::string via = "Via: 1.1 hawkcache\r\n\r\n";
    EXPECT_EQ(next_head(one), "HTTP/1.1 102 Processing\r\n" + via);
    EXPECT_EQ(next_head(one), "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n" + via);
    origin.gate("second hint").open();
    EXPECT_EQ(next_head(one), "HTTP/1.1 103 Early Hints\r\nLink: </b>\r\n" + via);
    origin.gate("answer").open();
    const Response response = one.read();
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, "final");
    EXPECT_FALSE(response.has("link"));
    EXPECT_THAT(response.interim, IsEmpty());
    EXPECT_EQ(one.get("/after").status, 200) << "on the same connection";
  }
}

TEST_F(Interim, AreNoPartOfWhatIsStored) {
  start(kRoutes);
  origin.answer("/cached/a",
                hints("Link: </a>\r\nX-Hint: 1\r\nETag: \"hint\"\r\nCache-Control: no-store\r\n") +
                    ok("final", {{"Cache-Control", "max-age=60"}}));
  const Response miss = get("/cached/a");
  EXPECT_THAT(miss.interim, ElementsAre(103));
  EXPECT_EQ(miss.interim_fields.at(0).value("x-hint"), "1");
  EXPECT_EQ(miss.x_cache(), "MISS");
  const Response hit = get("/cached/a");
  EXPECT_EQ(hit.x_cache(), "HIT");
  EXPECT_THAT(hit.interim, IsEmpty());
  for (const Response& response : {miss, hit}) {
    EXPECT_EQ(response.body, "final");
    for (const char* name : {"link", "x-hint", "etag"}) EXPECT_FALSE(response.has(name)) << name;
    EXPECT_EQ(response["cache-control"], "max-age=60");
  }
}

TEST_F(Interim, LoseTheFieldsThatDoNotPass) {
  start(kRoutes);
  const std::string answer =
      hints(
          "Connection: X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\nContent-Length: "
          "500\r\nTransfer-Encoding: chunked\r\nSurrogate-Key: a\r\nCache-Tag: b\r\nLink: "
          "</a>\r\n") +
      ok("final");
  for (const char* target : {"/cached/a", "/pass"}) {
    origin.answer(target, answer);
    const Response response = get(target);
    EXPECT_EQ(response.body, "final");
    ASSERT_THAT(response.interim, ElementsAre(103));
    EXPECT_EQ(to_lines(response.interim_fields[0]), "Link: </a>\r\nVia: 1.1 hawkcache\r\n");
  }
}

TEST_F(Interim, AreNothingForHttp10) {
  start(kRoutes);
  for (const std::string target : {"/cached/a", "/pass"}) {
    origin.answer(target, kProcessing + hints("Link: </a>\r\n") + ok("final"));
    Client one = client();
    one.send("GET " + target + " HTTP/1.0\r\nHost: api.test\r\n\r\n");
    const Response response = one.read();
    EXPECT_EQ(response.body, "final");
    EXPECT_THAT(response.interim, IsEmpty());
  }
}

TEST_F(Interim, PrecedeTheAnswerToAPost) {
  start(kRoutes);
  origin.on("/cached/a", [](OriginExchange& exchange) {
    exchange.send(kProcessing + hints("Link: </a>\r\n"));
    exchange.respond("got " + exchange.request().body);
  });
  for (const Fields& fields : {Fields{}, Fields{{"Transfer-Encoding", "chunked"}}}) {
    Client one = client();
    one.send_request("POST", "/cached/a", fields, fields.empty() ? "five!" : "");
    if (!fields.empty()) one.send("5\r\nfive!\r\n0\r\n\r\n");
    const Response response = one.read();
    EXPECT_THAT(response.interim, ElementsAre(102, 103));
    EXPECT_EQ(response.body, "got five!");
    EXPECT_EQ(one.get("/after").status, 200) << "on the same connection";
  }
}

TEST_F(Interim, PrecedeAFailureToo) {
  start(kRoutes);
  for (const char* target : {"/cached/a", "/pass"}) {
    origin.on(target, [](OriginExchange& exchange) {
      exchange.send(hints("Link: </a>\r\n"));
      exchange.close();
    });
    const Response response = get(target);
    EXPECT_THAT(response.interim, ElementsAre(103));
    EXPECT_EQ(response.status, 502);
    EXPECT_EQ(origin.count(target), 1U) << "not asked again: an answer had begun";
  }
}

TEST_F(Interim, PrecedeTheAnswerOfAValidation) {
  start("- path: /cached/{rest:path}\n  ttl: 10s");
  origin.answer("/cached/a", ok("final", {{"ETag", "\"1\""}}));
  get("/cached/a");
  clock.advance(11s);
  origin.answer("/cached/a",
                hints("Link: </a>\r\n") + "HTTP/1.1 304 Not Modified\r\nETag: \"1\"\r\n\r\n");
  const Response response = get("/cached/a");
  EXPECT_THAT(response.interim, ElementsAre(103));
  EXPECT_EQ(response.body, "final");
  EXPECT_FALSE(response.has("link"));
}

TEST_F(Interim, ReachFollowersOnceTheResponseIsKnownToBeTheirs) {
  start(kRoutes);
  hint_slowly("/cached/a");
  auto all = clients(4);
  ask(all, "/cached/a", "second hint");
  EXPECT_EQ(all[0].wire().read_head().value_or("").substr(9, 3), "102");
  origin.gate("second hint").open();
  origin.gate("answer").open();
  for (std::size_t i = 1; i < all.size(); ++i) {
    const Response response = all[i].read();
    EXPECT_THAT(response.interim, ElementsAre(102, 103, 103));
    EXPECT_EQ(response.interim_fields[2].value("link"), "</b>");
    EXPECT_EQ(response.body, "final");
  }
  EXPECT_EQ(all[0].read().body, "final");
  EXPECT_EQ(origin.count("/cached/a"), 1U);
}

TEST_F(Interim, OfAResponseThatMayNotBeSharedReachItsOwnClientOnly) {
  start(kRoutes);
  origin.on("/cached/a", [](OriginExchange& exchange) {
    const std::string number = std::to_string(exchange.request().number);
    exchange.send(hints("Link: </user" + number + ">\r\n"));
    exchange.hold("answer");
    exchange.respond("#" + number, {{"Cache-Control", "private"}});
  });
  auto all = clients(3);
  ask(all, "/cached/a", "answer");
  origin.gate("answer").open();
  for (Client& one : all) {
    const Response response = one.read();
    ASSERT_THAT(response.interim, ElementsAre(103)) << response;
    EXPECT_EQ(response.interim_fields[0].value("link"), "</user" + response.body.substr(1) + ">");
  }
  EXPECT_EQ(origin.count("/cached/a"), 3U);
}

TEST_F(Interim, ThatSetCookiesReachTheirOwnClientOnly) {
  start("- path: /cached/{rest:path}\n  set_cookie: strip");
  origin.on("/cached/a", [](OriginExchange& exchange) {
    exchange.send(hints("Set-Cookie: id=1\r\n") + hints("Link: </a>\r\n"));
    exchange.hold("answer");
    exchange.respond("final");
  });
  origin.on("/cached/b", [](OriginExchange& exchange) {
    exchange.send(hints("X-User: 1\r\n"));
    exchange.hold("other answer");
    exchange.respond("final", {{"Set-Cookie", "id=1"}});
  });
  auto all = clients(2);
  ask(all, "/cached/a", "answer");
  origin.gate("answer").open();
  EXPECT_THAT(all[0].read().interim, ElementsAre(103, 103));
  const Response shared = all[1].read();
  EXPECT_EQ(shared.body, "final");
  ASSERT_THAT(shared.interim, ElementsAre(103));
  EXPECT_EQ(shared.interim_fields[0].value("link"), "</a>");

  auto others = clients(2);
  ask(others, "/cached/b", "other answer");
  origin.gate("other answer").open();
  EXPECT_THAT(others[0].read().interim, ElementsAre(103));
  const Response stripped = others[1].read();
  EXPECT_EQ(stripped.body, "final");
  EXPECT_FALSE(stripped.has("set-cookie"));
  EXPECT_THAT(stripped.interim, IsEmpty());
}

// 20 of 4 KB each: more than a fill keeps, less than the head of a response may have.
TEST_F(Interim, AreKeptWithinBounds) {
  start(kRoutes);
  std::string many;
  for (int i = 0; i < 20; ++i) many += hints("Link: <" + std::string(4096, 'a') + ">\r\n");
  for (const char* target : {"/cached/a", "/pass"}) {
    origin.answer(target, many + ok("final"));
    const Response response = get(target);
    EXPECT_EQ(response.body, "final");
    EXPECT_GE(response.interim.size(), 7U);
    EXPECT_LE(response.interim.size(), 20U);
  }
}

TEST_F(Interim, AreNotCountedAsTheResponse) {
  start(kRoutes);
  origin.answer("/plain", ok("final", {{"Date", "Thu, 01 Jan 2026 00:00:00 GMT"}}));
  origin.answer("/hints",
                hints("Link: </a>\r\n") + ok("final", {{"Date", "Thu, 01 Jan 2026 00:00:00 GMT"}}));
  const auto bytes = [&] { return proxy->metric("hawkcache_bytes_to_clients_total"); };
  const double before = bytes();
  get("/plain");
  EXPECT_TRUE(eventually([&] { return bytes() > before; }));
  const double plain = bytes() - before;
  get("/hints");
  EXPECT_TRUE(eventually([&] { return bytes() > before + plain; }));
  EXPECT_EQ(bytes(), before + 2 * plain);
}

}  // namespace
}  // namespace hawkcache::scenario
