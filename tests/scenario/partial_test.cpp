// Ranges that miss, and parts that are stored and reused (RFC 9111 section 3.3).
#include "scenario/support/range_scenario.hpp"

namespace hawkcache::scenario {
namespace {

class Parts : public RangeScenario {};

TEST_F(Parts, ARangeThatMissesIsAskedForAndKept) {
  const Response first = get("/a", {{"Range", "bytes=2-5"}, {"If-None-Match", "\"v0\""}});
  EXPECT_EQ(first.status, 206);
  EXPECT_EQ(first.body, "2345");
  EXPECT_EQ(first["content-range"], "bytes 2-5/10");
  EXPECT_EQ(first.cache_status(), "hawkcache; fwd=uri-miss; fwd-status=206; stored");
  EXPECT_EQ(origin.last("/a").fields.value("range"), "bytes=2-5");
  EXPECT_FALSE(origin.last("/a").fields.has("if-none-match"));

  EXPECT_EQ(seen("2-5"), "HIT 206 2345");
  EXPECT_EQ(seen("3-4"), "HIT 206 34");
  EXPECT_EQ(get_range("3-4")["content-range"], "bytes 3-4/10");
  EXPECT_EQ(get_range("3-4")["etag"], "\"v1\"");
  EXPECT_EQ(get_range("-6").x_cache(), "MISS") << "only 2-5 were there, not 4-9";
  EXPECT_EQ(get_range("100-").status, 416);
  EXPECT_EQ(get_range("100-").x_cache(), "HIT");
  EXPECT_EQ(origin.count("/a"), 2U);
}

TEST_F(Parts, WhatAPartDoesNotHoldIsAMissOfItsOwnKind) {
  get_range("2-5");
  EXPECT_EQ(get_range("5-6").cache_status(), "hawkcache; fwd=partial; fwd-status=206; stored");
}

TEST_F(Parts, APartIsNeverTheWhole) {
  get_range("0-4");
  origin_has.set_fields(
      {{"Cache-Control", "max-age=60"}});  // no validator any more: nothing to complete
  const Response head = request("HEAD", "/a");
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head["content-length"], "10");
  EXPECT_EQ(head.x_cache(), "MISS");
  EXPECT_EQ(get("/a").body, "0123456789");
}

TEST_F(Parts, UnderTheRulesOwnTtlTheWholeIsFetchedOnceAndCut) {
  for (const char* rule : {"  ttl: 60s", "  ttl: origin\n  statuses: { 200: 60s }"}) {
    start("- path: /{rest:path}\n" + std::string(rule));
    const std::size_t before = origin.count("/b");
    EXPECT_EQ(get("/b", range("2-3")).body, "23");
    EXPECT_FALSE(origin.last("/b").fields.has("range"));
    EXPECT_EQ(get("/b", range("7-")).x_cache(), "HIT");
    EXPECT_EQ(origin.count("/b"), before + 1);
  }
}

TEST_F(Parts, ARuleThatLists206KeepsParts) {
  start("- path: /{rest:path}\n  ttl: 60s\n  statuses: { 206: 10s }");
  origin_has.set_fields({{"ETag", "\"v1\""}});
  get_range("2-5");
  EXPECT_EQ(origin.last("/a").fields.value("range"), "bytes=2-5");
  EXPECT_EQ(seen("2-5"), "HIT 206 2345");
  clock.advance(11s);
  EXPECT_EQ(seen("2-5"), "MISS 206 2345");
}

TEST_F(Parts, SeveralRangesOrOtherUnitsFetchTheWhole) {
  for (const char* asked : {"bytes=0-1,5-6", "items=0-1", "bytes=5-4"}) {
    const std::string target = std::string("/several-") + asked[0] + asked[6];
    EXPECT_EQ(get(target, {{"Range", asked}}).status, 200);
    EXPECT_FALSE(origin.last(target).fields.has("range"));
  }
}

TEST_F(Parts, AnOriginThatIgnoresRangesFillsTheCacheWithTheWhole) {
  origin.on("/a", [this](OriginExchange& exchange) {
    const Representation now = origin_has.get();
    exchange.respond(now.body, now.fields);
  });
  EXPECT_EQ(seen("2-3"), "MISS 206 23");
  EXPECT_EQ(seen("7-"), "HIT 206 789");
  EXPECT_EQ(get("/a").x_cache(), "HIT");
}

TEST_F(Parts, ARangeOfEverythingIsTheWhole) {
  EXPECT_EQ(seen("0-"), "MISS 206 0123456789");
  const Response whole = get("/a");
  EXPECT_EQ(whole.x_cache(), "HIT");
  EXPECT_EQ(whole.status, 200);
  EXPECT_FALSE(whole.has("content-range"));
}

TEST_F(Parts, APartThatIsStaleIsFetchedAnew) {
  get_range("0-4");
  clock.advance(61s);
  const Response anew = get_range("1-2");
  EXPECT_EQ(anew.x_cache(), "MISS");
  EXPECT_EQ(origin.last("/a").fields.value("range"), "bytes=1-2");
  EXPECT_FALSE(origin.last("/a").fields.has("if-none-match"));
  EXPECT_EQ(seen("0-4"), "HIT 206 01234") << "by its validator the rest is as fresh";
}

TEST_F(Parts, AStalePartStandsInForAFailingOriginWhereThatIsAllowed) {
  start("- path: /{rest:path}\n  ttl: origin\n  stale_if_error: 10m");
  get_range("0-4");
  clock.advance(61s);
  origin.answer("/a", ok("", {}, "503 Service Unavailable"));
  EXPECT_EQ(seen("1-2"), "HIT 206 12");
  EXPECT_EQ(get("/a").status, 503) << "a part is not the whole";
  EXPECT_EQ(get_range("4-5").status, 503);
}

TEST_F(Parts, WithIfRangeOnAMissOnlyTheWholeIsKept) {
  const Response part = get("/a", {{"Range", "bytes=0-4"}, {"If-Range", "\"v1\""}});
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(part.body, "01234");
  EXPECT_EQ(origin.last("/a").fields.value("if-range"), "\"v1\"");
  EXPECT_EQ(get_range("0-4").x_cache(), "MISS");
  const Response whole = get("/b", {{"Range", "bytes=0-4"}, {"If-Range", "\"v0\""}});
  EXPECT_EQ(whole.status, 200);
  EXPECT_EQ(get("/b").x_cache(), "HIT");
}

TEST_F(Parts, IfRangeIsHeldAgainstWhatIsStored) {
  get_range("0-4");
  EXPECT_EQ(get("/a", {{"Range", "bytes=1-2"}, {"If-Range", "\"v1\""}}).x_cache(), "HIT");
  EXPECT_EQ(get("/a", {{"Range", "bytes=1-2"}, {"If-Range", "\"v0\""}}).status, 200);
}

TEST_F(Parts, AnOrigins416IsPassedOnAndNotKept) {
  const Response response = get_range("50-");
  EXPECT_EQ(response.status, 416);
  EXPECT_EQ(response["content-range"], "bytes */10");
  EXPECT_EQ(get_range("50-").x_cache(), "MISS");
  EXPECT_EQ(get("/a").body, "0123456789");
}

struct OddRow {
  const char* name;
  std::string answer;
  std::string body;
};

TEST_F(Parts, APartThatIsNotWhatItSaysGoesToItsClientAndIsNotKept) {
  const std::string head =
      "HTTP/1.1 206 Partial Content\r\nETag: \"v1\"\r\nCache-Control: max-age=60\r\n";
  const auto with = [&](const std::string& field, const std::string& body) {
    return head + field + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  };
  const std::vector<OddRow> table{
      {"/longer", with("Content-Range: bytes 4-9/10\r\n", "01234"), "01234"},
      {"/unknown-length", with("Content-Range: bytes 0-4/*\r\n", "01234"), "01234"},
      {"/backwards", with("Content-Range: bytes 4-0/10\r\n", "01234"), "01234"},
      {"/beyond", with("Content-Range: bytes 6-10/10\r\n", "01234"), "01234"},
      {"/unit", with("Content-Range: items 0-4/10\r\n", "01234"), "01234"},
      {"/none", with("", "01234"), "01234"},
      {"/twice",
       with("Content-Range: bytes 0-4/10\r\nContent-Range: bytes 0-4/10\r\n", "01234"),
       "01234"},
      {"/multipart", with("Content-Type: multipart/byteranges; boundary=x\r\n", "--x--"), "--x--"},
      {"/chunked-short",
       head +
           "Content-Range: bytes 0-4/10\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n012\r\n0\r\n\r\n",
       "012"},
      {"/chunked-long",
       head + "Content-Range: bytes 0-4/10\r\nTransfer-Encoding: "
              "chunked\r\n\r\n6\r\n012345\r\n0\r\n\r\n",
       "012345"},
  };
  for (const OddRow& row : table) {
    SCOPED_TRACE(row.name);
    origin.answer(row.name, row.answer);
    for (int i = 0; i < 2; ++i) {
      const Response response = get(row.name, range("0-4"));
      EXPECT_EQ(response.status, 206);
      EXPECT_EQ(response.body, row.body);
      EXPECT_EQ(response.x_cache(), "MISS");
    }
    EXPECT_EQ(origin.count(row.name), 2U);
  }
}

TEST_F(Parts, APartOfUnknownLengthIsKeptWhenItTurnsOutRight) {
  origin.answer(
      "/a",
      "HTTP/1.1 206 Partial Content\r\nETag: \"v1\"\r\nCache-Control: max-age=60\r\n"
      "Content-Range: bytes 2-4/10\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n234\r\n0\r\n\r\n");
  EXPECT_EQ(seen("2-4"), "MISS 206 234");
  EXPECT_EQ(seen("2-4"), "HIT 206 234");
}

TEST_F(Parts, WhatTheOriginDoesNotAllowIsNotKept) {
  for (const char* cache_control : {"no-store", "private", "no-cache=\"etag\""}) {
    SCOPED_TRACE(cache_control);
    origin_has.set_fields({{"Cache-Control", std::string(cache_control)}});
    const std::string target = std::string("/") + cache_control[3] + cache_control[1];
    get(target, range("0-4"));
    EXPECT_EQ(get(target, range("0-4")).x_cache(), "MISS");
  }
}

TEST_F(Parts, OfWhatIsKnownNotToBeStoredAreAskedForAsTheyCome) {
  start(Daemon{.routes = "- path: /{rest:path}\n  ttl: 60s",
               .memory = "max_size: 8MiB\nmax_object: 8KiB"});
  origin_has.set_body(std::string(64 * 1024, 'x'));
  const Response first = get("/big", range("0-9"));
  EXPECT_EQ(first.status, 200);
  EXPECT_THAT(first.cache_status(), ::testing::HasSubstr("detail=too-large"));
  const Response second = get("/big", range("0-9"));
  EXPECT_EQ(second.status, 206);
  EXPECT_EQ(second.body.size(), 10U);
  EXPECT_THAT(second.cache_status(), ::testing::HasSubstr("detail=known-uncacheable"));
}

}  // namespace
}  // namespace hawkcache::scenario
