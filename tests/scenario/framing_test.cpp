// Where a request ends (rules on framing): one length, one reading, or none of it. What follows a
// doubtful message on its connection is never processed.
#include "scenario/support/hostile.hpp"

namespace hawkcache::scenario {
namespace {

const std::string kSmuggled = "GET /smuggled HTTP/1.1\r\nHost: api.test\r\n\r\n";

std::string post(const std::string& fields, const std::string& body) {
  return "POST /post HTTP/1.1\r\nHost: api.test\r\n" + fields + "\r\n" + body;
}

class Framing : public HostileRequests {};

TEST_F(Framing, ALengthThatCanBeReadInTwoWaysIsRefused) {
  std::vector<RawRequest> table;
  const auto refuse = [&](const std::string& fields) {
    table.push_back({.name = fields, .raw = post(fields, "hello" + kSmuggled), .statuses = {400}});
  };
  refuse("Content-Length: 5\r\nContent-Length: 6\r\n");
  refuse("Content-Length: 6\r\nContent-Length: 5\r\n");
  refuse("Content-Length: 5, 6\r\n");
  for (const char* value : {"",
                            "+5",
                            "-5",
                            "-0",
                            "0x5",
                            "5 5",
                            "5;",
                            "5.0",
                            "1e1",
                            "five",
                            "\"5\"",
                            "5\t5",
                            "5,",
                            ",5",
                            "99999999999999999999999999",
                            "18446744073709551621",
                            "9223372036854775813",
                            "\xc2\xb2",
                            "05x"}) {
    refuse("Content-Length: " + std::string(value) + "\r\n");
  }
  check(table);
}

TEST_F(Framing, EqualLengthsMayBeMerged) {
  for (const char* fields :
       {"Content-Length: 5\r\nContent-Length: 5\r\n", "Content-Length: 5, 5\r\n"}) {
    const RawRequest row{.name = fields,
                         .raw = post(fields, "hello"),
                         .statuses = {200, 400},
                         .then = Then::either,
                         .origin = Reached::either};
    check({row});
  }
  for (const OriginRequest& request : origin.requests("/post")) {
    EXPECT_EQ(request.fields.value("content-length"), "5");
    EXPECT_EQ(request.body, "hello");
  }
}

TEST_F(Framing, ATransferCodingThatDoesNotEndInChunkedIsRefused) {
  std::vector<RawRequest> table;
  for (const char* value : {"identity",
                            "gzip",
                            "chunked, identity",
                            "chunked, gzip",
                            "chunked, chunked",
                            "xchunked",
                            "chunkedx",
                            "chunked;q=1",
                            "\"chunked\"",
                            "chunked chunked",
                            "",
                            ",",
                            "chunk",
                            "gzip, chunked",
                            "identity, chunked",
                            "\vchunked",
                            "chunked\v",
                            "[chunked]",
                            "chunked, ",
                            "c hunked"}) {
    // An empty list member is legal; a coding that we do not speak is 501.
    const bool legal = std::string_view(value) == "chunked, ";
    table.push_back({.name = value,
                     .raw = post("Transfer-Encoding: " + std::string(value) + "\r\n",
                                 "0\r\n\r\n" + (legal ? "" : kSmuggled)),
                     .statuses = legal ? std::vector<int>{200, 400} : std::vector<int>{400, 501},
                     .then = legal ? Then::either : Then::closed,
                     .origin = legal ? Reached::either : Reached::nothing});
  }
  table.push_back({.name = "two lines, chunked first",
                   .raw = post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
                               "0\r\n\r\n" + kSmuggled),
                   .statuses = {400, 501}});
  table.push_back({.name = "two lines, chunked last",
                   .raw = post("Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n",
                               "0\r\n\r\n" + kSmuggled),
                   .statuses = {400, 501}});
  table.push_back({.name = "two lines, both chunked",
                   .raw = post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
                               "0\r\n\r\n" + kSmuggled),
                   .statuses = {400, 501}});
  check(table);
}

