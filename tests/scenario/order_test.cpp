// Order and mix-ups: every client gets its own answers, in order, and nobody's bytes but its own.
#include "scenario/support/hostile.hpp"

namespace hawkcache::scenario {
namespace {

using ::testing::AnyOf;
using ::testing::StartsWith;

const std::string kHost = "Host: api.test\r\n";

class Order : public HostileRequests {};

TEST_F(Order, PipelinedAnswersComeInOrder) {
  origin.on("/held", [](OriginExchange& exchange) {
    exchange.hold("held");
    exchange.respond("held");
  });
  get("/cached/1");
  Client one = client();
  std::string raw = "GET /held HTTP/1.1\r\n" + kHost + "\r\n";
  for (int i = 0; i < 20; ++i) {
    raw += "GET /cached/" + std::to_string(i % 4) + " HTTP/1.1\r\n" + kHost + "\r\n";
    raw +=
        "POST /pass" + std::to_string(i) + " HTTP/1.1\r\n" + kHost + "Content-Length: 3\r\n\r\nabc";
    raw += "HEAD /cached/1 HTTP/1.1\r\n" + kHost + "\r\n";
  }
  one.send(raw);
  ASSERT_TRUE(origin.gate("held").wait_for());
  EXPECT_FALSE(one.wire().receive(50ms)) << "something overtook the first answer";
  origin.gate("held").open();
  EXPECT_EQ(one.read().body, "held");
  for (int i = 0; i < 20; ++i) {
    EXPECT_THAT(one.read().body, StartsWith("/cached/" + std::to_string(i % 4) + " #"));
    EXPECT_THAT(one.read().body, StartsWith("/pass" + std::to_string(i) + " #"));
    EXPECT_EQ(one.read("HEAD")["content-length"], "12");
  }
}

TEST_F(Order, AnErrorInAPipelineEndsItAfterTheGoodAnswers) {
  get("/cached/1");
  Client one = client();
  one.send("GET /cached/1 HTTP/1.1\r\n" + kHost +
           "\r\nGET /cached/1 HTTP/1.1\r\nbad field\r\n\r\nGET /smuggled HTTP/1.1\r\n" + kHost +
           "\r\n");
  EXPECT_EQ(one.read().status, 200);
  EXPECT_EQ(one.read().status, 400);
  EXPECT_TRUE(one.is_closed_by_peer());
  EXPECT_EQ(origin.count("/smuggled"), 0U);
}

TEST_F(Order, WhoSendsNoMoreGetsTheAnswersToWhatWasSent) {
  get("/cached/1");
  const std::string stored = "GET /cached/1 HTTP/1.1\r\n" + kHost + "\r\n";
  const std::string passed = "POST /pass HTTP/1.1\r\n" + kHost + "Content-Length: 3\r\n\r\nabc";
  const std::string unfinished = "GET /cached/1 HTTP/1.1\r\nHos";
  struct Row {
    std::string sent;
    int answers;
  };
  const std::vector<Row> table{{"", 0},
                               {stored, 1},
                               {stored + stored, 2},
                               {stored + passed + stored, 3},
                               {unfinished, 0},
                               {stored + unfinished, 1}};
  for (const Row& row : table) {
    SCOPED_TRACE(row.sent);
    Client one = client();
    one.send(row.sent);
    one.finish_sending();
    for (int i = 0; i < row.answers; ++i) EXPECT_EQ(one.read().status, 200);
    EXPECT_TRUE(one.is_closed_by_peer());
  }
}

TEST_F(Order, SurplusBytesAfterAResponseReachNobody) {
  const std::string surplus = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison";
  const std::vector<std::pair<std::string, std::string>> table{
      {"GET", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok" + surplus},
      {"GET",
       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n" + surplus},
      {"HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison"},
      {"HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n" + surplus},
      {"GET", "HTTP/1.1 204 No Content\r\n\r\n" + surplus},
      {"GET", "HTTP/1.1 204 No Content\r\nContent-Length: 6\r\n\r\npoison"},
      {"GET", "HTTP/1.1 304 Not Modified\r\n\r\n" + surplus},
      {"POST", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok" + surplus},
  };
  for (std::size_t i = 0; i < table.size(); ++i) {
    for (const char* prefix : {"/cached/s", "/pass"}) {
      const auto& [method, raw] = table[i];
      const std::string target = prefix + std::to_string(i);
      SCOPED_TRACE(method + " " + target + " " + raw);
      origin.on(target, [raw = raw](OriginExchange& exchange) { exchange.send(raw); });
      Client one = client();
      const Response response =
          one.request(method, target, i == 6 ? Fields{{"If-None-Match", "\"x\""}} : Fields{});
      EXPECT_LT(response.status, 503);
      EXPECT_EQ(response.body.find("poison"), std::string::npos);
      for (int n = 0; n < 3; ++n) {
        const Response after = one.wire().is_open() ? one.get("/after") : get("/after");
        EXPECT_EQ(after.body.find("poison"), std::string::npos);
        EXPECT_EQ(get("/after").body.substr(0, 8), "/after #");
      }
    }
  }
}

TEST_F(Order, BytesThatAnIdleOriginConnectionSendsUnaskedReachNobody) {
  for (const char* unasked :
       {"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison",
        "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
        "x"}) {
    SCOPED_TRACE(unasked);
    EXPECT_EQ(get("/warm").status, 200);
    origin.send_to_idle(unasked);
    for (int i = 0; i < 3; ++i) {
      const Response response = get("/after");
      EXPECT_EQ(response.status, 200);
      EXPECT_THAT(response.body, StartsWith("/after #"));
    }
  }
}

TEST_F(Order, AKeptOriginConnectionThatWasClosedMeanwhileIsReplacedUnseen) {
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(get("/warm").status, 200);
    origin.close_idle();
    EXPECT_EQ(get("/after").status, 200);
    origin.close_idle();
    EXPECT_EQ(request("HEAD", "/after").status, 200);
  }
}

TEST_F(Order, AnIdempotentRequestIsRepeatedAndAPostIsNot) {
  const auto closes_kept_connections = [](OriginExchange& exchange) {
    if (exchange.request().on_connection > 1)
      exchange.close();
    else
      exchange.respond("fresh connection");
  };
  for (const char* target : {"/read", "/cached/read", "/write"})
    origin.on(target, closes_kept_connections);
  EXPECT_EQ(get("/warm").status, 200);
  EXPECT_EQ(get("/read").body, "fresh connection");
  EXPECT_EQ(get("/warm").status, 200);
  EXPECT_EQ(get("/cached/read").body, "fresh connection");
  EXPECT_EQ(get("/warm").status, 200);
  const Response post = request("POST", "/write", {}, "once");
  EXPECT_THAT(post.status, AnyOf(502, 200)) << post;
  EXPECT_EQ(origin.count("/write"), 1U);
}

TEST_F(Order, InterimResponsesPrecedeTheFinalOne) {
  const std::string interim =
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\nContent-Length: "
      "500\r\n\r\nHTTP/1.1 102 Processing\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const char* target : {"/cached/i", "/cached/i", "/pass"}) {
    SCOPED_TRACE(target);
    origin.on(target, [interim](OriginExchange& exchange) {
      exchange.send(interim);
      exchange.respond("final");
    });
    Client one = client();
    const Response response = one.get(target);
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, "final");
    EXPECT_FALSE(response.has("link"));
    const bool hit = response.x_cache() == "HIT";
    EXPECT_EQ(response.interim, hit ? std::vector<int>{} : std::vector<int>({103, 102}))
        << "the 100 was not asked for";
    EXPECT_EQ(one.get("/after").status, 200);
  }
}

TEST_F(Order, AFloodOfInterimResponsesIsBounded) {
  for (const char* target : {"/cached/flood", "/pass"}) {
    origin.on(target, [](OriginExchange& exchange) {
      const std::string many = repeated("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", 1000);
      for (int i = 0; i < 1000; ++i) {
        if (!exchange.send(many)) break;
      }
      exchange.close();
    });
    EXPECT_EQ(get(target).status, 502) << target;
  }
  EXPECT_EQ(get("/after").status, 200);
}

TEST_F(Order, AClientThatLeavesDoesNotLeaveItsAnswerToTheNext) {
  origin.on("/secret", [](OriginExchange& exchange) {
    exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nsecret");
    exchange.hold("secret");
    exchange.send("secret");
  });
  Client one = client();
  one.send_request("GET", "/secret");
  Response part = one.read_head();
  EXPECT_TRUE(one.read_body(part, 6));
  one.reset();
  let_requests_arrive();
  origin.gate("secret").open();
  for (int i = 0; i < 5; ++i) EXPECT_THAT(get("/after").body, StartsWith("/after #"));
}

TEST_F(Order, AClientThatHasFinishedSendingIsStillAnswered) {
  for (const char* target : {"/cached/half", "/cached/half", "/pass"}) {
    SCOPED_TRACE(target);
    Client one = client();
    one.send_request("GET", target);
    one.finish_sending();
    EXPECT_EQ(one.read().status, 200);
  }
  Client posting = client();
  posting.send_request("POST", "/pass", {}, "body");
  posting.finish_sending();
  EXPECT_EQ(posting.read().status, 200);
}

}  // namespace
}  // namespace hawkcache::scenario
