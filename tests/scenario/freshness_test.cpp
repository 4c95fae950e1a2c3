// What is stored, and for how long: the origin's word, the rule's, and which of them counts.
#include "scenario/support/lifetime_table.hpp"

namespace hawkcache::scenario {
namespace {

using FreshnessOfAnswers = LifetimeTable;

TEST_F(FreshnessOfAnswers, TheOriginsWordCountsBeforeTheRules) {
  check({
      {.name = "nothing said: the rule's ttl", .later_seconds = 60, .later = "MISS"},
      {.name = "max-age",
       .fields = {{"Cache-Control", "max-age=10"}},
       .later_seconds = 10,
       .later = "MISS"},
      {.name = "a long max-age outlives the ttl",
       .fields = {{"Cache-Control", "max-age=600"}},
       .later_seconds = 599,
       .later = "HIT"},
      {.name = "s-maxage beats max-age",
       .fields = {{"Cache-Control", "max-age=600, s-maxage=10"}},
       .later_seconds = 10,
       .later = "MISS"},
      {.name = "max-age=0", .fields = {{"Cache-Control", "max-age=0"}}, .at_once = "MISS"},
      {.name = "s-maxage=0 beside max-age",
       .fields = {{"Cache-Control", "s-maxage=0, max-age=60"}},
       .at_once = "MISS"},
      {.name = "no-store", .fields = {{"Cache-Control", "no-store"}}, .at_once = "MISS"},
      {.name = "private", .fields = {{"Cache-Control", "private, max-age=60"}}, .at_once = "MISS"},
      {.name = "no-cache without a validator",
       .fields = {{"Cache-Control", "no-cache"}},
       .at_once = "MISS"},
      {.name = "public alone: the rule's ttl",
       .fields = {{"Cache-Control", "public"}},
       .later_seconds = 60,
       .later = "MISS"},
      {.name = "must-revalidate alone",
       .fields = {{"Cache-Control", "must-revalidate"}},
       .later_seconds = 60,
       .later = "MISS"},
      {.name = "immutable",
       .fields = {{"Cache-Control", "max-age=100, immutable"}},
       .later_seconds = 99,
       .later = "HIT"},
      {.name = "odd case and blanks",
       .fields = {{"Cache-Control", " MAX-AGE=10 ,, Public"}},
       .later_seconds = 10,
       .later = "MISS"},
      {.name = "an unknown directive",
       .fields = {{"Cache-Control", "max-age=20, x-new=\"no-store\""}},
       .later_seconds = 19,
       .later = "HIT"},
      {.name = "pragma in an answer means nothing", .fields = {{"Pragma", "no-cache"}}},
  });
}

TEST_F(FreshnessOfAnswers, ExpiresCountsWithoutMaxAge) {
  const Fields date{{"Date", clock.http_date()}};
  const auto with_date = [&](Fields more) {
    more.insert(more.begin(), date.front());
    return more;
  };
  check({
      {.name = "in thirty seconds",
       .fields = with_date({{"Expires", clock.http_date(30s)}}),
       .later_seconds = 29,
       .later = "HIT"},
      {.name = "in the past",
       .fields = {{"Date", clock.http_date()}, {"Expires", clock.http_date(-1s)}},
       .at_once = "MISS"},
      {.name = "0", .fields = {{"Expires", "0"}}, .at_once = "MISS"},
      {.name = "rubbish", .fields = {{"Expires", "tomorrow"}}, .at_once = "MISS"},
      {.name = "max-age beats it",
       .fields = {{"Expires", clock.http_date(-1h)}, {"Cache-Control", "max-age=60"}}},
  });
}

TEST_F(FreshnessOfAnswers, TheRuleCanLeaveItToTheOrigin) {
  check({
      {.name = "nothing said", .rule = "ttl: origin", .at_once = "MISS"},
      {.name = "max-age",
       .rule = "ttl: origin",
       .fields = {{"Cache-Control", "max-age=10"}},
       .later_seconds = 9,
       .later = "HIT"},
      {.name = "ttl 5s", .rule = "ttl: 5s", .later_seconds = 5, .later = "MISS"},
  });
}

TEST_F(FreshnessOfAnswers, AHeuristicIsATenthOfTheAge) {
  start("- path: /a\n  ttl: origin\n  heuristic: true");
  origin.answer("/a",
                ok("a", {{"Date", clock.http_date()}, {"Last-Modified", clock.http_date(-1000s)}}));
  EXPECT_EQ(x_cache("/a"), "MISS");
  clock.advance(99s);
  EXPECT_EQ(x_cache("/a"), "HIT");
  clock.advance(2s);
  EXPECT_EQ(x_cache("/a"), "MISS");
}

TEST_F(FreshnessOfAnswers, OverrideLetsTheTtlWin) {
  const std::string rule = "override: true";
  check({
      {.name = "over no-store",
       .rule = rule,
       .fields = {{"Cache-Control", "no-store"}},
       .later_seconds = 59,
       .later = "HIT"},
      {.name = "over private", .rule = rule, .fields = {{"Cache-Control", "private"}}},
      {.name = "over a longer max-age",
       .rule = rule,
       .fields = {{"Cache-Control", "max-age=600"}},
       .later_seconds = 60,
       .later = "MISS"},
      {.name = "over a shorter one",
       .rule = rule,
       .fields = {{"Cache-Control", "max-age=1"}},
       .later_seconds = 59,
       .later = "HIT"},
      {.name = "not over Set-Cookie",
       .rule = rule,
       .fields = {{"Set-Cookie", "a=b"}},
       .at_once = "MISS"},
      {.name = "not over Vary: *", .rule = rule, .fields = {{"Vary", "*"}}, .at_once = "MISS"},
  });
}

TEST_F(FreshnessOfAnswers, OnlySuccessesAreStoredUnlessSomebodySaysSo) {
  const Fields max_age{{"Cache-Control", "max-age=60"}};
  check({
      {.name = "201", .status = "201 Created"},
      {.name = "203", .status = "203 Non-Authoritative Information"},
      {.name = "301", .status = "301 Moved Permanently", .at_once = "MISS"},
      {.name = "302", .status = "302 Found", .at_once = "MISS"},
      {.name = "400", .status = "400 Bad Request", .at_once = "MISS"},
      {.name = "404", .status = "404 Not Found", .at_once = "MISS"},
      {.name = "500", .status = "500 Internal Server Error", .at_once = "MISS"},
      {.name = "503", .status = "503 Service Unavailable", .at_once = "MISS"},
      {.name = "404 with max-age", .fields = max_age, .status = "404 Not Found"},
      {.name = "302 with max-age", .fields = max_age, .status = "302 Found"},
      {.name = "404 listed",
       .rule = "statuses: { 404: 10s }",
       .status = "404 Not Found",
       .later_seconds = 10,
       .later = "MISS"},
      {.name = "500 not among those listed",
       .rule = "statuses: { 404: 10s }",
       .status = "500 Internal Server Error",
       .at_once = "MISS"},
      {.name = "404 under override is not in the ttl",
       .rule = "override: true",
       .status = "404 Not Found",
       .at_once = "MISS"},
  });
}

TEST_F(FreshnessOfAnswers, SetCookieIsRefusedStrippedOrStored) {
  const Fields cookie{{"Set-Cookie", "session=1"}};
  const Fields explicit_cookie{{"Set-Cookie", "session=1"}, {"Cache-Control", "max-age=60"}};
  check({
      {.name = "refused", .fields = explicit_cookie, .at_once = "MISS"},
      {.name = "stripped", .rule = "set_cookie: strip", .fields = cookie},
      {.name = "stored on an explicit lifetime",
       .rule = "set_cookie: store",
       .fields = explicit_cookie},
      {.name = "not stored on the rule's ttl",
       .rule = "set_cookie: store",
       .fields = cookie,
       .at_once = "MISS"},
  });
  EXPECT_FALSE(get("/1").has("set-cookie"));
  EXPECT_EQ(get("/2")["set-cookie"], "session=1");
}

TEST_F(FreshnessOfAnswers, ClientsSeeTheCacheControlThatTheRuleNames) {
  start(
      "- path: /keep\n"
      "- path: /hide\n  client_cache_control: no-store\n"
      "- path: /own\n  client_cache_control: \"private, max-age=5\"\n");
  for (const char* target : {"/keep", "/hide", "/own"}) {
    origin.answer(target, ok("x", {{"Cache-Control", "public, max-age=60"}, {"Expires", "0"}}));
  }
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(get("/keep")["cache-control"], "public, max-age=60");
    EXPECT_EQ(get("/hide")["cache-control"], "no-store");
    EXPECT_EQ(get("/own")["cache-control"], "private, max-age=5");
  }
  EXPECT_EQ(x_cache("/hide"), "HIT");
}

TEST_F(FreshnessOfAnswers, ClientsSeeItAlsoWhereTheRuleIsSteppedRound) {
  start("- path: /hide\n  methods: [GET, POST]\n  client_cache_control: no-store\n");
  origin.answer("/hide", ok("x", {{"Cache-Control", "public, max-age=60"}, {"Expires", "0"}}));
  for (const Response& response : {get("/hide", {{"Cookie", "a=b"}}),
                                   request("GET", "/hide", {}, "content"),
                                   request("POST", "/hide", {}, "content")}) {
    EXPECT_EQ(response.x_cache(), "BYPASS");
    EXPECT_EQ(response["cache-control"], "no-store");
    EXPECT_FALSE(response.has("expires"));
  }
}

TEST_F(FreshnessOfAnswers, WhatIsForOneUserIsNotMadePublicWhereTheRuleIsSteppedRound) {
  start("- path: /{rest:path}\n  client_cache_control: \"public, max-age=5\"\n");
  for (const char* said : {"private, max-age=60", "no-store"}) {
    origin.answer("/me", ok("x", {{"Cache-Control", said}}));
    EXPECT_EQ(get("/me", {{"Cookie", "a=b"}})["cache-control"], said);
  }
  origin.answer("/all", ok("x", {{"Cache-Control", "max-age=60"}}));
  EXPECT_EQ(get("/all", {{"Cookie", "a=b"}})["cache-control"], "public, max-age=5");
}

TEST_F(FreshnessOfAnswers, ClientsDoNotSteerTheCacheUnlessTheRuleHonoursThem) {
  start("- path: /ignored\n- path: /honoured\n  request_cache_control: honor\n");
  get("/ignored");
  get("/honoured");
  for (const char* directive : {"no-cache", "max-age=0", "no-store", "min-fresh=1000"}) {
    EXPECT_EQ(x_cache("/ignored", {{"Cache-Control", directive}}), "HIT") << directive;
  }
  EXPECT_EQ(get("/cold-ignored", {{"Cache-Control", "only-if-cached"}}).status, 200);
  EXPECT_EQ(x_cache("/honoured", {{"Cache-Control", "max-age=1000"}}), "HIT");
  EXPECT_EQ(x_cache("/honoured", {{"Cache-Control", "no-cache"}}), "MISS");
  EXPECT_EQ(get("/honoured", {{"Cache-Control", "only-if-cached"}}).x_cache(), "HIT");
  EXPECT_EQ(get("/honoured?cold", {{"Cache-Control", "only-if-cached"}}).status, 504);
  EXPECT_EQ(origin.count("/honoured?cold"), 0U);
}

}  // namespace
}  // namespace hawkcache::scenario
