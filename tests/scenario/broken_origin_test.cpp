// Broken origins: malformed, contradictory, truncated and endless responses become 502 or a visibly
// cut answer, are never stored, and leave the daemon usable at once.
#include "scenario/support/hostile.hpp"

namespace hawkcache::scenario {
namespace {

using ::testing::AnyOf;
using ::testing::StartsWith;

struct RawResponse {
  std::string name;
  std::string raw;
  // What the client may see: a 502, a good answer (status given), or a cut one.
  enum class Seen {
    bad_gateway,
    cut,
    bad_gateway_or_cut,
    bad_gateway_or_good
  } seen = Seen::bad_gateway;
};

class BrokenOrigin : public HostileRequests {
 protected:
  // Each twice: under a caching rule and without a rule.
  void check(const std::vector<RawResponse>& table) {
    for (std::size_t i = 0; i < table.size(); ++i) {
      for (const std::string prefix : {"/cached/", "/pass/"}) {
        SCOPED_TRACE(prefix + table[i].name);
        check(table[i], prefix + std::to_string(i));
      }
    }
  }

 private:
  void check(const RawResponse& row, const std::string& target) {
    origin.on(target, [raw = row.raw](OriginExchange& exchange) {
      exchange.send(raw);
      exchange.close();
    });
    for (std::size_t round = 1; round <= 2; ++round) {
      Client one = client();
      const Response response = one.get(target);
      using Seen = RawResponse::Seen;
      const bool bad_gateway = response.status == 502 && response.whole;
      const bool cut = response.status == 200 && !response.whole;
      switch (row.seen) {
        case Seen::bad_gateway:
          EXPECT_TRUE(bad_gateway) << response;
          break;
        case Seen::cut:
          EXPECT_TRUE(cut) << response;
          break;
        case Seen::bad_gateway_or_cut:
          EXPECT_TRUE(bad_gateway || cut) << response;
          break;
        case Seen::bad_gateway_or_good:
          EXPECT_TRUE(bad_gateway || (response.status == 200 && response.whole)) << response;
          break;
      }
      if (bad_gateway) {
        EXPECT_EQ(response["content-type"], "application/problem+json");
        EXPECT_EQ(response.body.find("poison"), std::string::npos);
      }
      expect_clean(response);
      if (row.seen != Seen::bad_gateway_or_good) {
        EXPECT_NE(response.x_cache(), "HIT");
        EXPECT_GE(origin.count(target), round) << "the second request did not ask the origin";
      }
    }
    // The pool is usable at once, and nothing of it stays behind.
    EXPECT_THAT(get("/after").body, StartsWith("/after #"));
    origin.answer(target, ok("well again"));
    if (row.seen != RawResponse::Seen::bad_gateway_or_good) {
      EXPECT_EQ(get(target).body, "well again");
    }
  }

