// Requests for the whole where a part is stored or on its way, and requests for ranges at the same
// time (RFC 9111 sections 3.3 and 4).
#include "scenario/support/crowd.hpp"
#include "scenario/support/range_origin.hpp"

namespace hawkcache::scenario {
namespace {

class PartAndWhole : public CrowdScenario {
 protected:
  void SetUp() override {
    start("- path: /{rest:path}\n  ttl: origin");
    origin.otherwise([this](OriginExchange& exchange) { origin_has.get().answer(exchange); });
  }
  Response get_range(const std::string& value) { return get("/a", range(value)); }
  void expect_whole(const Response& response, const std::string& body = "0123456789") {
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, body);
    EXPECT_TRUE(response.whole);
    EXPECT_FALSE(response.has("content-range"));
  }
  SharedRepresentation origin_has;
};

struct GapRow {
  const char* there;
  const char* asked;
};

TEST_F(PartAndWhole, WhatIsMissingIsAskedForAndTheWholeIsStored) {
  const std::vector<GapRow> table{
      {"0-4", "bytes=5-"}, {"5-9", "bytes=0-4"}, {"-1", "bytes=0-8"}, {"0-8", "bytes=9-"}};
  for (const GapRow& row : table) {
    SCOPED_TRACE(row.there);
    const std::string target = std::string("/") + row.there;
    get(target, range(row.there));
    const Response whole = get(target);
    expect_whole(whole);
    EXPECT_EQ(whole["content-length"], "10");
    EXPECT_EQ(whole.cache_status(), "hawkcache; fwd=partial; fwd-status=206; stored");
    EXPECT_EQ(origin.last(target).fields.value("range"), row.asked);
    EXPECT_EQ(origin.last(target).fields.value("if-range"), "\"v1\"");
    expect_whole(get(target));
    EXPECT_EQ(get(target).x_cache(), "HIT");
    EXPECT_EQ(origin.count(target), 2U);
  }
}

TEST_F(PartAndWhole, AHoleInTheMiddleIsFilled) {
  get_range("0-2");
  get_range("7-9");
  expect_whole(get("/a"));
  EXPECT_EQ(origin.last("/a").fields.value("range"), "bytes=3-6");
  EXPECT_EQ(get("/a").x_cache(), "HIT");
}

TEST_F(PartAndWhole, AHeadIsAnsweredByCompletingToo) {
  get_range("0-4");
  EXPECT_EQ(request("HEAD", "/a")["content-length"], "10");
  EXPECT_EQ(origin.last("/a").method, "GET");
  EXPECT_EQ(get("/a").x_cache(), "HIT");
}

TEST_F(PartAndWhole, TheDateOfAnUntaggedPartIsItsCondition) {
  const std::string modified = clock.http_date(-1h);
  origin_has.set_fields({{"Last-Modified", modified}, {"Cache-Control", "max-age=60"}});
  get_range("0-4");
  expect_whole(get("/a"));
  EXPECT_EQ(origin.last("/a").fields.value("if-range"), modified);
}

TEST_F(PartAndWhole, WithSeveralHolesOrNoStrongValidatorTheWholeIsFetched) {
  get_range("0-1");
  get_range("4-5");
  expect_whole(get("/a"));
  EXPECT_FALSE(origin.last("/a").fields.has("range"));
  origin_has.set_fields({{"ETag", "W/\"v1\""}, {"Cache-Control", "max-age=60"}});
  get("/weak", range("0-4"));
  expect_whole(get("/weak"));
  EXPECT_FALSE(origin.last("/weak").fields.has("range"));
}

TEST_F(PartAndWhole, WhatHasChangedComesWhole) {
  get_range("0-4");
  origin_has.set({"abcdefghij", {{"ETag", "\"v2\""}, {"Cache-Control", "max-age=60"}}});
  expect_whole(get("/a"), "abcdefghij");
  EXPECT_EQ(origin.count("/a"), 2U);
  EXPECT_EQ(get("/a").body, "abcdefghij");
  EXPECT_EQ(get_range("0-4").body, "abcde");
}

const std::string kHead = "HTTP/1.1 206 Partial Content\r\nCache-Control: max-age=60\r\n";

TEST_F(PartAndWhole, AnAnswerThatDoesNotFitIsAskedForAgainAsAWhole) {
  const std::vector<std::string> answers{
      kHead + "ETag: \"v2\"\r\nContent-Range: bytes 5-9/10\r\nContent-Length: 5\r\n\r\nabcde",
      kHead + "Content-Range: bytes 5-9/10\r\nContent-Length: 5\r\n\r\n56789",
      kHead + "ETag: \"v1\"\r\nContent-Range: bytes 5-8/10\r\nContent-Length: 4\r\n\r\n5678",
      kHead + "ETag: \"v1\"\r\nContent-Range: bytes 5-9/11\r\nContent-Length: 5\r\n\r\n56789",
      kHead + "ETag: \"v1\"\r\nContent-Range: bytes 5-9/10\r\nContent-Length: 4\r\n\r\n5678",
      kHead +
          "ETag: \"v1\"\r\nContent-Range: bytes 5-9/10\r\nTransfer-Encoding: chunked\r\n\r\n"
          "5\r\n56789\r\n0\r\n\r\n",
      kHead + "ETag: \"v1\"\r\nContent-Length: 5\r\n\r\n56789",
      "HTTP/1.1 416 Range Not Satisfiable\r\nContent-Length: 0\r\n\r\n",
      "HTTP/1.1 304 Not Modified\r\nETag: \"v1\"\r\n\r\n",
  };
  for (std::size_t i = 0; i < answers.size(); ++i) {
    SCOPED_TRACE(answers[i]);
    const std::string target = "/odd-" + std::to_string(i);
    origin.on(target, [this, answer = answers[i]](OriginExchange& exchange) {
      if (exchange.request().fields.value("range") == "bytes=5-") {
        exchange.send(answer);
      } else {
        origin_has.get().answer(exchange);
      }
    });
    get(target, range("0-4"));
    expect_whole(get(target));
    EXPECT_FALSE(origin.last(target).fields.has("range"));
    EXPECT_FALSE(origin.last(target).fields.has("if-range"));
    EXPECT_EQ(origin.count(target), 3U);
    EXPECT_EQ(get(target).x_cache(), "HIT");
  }
}

TEST_F(PartAndWhole, ACompletionThatBreaksOffIsSeenToAndNotStored) {
  origin.on("/a", [this](OriginExchange& exchange) {
    if (exchange.request().number == 2) {
      exchange.send(kHead +
                    "ETag: \"v1\"\r\nContent-Range: bytes 5-9/10\r\nContent-Length: 5\r\n\r\n56");
      exchange.hold("break");
      exchange.reset();
    } else {
      origin_has.get().answer(exchange);
    }
  });
  get_range("0-4");
  Client one = client();
  one.send_request("GET", "/a");
  Response cut = one.read_head();
  EXPECT_TRUE(one.read_body(cut, 7));
  origin.gate("break").open();
  one.read_rest(cut);
  EXPECT_FALSE(cut.whole);
  EXPECT_EQ(get_range("0-4").x_cache(), "HIT");
  expect_whole(get("/a"));
  EXPECT_EQ(origin.count("/a"), 3U);
}

// It says nothing of the next answer: who asks for the whole at the same time shares that.
TEST_F(PartAndWhole, APartOfTheWrongLengthKeepsNobodyFromSharing) {
  origin.answer("/a",
                "HTTP/1.1 206 Partial Content\r\nETag: \"v1\"\r\nCache-Control: max-age=60\r\n"
                "Content-Range: bytes 0-9/10\r\nTransfer-Encoding: chunked\r\n\r\n"
                "3\r\n012\r\n0\r\n\r\n");
  EXPECT_EQ(get_range("0-9").status, 206);
  hold_heads("/a", {{"Cache-Control", "max-age=60"}});
  std::vector<Client> all = clients(3);
  ask(all, "/a", "head");
  origin.gate("head").open();
  for (Client& one : all) EXPECT_EQ(one.read().body, "#2");
}

TEST_F(PartAndWhole, AnErrorIsPassedOn) {
  get_range("0-4");
  origin.answer("/a", ok("", {}, "503 Service Unavailable"));
  EXPECT_EQ(get("/a").status, 503);
  EXPECT_EQ(get_range("0-4").x_cache(), "HIT");
}

TEST_F(PartAndWhole, WhatTurnedPrivateIsNotKept) {
  get_range("0-4");
  origin_has.set_fields({{"ETag", "\"v1\""}, {"Cache-Control", "private"}});
  expect_whole(get("/a"));
  origin_has.set_body("abcdefghij");
  EXPECT_EQ(get_range("0-4").body, "abcde");
  EXPECT_EQ(get("/a").body, "abcdefghij");
}

// Requests of the first number are held at the gate.
class PartsAtOnce : public PartAndWhole {
 protected:
  void hold(std::size_t number = 1) {
    origin.on("/a", [this, number](OriginExchange& exchange) {
      if (exchange.request().number == number) exchange.hold("first");
      origin_has.get().answer(exchange);
    });
  }
};

TEST_F(PartsAtOnce, OneRangeIsFetchedOnce) {
  hold();
  std::vector<Client> all;
  for (int i = 0; i < 5; ++i) {
    all.push_back(client());
    all.back().send_request("GET", "/a", range("2-5"));
    if (i == 0) {
      ASSERT_TRUE(origin.gate("first").wait_for());
    }
  }
  let_requests_arrive();
  origin.gate("first").open();
  for (Client& one : all) {
    const Response response = one.read();
    EXPECT_EQ(response.status, 206);
    EXPECT_EQ(response.body, "2345");
    EXPECT_EQ(response["content-range"], "bytes 2-5/10");
  }
  EXPECT_EQ(origin.count("/a"), 1U);
}

// Whether the origin understands ranges shows with its first answer.
TEST_F(PartsAtOnce, OtherRangesWaitForTheFirstAnswerAndAreThenFetchedAtTheSameTime) {
  origin.on("/a", [this](OriginExchange& exchange) {
    exchange.hold(exchange.request().number == 1 ? "first" : "others");
    origin_has.get().answer(exchange);
  });
  Client first = client();
  first.send_request("GET", "/a", range("2-5"));
  ASSERT_TRUE(origin.gate("first").wait_for());
  std::vector<Client> others = clients(3);
  for (std::size_t i = 0; i < others.size(); ++i) {
    others[i].send_request("GET", "/a", range("0-" + std::to_string(i)));
  }
  let_requests_arrive();
  EXPECT_EQ(origin.count("/a"), 1U);
  origin.gate("first").open();
  EXPECT_EQ(first.read().body, "2345");
  ASSERT_TRUE(origin.gate("others").wait_for(3));
  origin.gate("others").open();
  for (std::size_t i = 0; i < others.size(); ++i) {
    EXPECT_EQ(others[i].read().body, std::string("012").substr(0, i + 1));
  }
}

TEST_F(PartsAtOnce, ManyRangesOfAnOriginThatIgnoresThemMakeOneFetch) {
  origin.on("/a", [](OriginExchange& exchange) {
    exchange.hold("first");
    exchange.respond("0123456789", {{"Cache-Control", "max-age=60"}});
  });
  std::vector<Client> all = clients(5);
  for (std::size_t i = 0; i < all.size(); ++i) {
    all[i].send_request("GET", "/a", range(std::to_string(i) + "-5"));
  }
  ASSERT_TRUE(origin.gate("first").wait_for());
  let_requests_arrive();
  origin.gate("first").open();
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(all[i].read().body, std::string("012345").substr(i));
  }
  EXPECT_EQ(origin.count("/a"), 1U);
}