TEST_F(Framing, LengthAndTransferCodingTogetherAreRefusedOrTheLengthIsDropped) {
  const std::vector<std::pair<std::string, std::string>> both{
      {"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"},
      {"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"},
      {"Content-Length: 5\r\nTransfer-Encoding: Chunked\r\n", "0\r\n\r\n"},
  };
  for (const auto& [fields, body] : both) {
    check({RawRequest{.name = fields,
                      .raw = post(fields, body + kSmuggled),
                      .statuses = {200, 400},
                      .origin = Reached::either}});
  }
  for (const OriginRequest& request : origin.requests("/post"))
    EXPECT_FALSE(request.fields.has("content-length"));
}

TEST_F(Framing, ATransferCodingInHttp10NeverKeepsTheConnection) {
  check({RawRequest{.name = "HTTP/1.0",
                    .raw = "POST /post HTTP/1.0\r\nHost: api.test\r\nConnection: "
                           "keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" +
                           kSmuggled,
                    .statuses = {200, 400, 501},
                    .origin = Reached::either}});
}

TEST_F(Framing, ABodyOnAnyMethodIsConsumed) {
  get("/cached/1");
  std::vector<RawRequest> table;
  for (const char* method : {"GET", "HEAD", "DELETE", "OPTIONS"}) {
    for (const char* target : {"/cached/1", "/pass"}) {
      const std::string start_line =
          std::string(method) + " " + target + " HTTP/1.1\r\nHost: api.test\r\n";
      table.push_back({.name = start_line + "length",
                       .raw = start_line + "Content-Length: " + std::to_string(kSmuggled.size()) +
                              "\r\n\r\n" + kSmuggled,
                       .statuses = {200},
                       .then = Then::kept,
                       .origin = Reached::either});
      table.push_back({.name = start_line + "chunked",
                       .raw = start_line + "Transfer-Encoding: chunked\r\n\r\n" + chunk(kSmuggled) +
                              "0\r\n\r\n",
                       .statuses = {200},
                       .then = Then::kept,
                       .origin = Reached::either});
    }
  }
  check(table);
}

TEST_F(Framing, ABodyIsConsumedOrTheConnectionClosedWhenTheOriginAnswersEarly) {
  origin.on(
      "/early",
      [](OriginExchange& exchange) {
        exchange.respond("no", {{"Connection", "close"}}, "413 Content Too Large");
        exchange.close();
      },
      FakeOrigin::Body::by_script);
  Client one = client();
  one.send("POST /early HTTP/1.1\r\nHost: api.test\r\nContent-Length: 200000\r\n\r\n");
  const Response response = one.read();
  EXPECT_EQ(response.status, 413);
  one.send(repeated(kSmuggled, 200000 / kSmuggled.size()));
  one.send(std::string(200000 % kSmuggled.size(), 'x'));
  one.send("GET /after HTTP/1.1\r\nHost: api.test\r\n\r\n");
  const Response after = one.read();
  EXPECT_TRUE(after.status == 200 || after.status == 0) << after;
  EXPECT_EQ(origin.count("/smuggled"), 0U);
  EXPECT_EQ(get("/after").status, 200);
}

