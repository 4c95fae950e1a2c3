// Conditional requests and ranges, answered from what is stored (RFC 9110 sections 13 and 14).
#include "scenario/support/scenario.hpp"

namespace hawkcache::scenario {
namespace {

class Conditional : public Scenario {
 protected:
  void SetUp() override {
    start("- path: /{rest:path}");
    modified = clock.http_date(-1h);
    origin.otherwise([modified = modified](OriginExchange& exchange) {
      exchange.respond(
          "0123456789",
          {{"ETag", "\"v1\""}, {"Last-Modified", modified}, {"Content-Type", "text/plain"}});
    });
  }
  std::string modified;
};

TEST_F(Conditional, AMatchingConditionIsAnswered304FromTheStore) {
  get("/a");
  const std::vector<std::pair<Fields, int>> table{
      {{{"If-None-Match", "\"v1\""}}, 304},
      {{{"If-None-Match", "W/\"v1\""}}, 304},
      {{{"If-None-Match", "\"v0\", \"v1\""}}, 304},
      {{{"If-None-Match", "*"}}, 304},
      {{{"If-None-Match", "\"v0\""}}, 200},
      {{{"If-Modified-Since", modified}}, 304},
      {{{"If-Modified-Since", clock.http_date()}}, 304},
      {{{"If-Modified-Since", clock.http_date(-2h)}}, 200},
      {{{"If-Modified-Since", "rubbish"}}, 200},
      {{{"If-None-Match", "\"v0\""}, {"If-Modified-Since", modified}}, 200},
  };
  for (const auto& [fields, status] : table) {
    SCOPED_TRACE(to_lines(fields));
    const Response response = get("/a", fields);
    EXPECT_EQ(response.status, status);
    EXPECT_EQ(response.x_cache(), "HIT");
    EXPECT_EQ(response["etag"], "\"v1\"");
    EXPECT_EQ(response.body, status == 304 ? "" : "0123456789");
  }
  EXPECT_EQ(origin.count("/a"), 1U);
}

TEST_F(Conditional, AfterA304TheConnectionIsInOrder) {
  get("/a");
  Client one = client();
  EXPECT_EQ(one.get("/a", {{"If-None-Match", "\"v1\""}}).status, 304);
  EXPECT_EQ(one.get("/a").body, "0123456789");
}

TEST_F(Conditional, AClientsConditionOnAMissDoesNotReachOthers) {
  const Response first = get("/a", {{"If-None-Match", "\"v1\""}});
  EXPECT_EQ(first.x_cache(), "MISS");
  EXPECT_TRUE(first.status == 304 || first.status == 200) << first;
  const Response second = get("/a");
  EXPECT_EQ(second.status, 200);
  EXPECT_EQ(second.body, "0123456789");
}

struct RangeRow {
  std::string range;
  int status;
  std::string body;
  std::string content_range;
};

TEST_F(Conditional, ASingleRangeIsCutFromTheStoredWhole) {
  get("/a");
  const std::vector<RangeRow> table{
      {"bytes=0-3", 206, "0123", "bytes 0-3/10"},
      {"bytes=4-", 206, "456789", "bytes 4-9/10"},
      {"bytes=-2", 206, "89", "bytes 8-9/10"},
      {"bytes=-100", 206, "0123456789", "bytes 0-9/10"},
      {"bytes=8-100", 206, "89", "bytes 8-9/10"},
      {"bytes=0-0", 206, "0", "bytes 0-0/10"},
      {"bytes=10-", 416, "", "bytes */10"},
      {"bytes=-0", 416, "", "bytes */10"},
  };
  for (const RangeRow& row : table) {
    SCOPED_TRACE(row.range);
    const Response response = get("/a", {{"Range", row.range}});
    EXPECT_EQ(response.status, row.status);
    EXPECT_EQ(response["content-range"], row.content_range);
    if (row.status == 206) {
      EXPECT_EQ(response.body, row.body);
      EXPECT_EQ(response.x_cache(), "HIT");
      EXPECT_EQ(response["content-length"], std::to_string(row.body.size()));
    }
  }
  EXPECT_EQ(origin.count("/a"), 1U);
}

TEST_F(Conditional, OddRangesAreNeverAnError) {
  get("/a");
  for (const char* range : {"bytes=5-2",
                            "bytes=",
                            "bytes=a-b",
                            "items=0-1",
                            "bytes=0-1,3-4",
                            "bytes 0-1",
                            "bytes=0-1-2",
                            "bytes=99999999999999999999-",
                            "bytes=0-99999999999999999999",
                            "bytes=--1",
                            "bytes=,,",
                            "BYTES=0-1"}) {
    SCOPED_TRACE(range);
    const Response response = get("/a", {{"Range", range}});
    EXPECT_TRUE(response.status == 200 || response.status == 206 || response.status == 416 ||
                response.status == 400)
        << response;
    if (response.status == 200) {
      EXPECT_EQ(response.body, "0123456789");
    }
    EXPECT_TRUE(response.whole);
  }
}

TEST_F(Conditional, ThousandsOfRangesCostNoMoreThanTwiceTheWhole) {
  get("/a");
  std::string ranges = "bytes=0-9";
  for (int i = 0; i < 2000; ++i) ranges += ",0-9";
  EXPECT_LE(get("/a", {{"Range", ranges}}).body.size(), 2000U);
}

TEST_F(Conditional, IfRangeGivesTheWholeWhereTheValidatorIsAnother) {
  get("/a");
  const auto ranged = [&](const std::string& if_range) {
    return get("/a", {{"Range", "bytes=0-3"}, {"If-Range", if_range}}).status;
  };
  EXPECT_EQ(ranged("\"v1\""), 206);
  EXPECT_EQ(ranged("\"v2\""), 200);
  EXPECT_EQ(ranged("W/\"v1\""), 200);
  EXPECT_EQ(ranged(modified), 206);
  EXPECT_EQ(ranged(clock.http_date()), 200);
}

TEST_F(Conditional, ARangeOnAMissLeavesNoPartBehind) {
  origin.on("/r", [](OriginExchange& exchange) {
    const bool ranged = exchange.request().fields.has("range");
    if (!ranged)
      exchange.respond("0123456789", {{"ETag", "\"v1\""}});
    else
      exchange.respond(
          "0123", {{"ETag", "\"v1\""}, {"Content-Range", "bytes 0-3/10"}}, "206 Partial Content");
  });
  const Response part = get("/r", {{"Range", "bytes=0-3"}});
  EXPECT_TRUE(part.status == 206 || part.status == 200) << part;
  EXPECT_EQ(part.body, part.status == 206 ? "0123" : "0123456789");
  const Response whole = get("/r");
  EXPECT_EQ(whole.status, 200);
  EXPECT_EQ(whole.body, "0123456789");
  EXPECT_EQ(get("/r", {{"Range", "bytes=0-3"}}).body, "0123");
}

TEST_F(Conditional, ARangeOfAHeadIsIgnored) {
  get("/a");
  const Response head = request("HEAD", "/a", {{"Range", "bytes=0-3"}});
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head["content-length"], "10");
}

TEST_F(Conditional, ARangeOfAnEmptyBodyIsNotSatisfiableOrIgnored) {
  origin.answer("/empty", ok(""));
  get("/empty");
  const Response response = get("/empty", {{"Range", "bytes=0-3"}});
  EXPECT_TRUE(response.status == 416 || response.status == 200) << response;
}

}  // namespace
}  // namespace hawkcache::scenario