  static void expect_clean(const Response& response) {
    EXPECT_EQ(response.fields.count_of(""), 0U);
    for (const auto& [name, value] : response.fields) {
      EXPECT_EQ(name.find_first_of(" \t"), std::string::npos) << name;
      EXPECT_EQ(value.find_first_of(std::string("\r\n\0", 3)), std::string::npos) << name;
    }
    EXPECT_LE(
        response.fields.count_of("content-length") + response.fields.count_of("transfer-encoding"),
        1U);
  }
};

TEST_F(BrokenOrigin, MalformedHeadsAreABadGateway) {
  std::vector<RawResponse> table;
  const std::string rest = "\r\nContent-Length: 6\r\n\r\npoison";
  for (const char* line : {"HTTP/1.1 20 OK",
                           "HTTP/1.1 2000 OK",
                           "HTTP/1.1 abc OK",
                           "HTTP/1.1 -20 OK",
                           "HTTP/1.1 099 OK",
                           "HTTP/1.1 000 OK",
                           "HTTP/1.1",
                           "HTTP/1.1 ",
                           "200 OK",
                           "HTTP/2.0 200 OK",
                           "HTTP/9 200 OK",
                           "http/1.1 200 OK",
                           "ICY 200 OK",
                           "HTTP/1.1\t200 OK",
                           "poison",
                           "SSH-2.0-x",
                           "\x16\x03\x01",
                           "<html>poison</html>",
                           "HTTP/1.1 200OK"}) {
    table.push_back({.name = line, .raw = line + rest});
  }
  for (const char* status : {"600", "700", "999"}) {
    table.push_back({.name = status, .raw = "HTTP/1.1 " + std::string(status) + " Odd" + rest});
  }
  table.push_back({.name = "nothing at all", .raw = ""});
  table.push_back({.name = "half a head", .raw = "HTTP/1.1 200 OK\r\nContent-Le"});
  table.push_back({.name = "only an interim response", .raw = "HTTP/1.1 100 Continue\r\n\r\n"});
  table.push_back(
      {.name = "NUL in the status line", .raw = std::string("HTTP/1.1 200 O\0K", 16) + rest});
  check(table);
}

TEST_F(BrokenOrigin, MalformedFieldsAreABadGatewayOrCleaned) {
  std::vector<RawResponse> table;
  for (const std::string& line : {std::string("X-A : 1"),
                                  std::string(" X-A: 1"),
                                  std::string("X-A: 1\r\n folded"),
                                  std::string("no colon"),
                                  std::string(": 1"),
                                  std::string("X A: 1"),
                                  std::string("X-A: a\0b", 8),
                                  std::string("X-A: a\rb"),
                                  std::string("X-A: a\nX-B: b"),
                                  std::string("Content-Length : 3"),
                                  std::string("Transfer-Encoding : chunked"),
                                  std::string("X\xc3\xa4: 1")}) {
    table.push_back({.name = line,
                     .raw = "HTTP/1.1 200 OK\r\n" + line + "\r\nContent-Length: 2\r\n\r\nok",
                     .seen = RawResponse::Seen::bad_gateway_or_good});
  }
  check(table);
}

TEST_F(BrokenOrigin, ContradictoryLengthsAreABadGateway) {
  std::vector<RawResponse> table;
  const auto add = [&](const std::string& fields,
                       const std::string& body,
                       RawResponse::Seen seen = RawResponse::Seen::bad_gateway) {
    table.push_back(
        {.name = fields, .raw = "HTTP/1.1 200 OK\r\n" + fields + "\r\n" + body, .seen = seen});
  };
  add("Content-Length: 5\r\nContent-Length: 6\r\n", "poison");
  add("Content-Length: 5, 6\r\n", "poison");
  for (const char* value : {"",
                            "+6",
                            "-6",
                            "six",
                            "0x6",
                            "6 6",
                            "99999999999999999999999",
                            "18446744073709551622",
                            "6;"})
    add("Content-Length: " + std::string(value) + "\r\n", "poison");
  for (const char* value : {"gzip",
                            "chunked, gzip",
                            "identity, chunked",
                            "xchunked",
                            "chunked, chunked",
                            "gzip, chunked",
                            "",
                            "\vchunked"}) {
    add("Transfer-Encoding: " + std::string(value) + "\r\n", "6\r\npoison\r\n0\r\n\r\n");
  }
  add("Transfer-Encoding: chunked\r\nContent-Length: 6\r\n",
      "6\r\npoison\r\n0\r\n\r\n",
      RawResponse::Seen::bad_gateway_or_good);
  add("Content-Length: 6\r\nContent-Length: 6\r\n",
      "poison",
      RawResponse::Seen::bad_gateway_or_good);
  table.push_back(
      {.name = "transfer coding in HTTP/1.0",
       .raw = "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\npoison\r\n0\r\n\r\n",
       .seen = RawResponse::Seen::bad_gateway_or_good});
  check(table);
}

// RFC 9112 section 6.3, rule 4: it ends with the connection.
TEST_F(BrokenOrigin, AnUnknownTransferCodingIsPlainBytesToTheEnd) {
  origin.on("/cached/coding", [](OriginExchange& exchange) {
    exchange.send(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: asdf\r\nCache-Control: max-age=60\r\n\r\n");
    exchange.send("6\r\nplain\r\n0\r\n\r\n");
    exchange.close();
  });
  for (const char* x_cache : {"MISS", "HIT"}) {
    const Response response = get("/cached/coding");
    EXPECT_EQ(response.x_cache(), x_cache);
    EXPECT_EQ(response.body, "6\r\nplain\r\n0\r\n\r\n");
    EXPECT_TRUE(response.whole);
    EXPECT_EQ(response["transfer-encoding"].find("asdf"), std::string::npos);
  }
  EXPECT_EQ(origin.count("/cached/coding"), 1U);
}

TEST_F(BrokenOrigin, TruncatedAndMisframedBodiesAreCut) {
  using Seen = RawResponse::Seen;
  const std::string chunked =
      "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::string sized =
      "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 100\r\n\r\n";
  std::vector<RawResponse> table{
      {"short of its length", sized + "part", Seen::bad_gateway_or_cut},
      {"nothing of its length", sized, Seen::bad_gateway_or_cut},
      {"no chunk", chunked, Seen::bad_gateway_or_cut},
      {"no last chunk", chunked + "4\r\npart\r\n", Seen::bad_gateway_or_cut},
      {"half a chunk", chunked + "400\r\npart", Seen::bad_gateway_or_cut},
      {"no end after the last chunk", chunked + "4\r\npart\r\n0\r\n", Seen::bad_gateway_or_cut},
  };
  for (const char* body : {"4\r\npartX\r\n0\r\n\r\n",
                           "g\r\npart\r\n0\r\n\r\n",
                           "0x4\r\npart\r\n0\r\n\r\n",
                           "-4\r\npart\r\n0\r\n\r\n",
                           "+4\r\npart\r\n0\r\n\r\n",
                           "\r\npart\r\n0\r\n\r\n",
                           "4\r\npart0\r\n\r\n",
                           "FFFFFFFFFFFFFFFFF\r\npart\r\n0\r\n\r\n",
                           "10000000000000004\r\npart\r\n0\r\n\r\n",
                           "8000000000000004\r\npart\r\n0\r\n\r\n",
                           "4\npart\n0\n\n",
                           "4;a\nb\r\npart\r\n0\r\n\r\n"}) {
    table.push_back({std::string("chunks: ") + body, chunked + body, Seen::bad_gateway_or_cut});
    table.push_back({std::string("later: ") + body,
                     chunked + "4\r\ngood\r\n" + body,
                     Seen::bad_gateway_or_cut});
  }
  check(table);
}

TEST_F(BrokenOrigin, AResetInMidBodyIsVisible) {
  for (const std::string target : {"/cached/reset", "/pass/reset"}) {
    origin.on(target, [](OriginExchange& exchange) {
      exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart");
      exchange.hold("reset");
      exchange.reset();
    });
    origin.gate("reset").close();
    Client one = client();
    one.send_request("GET", target);
    Response response = one.read_head();
    EXPECT_TRUE(one.read_body(response, 4));
    origin.gate("reset").open();
    one.read_rest(response);
    EXPECT_FALSE(response.whole);
    origin.answer(target, ok("well again"));
    EXPECT_EQ(get(target).body, "well again");
  }
}

TEST_F(BrokenOrigin, ACutBodyIsVisibleToAClientOfHttp10Too) {
  origin.on("/pass/old", [](OriginExchange& exchange) {
    exchange.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\n");
    exchange.hold("old");
    exchange.close();
  });
  Client old = client();
  old.send("GET /pass/old HTTP/1.0\r\nHost: api.test\r\n\r\n");
  ASSERT_TRUE(origin.gate("old").wait_for());
  Response response = old.read_head();
  EXPECT_EQ(response.status, 200);
  EXPECT_TRUE(old.read_body(response, 4));
  origin.gate("old").open();
  // The end of the connection is the end of the body: only a reset tells.
  old.read_rest(response);
  EXPECT_TRUE(old.wire().was_reset());
}

TEST_F(BrokenOrigin, PartialAndNotModifiedAnswersThatNobodyAskedForAreNoAnswers) {
  const std::vector<std::string> table{
      "HTTP/1.1 206 Partial Content\r\nCache-Control: max-age=60\r\nContent-Range: bytes "
      "0-3/10\r\nContent-Length: 4\r\n\r\npart",
      "HTTP/1.1 304 Not Modified\r\nCache-Control: max-age=60\r\nETag: \"x\"\r\n\r\n",
      "HTTP/1.1 416 Range Not Satisfiable\r\nCache-Control: max-age=60\r\nContent-Length: "
      "0\r\n\r\n",
      "HTTP/1.1 412 Precondition Failed\r\nCache-Control: max-age=60\r\nContent-Length: 0\r\n\r\n",
  };
  for (std::size_t i = 0; i < table.size(); ++i) {
    SCOPED_TRACE(table[i]);
    const std::string target = "/cached/odd" + std::to_string(i);
    origin.answer(target, table[i]);
    (void)get(target);
    origin.answer(target, ok("whole"));
    EXPECT_EQ(get(target).body, "whole");
    EXPECT_EQ(get(target).body, "whole");
  }
}

// Of what asks no cache the origin's word is the client's: APIs answer 206 to a page of a list, and
// 304 to "nothing new".
TEST_F(BrokenOrigin, WithoutARuleTheyPassAndTheConnectionStaysInOrder) {
  origin.answer("/pass/304", "HTTP/1.1 304 Not Modified\r\nContent-Length: 4\r\n\r\n");
  origin.answer("/pass/206", ok("part", {{"Content-Range", "0-3/10"}}, "206 Partial Content"));
  Client one = client();
  EXPECT_EQ(one.get("/pass/304").status, 304);
  EXPECT_EQ(one.get("/pass/206").status, 206);
  EXPECT_EQ(one.get("/pass/206").body, "part");
}

TEST_F(BrokenOrigin, HeadsAreBounded) {
  std::vector<RawResponse> table{
      {"one long field",
       "HTTP/1.1 200 OK\r\nX: " + std::string(2'000'000, 'x') +
           "\r\nContent-Length: 6\r\n\r\npoison"},
      {"a long status line",
       "HTTP/1.1 200 " + std::string(2'000'000, 'x') + "\r\nContent-Length: 6\r\n\r\npoison"},
      {"many fields",
       "HTTP/1.1 200 OK\r\n" + repeated("X-A: value\r\n", 10'000) +
           "Content-Length: 6\r\n\r\npoison",
       RawResponse::Seen::bad_gateway_or_good},
      {"an endless head", "HTTP/1.1 200 OK\r\n" + repeated("X-A: value\r\n", 100'000)},
  };
  check(table);
  for (const std::string target : {"/cached/trailers", "/pass/trailers"}) {
    origin.on(target, [](OriginExchange& exchange) {
      exchange.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\n0\r\n");
      const std::string many = repeated("X-Trailer: value\r\n", 1000);
      for (int i = 0; i < 1000; ++i) {
        if (!exchange.send(many)) break;
      }
      exchange.close();
    });
    const Response response = get(target);
    EXPECT_TRUE(response.status == 502 || !response.whole || response.body == "part") << response;
    EXPECT_EQ(get("/after").status, 200);
  }
}

}  // namespace
}  // namespace hawkcache::scenario