TEST_F(Framing, ChunksAreReadStrictly) {
  std::vector<RawRequest> table;
  const auto add = [&](const std::string& body, bool good) {
    table.push_back({.name = body.substr(0, 60),
                     .raw = post("Transfer-Encoding: chunked\r\n", body + (good ? "" : kSmuggled)),
                     .statuses = good ? std::vector<int>{200} : std::vector<int>{400},
                     .then = good ? Then::kept : Then::closed,
                     .origin = good ? Reached::whole : Reached::nothing});
  };
  for (const char* body : {"5\r\nhello\r\n0\r\n\r\n",
                           "0\r\n\r\n",
                           "5;a=b\r\nhello\r\n0;c\r\n\r\n",
                           "5;a=\"q;x\"\r\nhello\r\n0\r\n\r\n",
                           "00005\r\nhello\r\n0000\r\n\r\n",
                           "A\r\n0123456789\r\n0\r\n\r\n",
                           "a\r\n0123456789\r\n0\r\n\r\n",
                           "5\r\nhello\r\n0\r\nX-Trailer: 1\r\nX-Other: 2\r\n\r\n"}) {
    add(body, true);
  }
  for (const char* body : {"5\nhello\n0\n\n",
                           "5\r\nhello0\r\n\r\n",
                           "5\r\nhelloX\r\n0\r\n\r\n",
                           "5\r\nhell\r\n0\r\n\r\n",
                           "0x5\r\nhello\r\n0\r\n\r\n",
                           "+5\r\nhello\r\n0\r\n\r\n",
                           "-5\r\nhello\r\n0\r\n\r\n",
                           "\r\n5\r\nhello\r\n0\r\n\r\n",
                           "g\r\nhello\r\n0\r\n\r\n",
                           ";a\r\nhello\r\n0\r\n\r\n",
                           "5,\r\nhello\r\n0\r\n\r\n",
                           "5 5\r\nhello\r\n0\r\n\r\n",
                           "5\rhello\r\n0\r\n\r\n",
                           "5\r\nhello\n0\r\n\r\n",
                           "FFFFFFFFFFFFFFFFF\r\nhello\r\n0\r\n\r\n",
                           "10000000000000005\r\nhello\r\n0\r\n\r\n",
                           "8000000000000005\r\nhello\r\n0\r\n\r\n",
                           "5;a\nb\r\nhello\r\n0\r\n\r\n",
                           "5\r\nhello\r\n0\r\nno colon\r\n\r\n",
                           "5\r\nhello\r\n0\r\nX : 1\r\n\r\n"}) {
    add(body, false);
  }
  // Written so by some: to be taken as 5, or refused.
  for (const char* body :
       {"5 \r\nhello\r\n0\r\n\r\n", "5\t;a\r\nhello\r\n0\r\n\r\n", " 5\r\nhello\r\n0\r\n\r\n"}) {
    table.push_back({.name = body,
                     .raw = post("Transfer-Encoding: chunked\r\n", body),
                     .statuses = {200, 400},
                     .then = Then::either,
                     .origin = Reached::either});
  }
  // A size that is never delivered: too large, or cut off.
  check(table);
}

