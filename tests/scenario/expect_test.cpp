// Expect: 100-continue, from the client to the origin and back.
#include "scenario/support/scenario.hpp"

namespace hawkcache::scenario {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::string_view kHead =
    "POST /upload HTTP/1.1\r\nHost: api.test\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n";
constexpr std::string_view kChunkedHead =
    "POST /upload HTTP/1.1\r\nHost: api.test\r\nTransfer-Encoding: chunked\r\nExpect: "
    "100-Continue\r\n\r\n";
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

class Expect : public Scenario {
 protected:
  void SetUp() override { start("- path: /cached/{rest:path}"); }

  // What the origin does between the request's head and its body.
  void upload(Script before_body) {
    origin.on(
        "/upload",
        [before_body = std::move(before_body)](OriginExchange& exchange) {
          before_body(exchange);
          exchange.read_body();
          exchange.respond("got " + exchange.request().body);
        },
        FakeOrigin::Body::by_script);
  }
  void refuse_uploads(std::string_view status) {
    origin.on(
        "/upload",
        [status](OriginExchange& exchange) {
          exchange.respond("no", {}, status);
          exchange.wait_until_peer_leaves();
        },
        FakeOrigin::Body::by_script);
  }
  static std::string next_head(Client& client) { return client.wire().read_head().value_or(""); }
};

TEST_F(Expect, TheOrigins100ReachesTheClientBeforeItsBodyIsSent) {
  upload([](OriginExchange& exchange) {
    exchange.hold("continue");
    exchange.send("HTTP/1.1 100 Go On\r\nX-Hint: 1\r\n\r\n");
  });
  for (const std::string_view head : {kHead, kChunkedHead}) {
    origin.gate("continue").close();
    Client one = client();
    one.send(head);
    origin.gate("continue").admit_one();
    EXPECT_EQ(next_head(one), "HTTP/1.1 100 Go On\r\nX-Hint: 1\r\nVia: 1.1 hawkcache\r\n\r\n");
    EXPECT_EQ(origin.last("/upload").fields.value("expect"), "100-continue");
    one.send(head == kHead ? "hello" : "5\r\nhello\r\n0\r\n\r\n");
    const Response response = one.read();
    EXPECT_THAT(response.interim, IsEmpty()) << "one 100 is enough";
    EXPECT_EQ(response.body, "got hello");
    EXPECT_FALSE(response.has("connection"));
    EXPECT_EQ(one.get("/after").status, 200) << "on the same connection";
  }
}

TEST_F(Expect, OtherInterimResponsesPassWhileTheBodyWaits) {
  upload([](OriginExchange& exchange) {
    exchange.send("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
    exchange.hold("continue");
    exchange.send(kContinue);
  });
  Client one = client();
  one.send(kHead);
  EXPECT_EQ(next_head(one), "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nVia: 1.1 hawkcache\r\n\r\n");
  origin.gate("continue").open();
  EXPECT_EQ(next_head(one), "HTTP/1.1 100 Continue\r\nVia: 1.1 hawkcache\r\n\r\n");
  one.send("hello");
  EXPECT_EQ(one.read().body, "got hello");
}

TEST_F(Expect, ARefusalReachesTheClientAtOnceAndTheBodyIsNotSent) {
  for (const char* status : {"401 Unauthorized", "417 Expectation Failed", "200 OK"}) {
    SCOPED_TRACE(status);
    refuse_uploads(status);
    Client one = client();
    one.send(kHead);
    const Response response = one.read();
    EXPECT_EQ(response.status, std::atoi(status));
    EXPECT_EQ(response.body, "no");
    EXPECT_THAT(response.interim, IsEmpty());
    EXPECT_EQ(response["connection"], "close") << "nobody knows whether the body will follow";
    EXPECT_TRUE(one.is_closed_by_peer());
    EXPECT_FALSE(origin.last("/upload").whole);
    EXPECT_EQ(get("/after").status, 200);
    EXPECT_NE(origin.last("/after").connection, origin.last("/upload").connection)
        << "the origin still waits for a body there";
  }
  EXPECT_EQ(origin.count("/upload"), 3U);
}

TEST_F(Expect, AnExpectationThatNobodyKnowsIsNamed) {
  Client one = client();
  one.send("GET /a HTTP/1.1\r\nHost: api.test\r\nExpect: 200-ok\r\n\r\n");
  const Response response = one.read();
  EXPECT_EQ(response.status, 417);
  EXPECT_THAT(response.body, HasSubstr("The only expectation known here is 100-continue."));
  EXPECT_EQ(origin.count("/a"), 0U);
}

TEST_F(Expect, AnOriginThatIsSilentGetsTheBodyAfterAWhile) {
  upload([](OriginExchange&) {});
  Client one = client();
  one.send(kHead);
  EXPECT_EQ(next_head(one), kContinue) << "our own";
  one.send("hello");
  EXPECT_EQ(one.read().body, "got hello");
  EXPECT_EQ(origin.count("/upload"), 1U);
}

TEST_F(Expect, AClientNeedNotWait) {
  upload([](OriginExchange& exchange) {
    exchange.hold("continue");
    exchange.send(kContinue);
  });
  Client one = client();
  one.send(std::string(kHead) + "hel");
  ASSERT_TRUE(origin.wait_for_requests("/upload", 1));
  one.send("lo");
  origin.gate("continue").open();
  EXPECT_EQ(one.read().body, "got hello");
  EXPECT_EQ(one.get("/after").status, 200) << "on the same connection";
}

TEST_F(Expect, IsNotForwardedWithABodyThatIsHere) {
  Client one = client();
  one.send(std::string(kHead) + "hello");
  const Response response = one.read();
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.interim, IsEmpty());
  EXPECT_FALSE(origin.last("/upload").fields.has("expect"));
  EXPECT_EQ(origin.last("/upload").body, "hello");
}

TEST_F(Expect, MeansNothingWithoutABodyOrInHttp10) {
  for (const char* target : {"/cached/a", "/pass"}) {
    origin.answer(target, std::string(kContinue) + ok("final"));
    const Response response = get(target, {{"Expect", "100-continue"}});
    EXPECT_EQ(response.body, "final");
    EXPECT_THAT(response.interim, IsEmpty());
    EXPECT_FALSE(origin.last(target).fields.has("expect"));
  }
  Client old = client();
  old.send(
      "POST /old HTTP/1.0\r\nHost: api.test\r\nContent-Length: 5\r\nExpect: "
      "100-continue\r\n\r\n");
  ASSERT_TRUE(eventually([&] { return origin.count("/old") == 1; }));
  old.send("hello");
  const Response response = old.read();
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.interim, IsEmpty());
  EXPECT_FALSE(origin.last("/old").fields.has("expect"));
  EXPECT_EQ(origin.last("/old").body, "hello");
}

TEST_F(Expect, AClientThatLeavesInsteadOfSendingLeavesNothingWholeBehind) {
  upload([](OriginExchange& exchange) { exchange.send(kContinue); });
  Client one = client();
  one.send(kHead);
  EXPECT_EQ(next_head(one).substr(0, 12), "HTTP/1.1 100");
  one.close();
  EXPECT_TRUE(eventually([&] { return get("/after").status == 200; }));
  EXPECT_EQ(origin.count("/upload"), 1U);
  EXPECT_FALSE(origin.last("/upload").whole);
}

TEST_F(Expect, AnOriginThatFailsMeanwhileIsABadGateway) {
  origin.on(
      "/upload", [](OriginExchange& exchange) { exchange.reset(); }, FakeOrigin::Body::by_script);
  EXPECT_EQ(get("/warm").status, 200);
  Client one = client();
  one.send(kHead);
  const Response response = one.read();
  EXPECT_EQ(response.status, 502);
  EXPECT_THAT(response.interim, IsEmpty());
  EXPECT_EQ(origin.count("/upload"), 1U);
}

}  // namespace
}  // namespace hawkcache::scenario