TEST_F(PartsAtOnce, OtherRangesAndTheWholeDoNotWaitWhereAPartIsKnown) {
  EXPECT_EQ(get_range("8-9").body, "89");
  hold(2);
  Client first = client();
  first.send_request("GET", "/a", range("2-5"));
  ASSERT_TRUE(origin.gate("first").wait_for());
  EXPECT_EQ(get_range("6-7").body, "67");
  expect_whole(get("/a"));
  origin.gate("first").open();
  EXPECT_EQ(first.read().body, "2345");
  EXPECT_EQ(get("/a").x_cache(), "HIT") << "the part has not taken the place of the whole";
}

// Whatever the connection was used for before.
TEST_F(PartsAtOnce, AStalePartIsRefreshedWhileAnotherRangeIsFetched) {
  start("- path: /{rest:path}\n  ttl: origin\n  stale_while_revalidate: 10m");
  get_range("2-5");
  Client used = client();
  used.get("/b", range("2-5"));
  clock.advance(61s);
  hold(2);
  Client first = client();
  first.send_request("GET", "/a", range("8-9"));
  ASSERT_TRUE(origin.gate("first").wait_for());
  const Response stale = used.get("/a", range("2-5"));
  EXPECT_EQ(stale.x_cache(), "HIT");
  EXPECT_EQ(stale.body, "2345");
  EXPECT_TRUE(origin.wait_for_requests("/a", 3));
  origin.gate("first").open();
  EXPECT_EQ(first.read().body, "89");
}

