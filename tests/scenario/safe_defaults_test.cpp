// What a rule with `ttl: 60s` and nothing else does otherwise than one on the origin's word alone
// with everything that RFC 9111 leaves to a cache's choice (config/rfc9111.yaml). The same table
// stands in docs/conformance.md.
#include "scenario/support/scenario.hpp"

namespace hawkcache::scenario {
namespace {

const std::string kOriginsWord =
    "- path: /{rest:path}\n"
    "  ttl: origin\n"
    "  heuristic: true\n"
    "  request_cache_control: honor\n"
    "  cookies: ignore\n"
    "  set_cookie: store\n"
    "  stale_if_error: 10m\n"
    "  normalize: [accept-language, accept-encoding]\n";
const std::string kSafeDefaults = "- path: /{rest:path}\n  ttl: 60s\n";

struct Difference {
  const char* name;
  Fields first = {};   // of the first request
  Fields answer = {};  // of the origin's answer
  std::string status = "200 OK";
  Fields second = {};  // of the second request
  int after_seconds = 0;
  std::string by_default = {};  // X-Cache of the second answer
  std::string by_origin = {};
};

// `Last-Modified` a day ago, no lifetime.
std::vector<Difference> differences(const ManualClock& clock) {
  const Fields lasting{{"Cache-Control", "max-age=3600"}, {"Vary", "Accept-Language"}};
  const Fields undated{{"Last-Modified", clock.http_date(-24h)}};
  const auto asks = [](const char* name, const char* directive, int after = 0) {
    return Difference{.name = name,
                      .answer = {{"Cache-Control", "max-age=3600"}},
                      .second = {{"Cache-Control", directive}},
                      .after_seconds = after,
                      .by_default = "HIT",
                      .by_origin = "MISS"};
  };
  std::vector<Difference> table{
      {.name = "no lifetime: the ttl, or none", .by_default = "HIT", .by_origin = "MISS"},
      {.name = "a status without heuristics",
       .answer = undated,
       .status = "201 Created",
       .by_default = "HIT",
       .by_origin = "MISS"},
      {.name = "an invalid targeted field counts as none",
       .answer = {{"CDN-Cache-Control", "MaX-aGe=3600"}},
       .by_default = "HIT",
       .by_origin = "MISS"},
      {.name = "a young Last-Modified: the ttl, or a tenth of the age",
       .answer = {{"Last-Modified", clock.http_date(-100s)}},
       .after_seconds = 30,
       .by_default = "HIT",
       .by_origin = "MISS"},
      asks("no-cache of a client", "no-cache"),
      asks("max-age=0 of a client", "max-age=0"),
      asks("max-age of a client", "max-age=1", 2),
      asks("min-fresh of a client", "min-fresh=7200"),
      {.name = "Pragma of a client",
       .answer = {{"Cache-Control", "max-age=3600"}},
       .second = {{"Pragma", "no-cache"}},
       .by_default = "HIT",
       .by_origin = "MISS"},
      {.name = "max-stale of a client",
       .answer = {{"Cache-Control", "max-age=1"}, {"ETag", "\"1\""}},
       .second = {{"Cache-Control", "max-stale=1000"}},
       .after_seconds = 2,
       .by_default = "MISS",
       .by_origin = "HIT"},
      {.name = "a Cookie",
       .first = {{"Cookie", "a=b"}},
       .answer = {{"Cache-Control", "max-age=3600"}},
       .second = {{"Cookie", "a=b"}},
       .by_default = "BYPASS",
       .by_origin = "HIT"},
      {.name = "Set-Cookie with a lifetime",
       .answer = {{"Cache-Control", "max-age=3600"}, {"Set-Cookie", "a=b"}},
       .by_default = "MISS",
       .by_origin = "HIT"},
      {.name = "languages in another order",
       .first = {{"Accept-Language", "en, de"}},
       .answer = lasting,
       .second = {{"Accept-Language", "de, en"}},
       .by_default = "MISS",
       .by_origin = "HIT"},
      {.name = "languages in another case",
       .first = {{"Accept-Language", "en, de"}},
       .answer = lasting,
       .second = {{"Accept-Language", "eN, De"}},
       .by_default = "MISS",
       .by_origin = "HIT"},
  };
  for (const char* status : {"404 Not Found",
                             "405 Method Not Allowed",
                             "410 Gone",
                             "414 URI Too Long",
                             "501 Not Implemented"}) {
    table.push_back({.name = status,
                     .answer = undated,
                     .status = status,
                     .by_default = "MISS",
                     .by_origin = "HIT"});
  }
  table.push_back({.name = "an unknown status marked public",
                   .answer = {undated.front(), {"Cache-Control", "public"}},
                   .status = "599 Strange",
                   .by_default = "MISS",
                   .by_origin = "HIT"});
  return table;
}

class SafeDefaults : public Scenario {
 protected:
  void check(const std::string& routes, std::string Difference::*expected) {
    start(routes);
    const std::vector<Difference> table = differences(clock);
    for (std::size_t i = 0; i < table.size(); ++i) {
      const Difference& row = table[i];
      SCOPED_TRACE(row.name);
      const std::string target = "/" + std::to_string(i);
      origin.answer(target, ok("body", row.answer, row.status));
      get(target, row.first);
      clock.advance(std::chrono::seconds(row.after_seconds));
      EXPECT_EQ(x_cache(target, row.second), row.*expected);
    }
  }
  // An answer that has become stale, and an origin that fails then.
  int status_while_the_origin_fails(const std::string& routes, Script failure) {
    start(routes);
    const std::string target = "/failing/" + std::to_string(origin.count());
    origin.on(target, [failure](OriginExchange& exchange) {
      if (exchange.request().number == 1)
        exchange.respond("good", {{"Cache-Control", "max-age=2"}});
      else
        failure(exchange);
    });
    EXPECT_EQ(get(target).status, 200);
    clock.advance(3s);
    return get(target).status;
  }
};

TEST_F(SafeDefaults, ATtlFillsWhatTheOriginLeavesOpenAndClientsSteerNothing) {
  check(kSafeDefaults, &Difference::by_default);
}

TEST_F(SafeDefaults, TheOriginsWordAloneFollowsEveryChoiceOfTheRfc) {
  check(kOriginsWord, &Difference::by_origin);
}

TEST_F(SafeDefaults, OnlyIfCachedIsAnOrdinaryRequest) {
  const Fields only_if_cached{{"Cache-Control", "only-if-cached"}};
  start(kSafeDefaults);
  EXPECT_EQ(get("/cold", only_if_cached).status, 200);
  start(kOriginsWord);
  EXPECT_EQ(get("/cold", only_if_cached).status, 504);
}

// A ttl is given to 200 and never to 206: one client's ranges would reach the origin again and
// again.
TEST_F(SafeDefaults, ARangeThatMissesFetchesTheWhole) {
  const Fields range{{"Range", "bytes=1-2"}};
  for (const std::string& routes : {kSafeDefaults, kOriginsWord}) {
    start(routes);
    origin.answer("/whole", ok("0123", {{"Cache-Control", "max-age=60"}, {"ETag", "\"1\""}}));
    const Response part = get("/whole", range);
    EXPECT_EQ(part.status, 206);
    EXPECT_EQ(part.body, "12");
    EXPECT_EQ(origin.last("/whole").fields.has("range"), routes == kOriginsWord);
    EXPECT_EQ(x_cache("/whole"), "HIT");
  }
}

TEST_F(SafeDefaults, AnswersToPostAndQueryPassBy) {
  for (const std::string& routes : {kSafeDefaults, kOriginsWord}) {
    start(routes);
    for (const char* target : {"/post", "/query"}) {
      origin.answer(target,
                    ok("x", {{"Cache-Control", "max-age=60"}, {"Content-Location", target}}));
    }
    request("POST", "/post", {}, "a");
    EXPECT_EQ(x_cache("/post"), routes == kOriginsWord ? "HIT" : "MISS");
    const Fields json{{"Content-Type", "application/json"}};
    request("QUERY", "/query", json, "{}");
    EXPECT_EQ(request("QUERY", "/query", json, "{}").x_cache() == "HIT", routes == kOriginsWord);
  }
}

TEST_F(SafeDefaults, AFailureIsNotCoveredByAStaleAnswer) {
  const Script unavailable = [](OriginExchange& exchange) {
    exchange.respond("sorry", {}, "503 Service Unavailable");
  };
  EXPECT_EQ(status_while_the_origin_fails(kSafeDefaults, unavailable), 503);
  const Script closing = [](OriginExchange& exchange) { exchange.close(); };
  EXPECT_EQ(status_while_the_origin_fails(kSafeDefaults, closing), 502);
}

TEST_F(SafeDefaults, TheOriginsWordAloneCoversAFailure) {
  EXPECT_EQ(status_while_the_origin_fails(kOriginsWord,
                                          [](OriginExchange& exchange) { exchange.close(); }),
            200);
}

}  // namespace
}  // namespace hawkcache::scenario
