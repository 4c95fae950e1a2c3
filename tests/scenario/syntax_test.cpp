// What a request may look like: its line, its fields, its target, its Host; other protocols;
// hop-by-hop; order and mix-ups.
#include "scenario/support/hostile.hpp"

namespace hawkcache::scenario {
namespace {

using ::testing::AnyOf;
using ::testing::StartsWith;

const std::string kHostLine = "Host: api.test\r\n";

class Syntax : public HostileRequests {
 protected:
  static std::string with_field(const std::string& line) {
    return "GET /cached/f HTTP/1.1\r\n" + kHostLine + line + "\r\n\r\n";
  }
};

TEST_F(Syntax, BadFieldsAreRefused) {
  std::vector<RawRequest> table;
  for (const std::string& line : {
           std::string("X-A : 1"),
           std::string("X-A\t: 1"),
           std::string(" X-A: 1"),
           std::string("X-A: 1\r\n folded"),
           std::string("X-A: 1\r\n\tfolded"),
           std::string("no colon"),
           std::string(": no name"),
           std::string("X A: 1"),
           std::string("X(A): 1"),
           std::string("X\xc3\xa4: 1"),
           std::string("X-A: a\0b", 8),
           std::string("X-A: a\rb"),
           std::string("X-A: a\nX-B: b"),
           std::string("X\0A: 1", 6),
           std::string("X-A: a\x01"),
           std::string("Transfer-Encoding : chunked"),
           std::string("Content-Length : 5"),
           std::string("X-A: 1\n"),
       }) {
    const bool neutral = line == "X-A: a\x01";  // may be passed on: it ends nothing
    table.push_back({.name = line,
                     .raw = with_field(line),
                     .statuses = neutral ? std::vector<int>{200, 400} : std::vector<int>{400},
                     .then = neutral ? Then::either : Then::closed,
                     .origin = neutral ? Reached::either : Reached::nothing});
  }
  table.push_back({.name = "a fold before the first field",
                   .raw = "GET /a HTTP/1.1\r\n " + kHostLine + "\r\n",
                   .statuses = {400}});
  table.push_back({.name = "bare LF everywhere",
                   .raw = "GET /a HTTP/1.1\nHost: api.test\n\n",
                   .statuses = {400}});
  table.push_back({.name = "CR alone ends a line",
                   .raw = "GET /a HTTP/1.1\rHost: api.test\r\r",
                   .statuses = {400}});
  table[table.size() - 1].raw += "\r\n\r\n";
  check(table);
}

TEST_F(Syntax, OddButLegalFieldsWork) {
  check({
      {.name = "no blank",
       .raw = "GET /a HTTP/1.1\r\nHost:api.test\r\n\r\n",
       .statuses = {200},
       .then = Then::kept,
       .origin = Reached::whole},
      {.name = "blanks and tabs",
       .raw = "GET /a HTTP/1.1\r\nhOST: \t api.test \t \r\nX:\r\nX: \t\r\n\r\n",
       .statuses = {200},
       .then = Then::kept,
       .origin = Reached::whole},
      {.name = "every token character",
       .raw = with_field("!#$%&'*+-.^_`|~09azAZ: 1"),
       .statuses = {200},
       .then = Then::kept,
       .origin = Reached::whole},
      {.name = "empty lines before the request",
       .raw = "\r\n\r\nGET /a HTTP/1.1\r\n" + kHostLine + "\r\n",
       .statuses = {200, 400},
       .then = Then::either,
       .origin = Reached::either},
      {.name = "high bytes",
       .raw = with_field("X-A: \x80\xff"),
       .statuses = {200},
       .then = Then::kept,
       .origin = Reached::either},
  });
}

TEST_F(Syntax, HostIsOneAndWellFormed) {
  std::vector<RawRequest> table;
  const auto add =
      [&](const std::string& lines, std::vector<int> statuses, Then then, Reached reached) {
        table.push_back({.name = lines,
                         .raw = "GET /a HTTP/1.1\r\n" + lines + "\r\n",
                         .statuses = std::move(statuses),
                         .then = then,
                         .origin = reached});
      };
  for (const char* lines : {"",
                            "Host: a\r\nHost: a\r\n",
                            "Host: a\r\nHost: b\r\n",
                            "Host: a b\r\n",
                            "Host: a, b\r\n",
                            "Host: user@a\r\n",
                            "Host: a/b\r\n",
                            "Host: http://a\r\n",
                            "Host: a:port\r\n",
                            "Host: a:80:80\r\n",
                            "Host: a:99999\r\n",
                            "Host: a?b\r\n",
                            "Host: a#b\r\n",
                            "Host: [::1\r\n",
                            "Host: a\\b\r\n",
                            "Host: <a>\r\n",
                            "Host: a:-1\r\n"}) {
    add(lines, {400}, Then::closed, Reached::nothing);
  }
  add("Host: \r\n", {400, 200}, Then::either, Reached::either);
  for (const char* lines : {"Host: a\r\n",
                            "Host: a:8080\r\n",
                            "Host: 127.0.0.1\r\n",
                            "Host: [::1]:80\r\n",
                            "Host: a-b.c_d\r\n"}) {
    add(lines, {200}, Then::kept, Reached::whole);
  }
  check(table);
}

TEST_F(Syntax, MalformedRequestLinesAreRefused) {
  std::vector<RawRequest> table;
  const auto add = [&](const std::string& line, std::vector<int> statuses = {400}) {
    table.push_back(
        {.name = line, .raw = line + "\r\n" + kHostLine + "\r\n", .statuses = std::move(statuses)});
  };
  for (const std::string line : {"GET",
                                 "GET /a",
                                 "GET  /a HTTP/1.1",
                                 "GET /a  HTTP/1.1",
                                 "GET /a HTTP/1.1 x",
                                 "GET /a b HTTP/1.1",
                                 "GET a HTTP/1.1",
                                 "GET ?x HTTP/1.1",
                                 "GET * HTTP/1.1",
                                 "GET api.test:80 HTTP/1.1",
                                 "G(T /a HTTP/1.1",
                                 "G\xc3\xa4T /a HTTP/1.1",
                                 " GET /a HTTP/1.1",
                                 "GET /a\x01 HTTP/1.1",
                                 "GET /a\x7f HTTP/1.1",
                                 "GET /a#b HTTP/1.1",
                                 "GET\t/a\tHTTP/1.1",
                                 "GET /a HTTP/1.1\x0b",
                                 "GET ftp://a/b HTTP/1.1",
                                 "GET http:///a HTTP/1.1",
                                 "POST * HTTP/1.1",
                                 "OPTIONS a:80 HTTP/1.1",
                                 "GET //\\ HTTP/1.1\x0c"}) {
    add(line, {400, 414, 501, 505});
  }
  add(std::string("GET /a\0b HTTP/1.1", 17));
  for (const char* line : {"GET /a HTTP/2.0",
                           "GET /a HTTP/0.9",
                           "GET /a HTTP/11.1",
                           "GET /a HTTP/1",
                           "GET /a HTTP/1.",
                           "GET /a HTTP/1.10",
                           "GET /a http/1.1",
                           "GET /a HTTP/ 1.1",
                           "GET /a HTTPS/1.1",
                           "GET /a HTTP/1,1",
                           "GET /a ICY/1.1",
                           "GET /a HTTP/9.9"}) {
    add(line, {400, 505});
  }
  check(table);
}

TEST_F(Syntax, ConnectOpensNoTunnel) {
  for (const std::string& target : {std::string("api.test:443"),
                                    "127.0.0.1:" + std::to_string(origin.port()),
                                    std::string("/a")}) {
    SCOPED_TRACE(target);
    Client one = client();
    one.send("CONNECT " + target + " HTTP/1.1\r\n" + kHostLine + "\r\n");
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
    one.send(std::string(method) + " /cached/m HTTP/1.1\r\n" + kHostLine + "\r\n");
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
  one.send("OPTIONS * HTTP/1.1\r\n" + kHostLine + "\r\n");
  const Response response = one.read();
  EXPECT_THAT(response.status, AnyOf(200, 204, 400, 404, 501)) << response;
}

TEST_F(Syntax, AnAbsoluteTargetReplacesHostAndItsUserInfoGoesNoFurther) {
  Client one = client();
  one.send("GET http://other.test/a?x HTTP/1.1\r\n" + kHostLine + "\r\n");
  EXPECT_EQ(one.read().status, 200);
  EXPECT_EQ(origin.last("/a?x").fields.value("host"), "other.test");
  one.send("GET http://other.test HTTP/1.1\r\n" + kHostLine + "\r\n");
  EXPECT_EQ(one.read().status, 200);
  EXPECT_EQ(origin.last("/").fields.value("host"), "other.test");
  Client user = client();
  user.send("GET http://user:secret@other.test/b HTTP/1.1\r\n" + kHostLine + "\r\n");
  EXPECT_THAT(user.read().status, AnyOf(200, 400));
  for (const OriginRequest& request : origin.requests())
    EXPECT_EQ(request.raw_head.find("secret"), std::string::npos);
}

TEST_F(Syntax, OtherProtocolsAreTurnedAwayPromptly) {
  check({
      {.name = "HTTP/2 preface",
       .raw = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
       .statuses = {400, 505, 0}},
      {.name = "TLS",
       .raw = std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 15),
       .statuses = {400, 0}},
      {.name = "noise", .raw = "\xff\xfe\xfd\xfc\x01\x02\r\n\r\n", .statuses = {400, 0}},
      {.name = "HTTP/0.9", .raw = "GET /a\r\n", .statuses = {400, 505, 0}},
      {.name = "SSH", .raw = "SSH-2.0-OpenSSH_9.2\r\n", .statuses = {400, 0}},
  });
}

TEST_F(Syntax, UpgradesAreDropped) {
  const std::string upgrade =
      "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: "
      "AAMAAABkAAQCAAAAAAIAAAAA\r\n";
  check({
      {.name = "h2c",
       .raw = "GET /pass HTTP/1.1\r\n" + kHostLine + upgrade + "\r\n",
       .statuses = {200, 400, 501},
       .then = Then::either,
       .origin = Reached::either},
      {.name = "websocket",
       .raw = "GET /pass HTTP/1.1\r\n" + kHostLine +
              "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: "
              "13\r\nSec-WebSocket-Key: dGhl\r\n\r\n",
       .statuses = {200, 400, 501},
       .then = Then::either,
       .origin = Reached::either},
  });
  for (const OriginRequest& request : origin.requests("/pass")) {
    EXPECT_FALSE(request.fields.has("upgrade"));
    EXPECT_FALSE(request.fields.has("http2-settings"));
  }
  for (const char* target : {"/cached/101", "/pass101"}) {
    origin.on(target, [](OriginExchange& exchange) {
      exchange.send(
          "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\nraw "
          "bytes");
      exchange.close();
    });
    EXPECT_EQ(get(target).status, 502) << target;
  }
}

TEST_F(Syntax, ARefusedHeadGetsNoBody) {
  for (const char* rest : {"/ HTTP/1.1\r\n\r\n",
                           "/a b HTTP/1.1\r\nHost: api.test\r\n\r\n",
                           "/ HTTP/1.1\r\nHost: api.test\r\nExpect: wonders\r\n\r\n"}) {
    SCOPED_TRACE(rest);
    Client one = client();
    one.send(std::string("HEAD ") + rest);
    const std::string answer = one.read_all();
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 4")) << answer;
    EXPECT_TRUE(answer.ends_with("\r\n\r\n")) << answer;
    EXPECT_NE(answer.find("\r\nDate: "), std::string::npos) << answer;
  }
}

TEST_F(Syntax, TraceAndOptionsWithoutForwardsLeftAreAnsweredHere) {
  for (const char* method : {"TRACE", "OPTIONS"}) {
    SCOPED_TRACE(method);
    Client one = client();
    one.send(std::string(method) + " /forwards HTTP/1.1\r\n" + kHostLine +
             "Max-Forwards: 0\r\nAuthorization: secret\r\n\r\n");
    const Response response = one.read();
    EXPECT_EQ(response.status, method == std::string_view("TRACE") ? 405 : 200);
    EXPECT_FALSE(response["allow"].empty());
    EXPECT_FALSE(response["date"].empty());
    EXPECT_EQ(response.body.find("secret"), std::string::npos);
    EXPECT_EQ(origin.count("/forwards"), 0U);
    EXPECT_EQ(one.get("/after").status, 200);
  }
  Client one = client();
  one.send("OPTIONS /forwards HTTP/1.1\r\n" + kHostLine + "Max-Forwards: 5\r\n\r\n");
  EXPECT_EQ(one.read().status, 200);
  EXPECT_EQ(origin.last("/forwards").fields.value("max-forwards"), "4");
}

}  // namespace
}  // namespace hawkcache::scenario