TEST_F(PartsAtOnce, OnesThatEndOutOfOrderAreKeptBoth) {
  EXPECT_EQ(get_range("9-9").body, "9");
  hold(2);
  Client first = client();
  first.send_request("GET", "/a", range("0-1"));
  ASSERT_TRUE(origin.gate("first").wait_for());
  EXPECT_EQ(get_range("4-5").body, "45");
  origin.gate("first").open();
  EXPECT_EQ(first.read().body, "01");
  for (const char* there : {"9-9", "0-1", "4-5"}) {
    EXPECT_EQ(get_range(there).x_cache(), "HIT") << there;
  }
}

TEST_F(PartsAtOnce, ARangeJoinsAFetchOfTheWhole) {
  hold();
  Client whole = client();
  whole.send_request("GET", "/a");
  ASSERT_TRUE(origin.gate("first").wait_for());
  Client part = client();
  part.send_request("GET", "/a", range("2-5"));
  let_requests_arrive();
  origin.gate("first").open();
  expect_whole(whole.read());
  EXPECT_EQ(part.read().body, "2345");
  EXPECT_EQ(origin.count("/a"), 1U);
}

TEST_F(PartsAtOnce, WhatIsBeingCompletedMayBeJoined) {
  hold(2);
  get_range("0-4");
  Client first = client();
  first.send_request("GET", "/a");
  ASSERT_TRUE(origin.gate("first").wait_for());
  Client second = client();
  second.send_request("GET", "/a");
  let_requests_arrive();
  origin.gate("first").open();
  expect_whole(first.read());
  expect_whole(second.read());
  EXPECT_EQ(origin.count("/a"), 2U);
}

TEST_F(PartsAtOnce, AWholeThatCameMeanwhileStays) {
  hold();
  Client part = client();
  part.send_request("GET", "/a", range("2-5"));
  ASSERT_TRUE(origin.gate("first").wait_for());
  origin_has.set({"abcdefghij", {{"ETag", "\"v2\""}, {"Cache-Control", "max-age=60"}}});
  expect_whole(get("/a"), "abcdefghij");
  origin.gate("first").open();
  part.read();
  EXPECT_EQ(get("/a").x_cache(), "HIT");
  EXPECT_EQ(get_range("0-1").body, "ab");
}

}  // namespace
}  // namespace hawkcache::scenario
