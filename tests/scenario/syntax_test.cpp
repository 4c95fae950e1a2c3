// What a request may look like: its line, its fields, its target, its Host; other protocols; hop-by-hop; order and mix-ups.
#include "scenario/support/hostile.hpp"

namespace hawkcache::scenario {
namespace {

using ::testing::AnyOf;
using ::testing::StartsWith;

const std::string kHost = "Host: api.test\r\n";

class Syntax : public HostileRequests {
 protected:
  static std::string with_field(const std::string& line) { return "GET /cached/f HTTP/1.1\r\n" + kHost + line + "\r\n\r\n"; }
};

TEST_F(Syntax, BadFieldsAreRefused) {
  std::vector<RawRequest> table;
  for (const std::string& line : {
           std::string("X-A : 1"), std::string("X-A\t: 1"), std::string(" X-A: 1"), std::string("X-A: 1\r\n folded"), std::string("X-A: 1\r\n\tfolded"), std::string("no colon"), std::string(": no name"),
           std::string("X A: 1"), std::string("X(A): 1"), std::string("X\xc3\xa4: 1"), std::string("X-A: a\0b", 8), std::string("X-A: a\rb"), std::string("X-A: a\nX-B: b"), std::string("X\0A: 1", 6),
           std::string("X-A: a\x01"), std::string("Transfer-Encoding : chunked"), std::string("Content-Length : 5"), std::string("X-A: 1\n"),
       }) {
    const bool neutral = line == "X-A: a\x01";  // may be passed on: it ends nothing
    table.push_back({.name = line, .raw = with_field(line), .statuses = neutral ? std::vector<int>{200, 400} : std::vector<int>{400}, .then = neutral ? Then::either : Then::closed,
                     .origin = neutral ? Reached::either : Reached::nothing});
  }
  table.push_back({.name = "a fold before the first field", .raw = "GET /a HTTP/1.1\r\n " + kHost + "\r\n", .statuses = {400}});
  table.push_back({.name = "bare LF everywhere", .raw = "GET /a HTTP/1.1\nHost: api.test\n\n", .statuses = {400}});
  table.push_back({.name = "CR alone ends a line", .raw = "GET /a HTTP/1.1\rHost: api.test\r\r", .statuses = {400}});
  table[table.size() - 1].raw += "\r\n\r\n";
  check(table);
}

TEST_F(Syntax, OddButLegalFieldsWork) {
  check({
      {.name = "no blank", .raw = "GET /a HTTP/1.1\r\nHost:api.test\r\n\r\n", .statuses = {200}, .then = Then::kept, .origin = Reached::whole},
      {.name = "blanks and tabs", .raw = "GET /a HTTP/1.1\r\nhOST: \t api.test \t \r\nX:\r\nX: \t\r\n\r\n", .statuses = {200}, .then = Then::kept, .origin = Reached::whole},
      {.name = "every token character", .raw = with_field("!#$%&'*+-.^_`|~09azAZ: 1"), .statuses = {200}, .then = Then::kept, .origin = Reached::whole},
      {.name = "empty lines before the request", .raw = "\r\n\r\nGET /a HTTP/1.1\r\n" + kHost + "\r\n", .statuses = {200, 400}, .then = Then::either, .origin = Reached::either},
      {.name = "high bytes", .raw = with_field("X-A: \x80\xff"), .statuses = {200}, .then = Then::kept, .origin = Reached::either},
  });
}

TEST_F(Syntax, HostIsOneAndWellFormed) {
  std::vector<RawRequest> table;
  const auto add = [&](const std::string& lines, std::vector<int> statuses, Then then, Reached reached) {
    table.push_back({.name = lines, .raw = "GET /a HTTP/1.1\r\n" + lines + "\r\n", .statuses = std::move(statuses), .then = then, .origin = reached});
  };
  for (const char* lines : {"", "Host: a\r\nHost: a\r\n", "Host: a\r\nHost: b\r\n", "Host: a b\r\n", "Host: a, b\r\n", "Host: user@a\r\n", "Host: a/b\r\n", "Host: http://a\r\n", "Host: a:port\r\n",
                            "Host: a:80:80\r\n", "Host: a:99999\r\n", "Host: a?b\r\n", "Host: a#b\r\n", "Host: [::1\r\n", "Host: a\\b\r\n", "Host: <a>\r\n", "Host: a:-1\r\n", "Host: a%00\r\n"}) {
    add(lines, {400}, Then::closed, Reached::nothing);
  }
  add("Host: \r\n", {400, 200}, Then::either, Reached::either);
  for (const char* lines : {"Host: a\r\n", "Host: a:8080\r\n", "Host: 127.0.0.1\r\n", "Host: [::1]:80\r\n", "Host: a-b.c_d\r\n"}) {
    add(lines, {200}, Then::kept, Reached::whole);
  }
  check(table);
}

TEST_F(Syntax, MalformedRequestLinesAreRefused) {
  std::vector<RawRequest> table;
  const auto add = [&](const std::string& line, std::vector<int> statuses = {400}) {
    table.push_back({.name = line, .raw = line + "\r\n" + kHost + "\r\n", .statuses = std::move(statuses)});
  };
  for (const std::string line : {"GET", "GET /a", "GET  /a HTTP/1.1", "GET /a  HTTP/1.1", "GET /a HTTP/1.1 x", "GET /a b HTTP/1.1", "GET a HTTP/1.1", "GET ?x HTTP/1.1", "GET * HTTP/1.1",
                                 "GET api.test:80 HTTP/1.1", "G(T /a HTTP/1.1", "G\xc3\xa4T /a HTTP/1.1", " GET /a HTTP/1.1", "GET /a\x01 HTTP/1.1", "GET /a\x7f HTTP/1.1", "GET /a#b HTTP/1.1", "GET\t/a\tHTTP/1.1",
                                 "GET /a HTTP/1.1\x0b", "GET ftp://a/b HTTP/1.1", "GET http:///a HTTP/1.1", "POST * HTTP/1.1", "OPTIONS a:80 HTTP/1.1", "GET //\\ HTTP/1.1\x0c"}) {
    add(line, {400, 414, 501, 505});
  }
  add(std::string("GET /a\0b HTTP/1.1", 17));
  for (const char* line : {"GET /a HTTP/2.0", "GET /a HTTP/0.9", "GET /a HTTP/11.1", "GET /a HTTP/1", "GET /a HTTP/1.", "GET /a HTTP/1.10", "GET /a http/1.1", "GET /a HTTP/ 1.1", "GET /a HTTPS/1.1", "GET /a HTTP/1,1", "GET /a ICY/1.1", "GET /a HTTP/9.9"}) {
    add(line, {400, 505});
  }
  check(table);
}

TEST_F(Syntax, ConnectOpensNoTunnel) {
  for (const std::string& target : {std::string("api.test:443"), "127.0.0.1:" + std::to_string(origin.port()), std::string("/a")}) {
    SCOPED_TRACE(target);
    Client one = client();
    one.send("CONNECT " + target + " HTTP/1.1\r\n" + kHost + "\r\n");
    const Response response = one.read("HEAD");
    EXPECT_GE(response.status, 400) << response;
    EXPECT_EQ(whole_requests(), 0U);
  }
}

TEST_F(Syntax, UnknownMethodsAndOtherSpellingsAreNeverTreatedAsGet) {
  get("/cached/m");
  for (const char* method : {"get", "Get", "GETS", "FOO", "PURGE", "HEad", "TRACK"}) {
    SCOPED_TRACE(method);
    Client one = client();
    one.send(std::string(method) + " /cached/m HTTP/1.1\r\n" + kHost + "\r\n");
    const Response response = one.read();
    EXPECT_NE(response.x_cache(), "HIT");
    EXPECT_NE(response.body, "/cached/m #1");
    if (response.status == 200) {
      EXPECT_EQ(origin.last("/cached/m").method, method);
    }
  }
}

TEST_F(Syntax, OptionsStarIsForItsOwnMethod) {
  Client one = client();
  one.send("OPTIONS * HTTP/1.1\r\n" + kHost + "\r\n");
  const Response response = one.read();
  EXPECT_THAT(response.status, AnyOf(200, 204, 400, 404, 501)) << response;
}

TEST_F(Syntax, AnAbsoluteTargetReplacesHostAndItsUserInfoGoesNoFurther) {
  Client one = client();
  one.send("GET http://other.test/a?x HTTP/1.1\r\n" + kHost + "\r\n");
  EXPECT_EQ(one.read().status, 200);
  EXPECT_EQ(origin.last("/a?x").fields.value("host"), "other.test");
  one.send("GET http://other.test HTTP/1.1\r\n" + kHost + "\r\n");
  EXPECT_EQ(one.read().status, 200);
  EXPECT_EQ(origin.last("/").fields.value("host"), "other.test");
  Client user = client();
  user.send("GET http://user:secret@other.test/b HTTP/1.1\r\n" + kHost + "\r\n");
  EXPECT_THAT(user.read().status, AnyOf(200, 400));
  for (const OriginRequest& request : origin.requests()) EXPECT_EQ(request.raw_head.find("secret"), std::string::npos);
}

TEST_F(Syntax, OtherProtocolsAreTurnedAwayPromptly) {
  check({
      {.name = "HTTP/2 preface", .raw = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", .statuses = {400, 505, 0}},
      {.name = "TLS", .raw = std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 15), .statuses = {400, 0}},
      {.name = "noise", .raw = "\xff\xfe\xfd\xfc\x01\x02\r\n\r\n", .statuses = {400, 0}},
      {.name = "HTTP/0.9", .raw = "GET /a\r\n", .statuses = {400, 505, 0}},
      {.name = "SSH", .raw = "SSH-2.0-OpenSSH_9.2\r\n", .statuses = {400, 0}},
  });
}

TEST_F(Syntax, UpgradesAreDropped) {
  const std::string upgrade = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n";
  check({
      {.name = "h2c", .raw = "GET /pass HTTP/1.1\r\n" + kHost + upgrade + "\r\n", .statuses = {200, 400, 501}, .then = Then::either, .origin = Reached::either},
      {.name = "websocket", .raw = "GET /pass HTTP/1.1\r\n" + kHost + "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhl\r\n\r\n",
       .statuses = {200, 400, 501}, .then = Then::either, .origin = Reached::either},
  });
  for (const OriginRequest& request : origin.requests("/pass")) {
    EXPECT_FALSE(request.fields.has("upgrade"));
    EXPECT_FALSE(request.fields.has("http2-settings"));
  }
  for (const char* target : {"/cached/101", "/pass101"}) {
    origin.on(target, [](OriginExchange& exchange) {
      exchange.send("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\nraw bytes");
      exchange.close();
    });
    EXPECT_EQ(get(target).status, 502) << target;
  }
}

TEST_F(Syntax, TraceAndOptionsWithoutForwardsLeftAreAnsweredHere) {
  for (const char* method : {"TRACE", "OPTIONS"}) {
    SCOPED_TRACE(method);
    Client one = client();
    one.send(std::string(method) + " /forwards HTTP/1.1\r\n" + kHost + "Max-Forwards: 0\r\nAuthorization: secret\r\n\r\n");
    const Response response = one.read();
    EXPECT_NE(response.status, 0);
    EXPECT_LT(response.status, 502);
    EXPECT_EQ(response.body.find("secret"), std::string::npos);
    EXPECT_EQ(origin.count("/forwards"), 0U);
    EXPECT_EQ(one.get("/after").status, 200);
  }
  Client one = client();
  one.send("OPTIONS /forwards HTTP/1.1\r\n" + kHost + "Max-Forwards: 5\r\n\r\n");
  EXPECT_EQ(one.read().status, 200);
  EXPECT_EQ(origin.last("/forwards").fields.value("max-forwards"), "4");
}

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
    raw += "POST /pass" + std::to_string(i) + " HTTP/1.1\r\n" + kHost + "Content-Length: 3\r\n\r\nabc";
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
  one.send("GET /cached/1 HTTP/1.1\r\n" + kHost + "\r\nGET /cached/1 HTTP/1.1\r\nbad field\r\n\r\nGET /smuggled HTTP/1.1\r\n" + kHost + "\r\n");
  EXPECT_EQ(one.read().status, 200);
  EXPECT_EQ(one.read().status, 400);
  EXPECT_TRUE(one.is_closed_by_peer());
  EXPECT_EQ(origin.count("/smuggled"), 0U);
}

TEST_F(Order, SurplusBytesAfterAResponseReachNobody) {
  const std::string surplus = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison";
  const std::vector<std::pair<std::string, std::string>> table{
      {"GET", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok" + surplus},
      {"GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n" + surplus},
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
      const Response response = one.request(method, target, i == 6 ? Fields{{"If-None-Match", "\"x\""}} : Fields{});
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
  for (const char* unasked : {"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison", "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", "x"}) {
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
    if (exchange.request().on_connection > 1) exchange.close();
    else exchange.respond("fresh connection");
  };
  for (const char* target : {"/read", "/cached/read", "/write"}) origin.on(target, closes_kept_connections);
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
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\nContent-Length: 500\r\n\r\nHTTP/1.1 102 Processing\r\nTransfer-Encoding: chunked\r\n\r\n";
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

}  // namespace
}  // namespace hawkcache::scenario