TEST_F(Framing, EndlessExtensionsAndTrailersAreBounded) {
  const std::string head = post("Transfer-Encoding: chunked\r\n", "");
  check({
      {.name = "extension",
       .raw = head + "5;" + std::string(300'000, 'x') + "\r\nhello\r\n0\r\n\r\n",
       .statuses = {400, 413, 431, 0}},
      {.name = "size",
       .raw = head + std::string(300'000, '0') + "5\r\nhello\r\n0\r\n\r\n",
       .statuses = {400, 413, 431, 0}},
      {.name = "trailers",
       .raw = head + "0\r\n" + repeated("X-Trailer: value\r\n", 20'000) + "\r\n",
       .statuses = {400, 413, 431, 0}},
      {.name = "a trailer",
       .raw = head + "0\r\nX: " + std::string(300'000, 'x') + "\r\n\r\n",
       .statuses = {400, 413, 431, 0}},
  });
}

TEST_F(Framing, TrailersNeverBecomeFields) {
  Client one = client();
  one.send(
      post("Transfer-Encoding: chunked\r\nTrailer: X-Role\r\n",
           "5\r\nhello\r\n0\r\nX-Role: admin\r\nAuthorization: x\r\nContent-Length: 3\r\n\r\n"));
  EXPECT_EQ(one.read().status, 200);
  const OriginRequest seen = origin.last("/post");
  EXPECT_FALSE(seen.fields.has("x-role"));
  EXPECT_FALSE(seen.fields.has("authorization"));
  EXPECT_EQ(seen.body, "hello");

  const std::string raw =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: "
      "X-Role\r\n\r\n5\r\nhello\r\n0\r\nX-Role: admin\r\nSet-Cookie: a=b\r\n\r\n";
  origin.answer("/cached/t", raw);
  origin.answer("/pass", raw);
  for (const char* target : {"/cached/t", "/cached/t", "/pass"}) {
    const Response response = get(target);
    EXPECT_EQ(response.body, "hello") << target;
    EXPECT_FALSE(response.has("x-role"));
    EXPECT_FALSE(response.has("set-cookie"));
  }
}

TEST_F(Framing, ARequestThatBreaksOffNeverReachesTheOriginAsAWholeOne) {
  const std::vector<std::pair<const char*, std::string>> table{
      {"in its length", post("Content-Length: 100\r\n", "part")},
      {"between chunks", post("Transfer-Encoding: chunked\r\n", "4\r\npart\r\n")},
      {"in a chunk", post("Transfer-Encoding: chunked\r\n", "400\r\npart")},
      {"before its last line", post("Transfer-Encoding: chunked\r\n", "4\r\npart\r\n0\r\n")},
      {"by turning invalid", post("Transfer-Encoding: chunked\r\n", "4\r\npart\r\nrubbish\r\n")},
      {"in its head", "POST /post HTTP/1.1\r\nHost: api.test\r\nContent-Le"},
  };
  for (const auto& [name, raw] : table) {
    for (const bool abruptly : {false, true}) {
      SCOPED_TRACE(std::string(name) + (abruptly ? ", reset" : ", closed"));
      Client one = client();
      one.send(raw);
      let_requests_arrive();
      if (abruptly)
        one.reset();
      else
        one.finish_sending();
      if (!abruptly) one.read_all();
      one.close();
      EXPECT_EQ(get("/after").body.substr(0, 8), "/after #");
      for (const OriginRequest& request : origin.requests("/post"))
        EXPECT_FALSE(request.whole) << request.body;
    }
  }
  // Connections with unfinished requests were not used again.
  for (const OriginRequest& request : origin.requests()) {
    if (request.target == "/post") {
      for (const OriginRequest& other : origin.requests()) {
        EXPECT_FALSE(other.connection == request.connection &&
                     other.on_connection > request.on_connection);
      }
    }
  }
}

TEST_F(Framing, ExpectContinueNeverDeadlocks) {
  for (const char* target : {"/pass", "/cached/expect"}) {
    SCOPED_TRACE(target);
    Client one = client();
    one.send("POST " + std::string(target) +
             " HTTP/1.1\r\nHost: api.test\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
    const auto interim = one.wire().read_head();
    ASSERT_TRUE(interim);
    EXPECT_TRUE(interim->starts_with("HTTP/1.1 100")) << *interim;
    one.send("hello");
    EXPECT_EQ(one.read().status, 200);
    EXPECT_EQ(origin.last(target).body, "hello");
  }
  Client eager = client();
  eager.send(post("Content-Length: 5\r\nExpect: 100-continue\r\n", "hello"));
  EXPECT_EQ(eager.read().status, 200);
  Client bodiless = client();
  EXPECT_EQ(bodiless.get("/cached/expect2", {{"Expect", "100-continue"}}).status, 200);
  EXPECT_EQ(bodiless.get("/cached/expect2").status, 200);
  check({RawRequest{.name = "an unknown expectation",
                    .raw = post("Content-Length: 5\r\nExpect: miracles\r\n", "hello"),
                    .statuses = {200, 417},
                    .then = Then::either,
                    .origin = Reached::either}});
}

TEST_F(Framing, InputThatComesByteByByteWorks) {
  const std::string raw = post("transfer-ENCODING:\t chunked \t\r\n", "5\r\nhello\r\n0\r\n\r\n") +
                          "GET /cached/b HTTP/1.1\r\nhOsT:api.test\r\n\r\n";
  Client one = client();
  for (const char byte : raw) one.send(std::string_view(&byte, 1));
  EXPECT_EQ(one.read().status, 200);
  EXPECT_EQ(one.read().x_cache(), "MISS");
  EXPECT_EQ(origin.last("/post").body, "hello");
}

}  // namespace
}  // namespace hawkcache::scenario
