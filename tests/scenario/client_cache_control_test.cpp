// What clients read as Cache-Control under `client_cache_control`: nothing that is for one becomes
// everybody's, whichever way the answer took.
#include "scenario/support/scenario.hpp"

namespace hawkcache::scenario {
namespace {

class ClientCacheControl : public Scenario {
 protected:
  static constexpr auto kPublic = "public, max-age=9";

  void serve(const std::string& rule) {
    start("- path: /{rest:path}\n  client_cache_control: \"public, max-age=9\"\n" + rule);
  }
  void serve_text(const std::string& text) {
    start("- path: /{rest:path}\n  client_cache_control: \"" + text + "\"\n");
  }
  // Each on a path of its own.
  std::string shown(const Fields& answer, const Fields& asked = {}) {
    const std::string target = "/p" + std::to_string(++paths_);
    origin.on(target, [answer](OriginExchange& exchange) { exchange.respond("x", answer); });
    return get(target, asked)["cache-control"];
  }

  int paths_ = 0;
};

TEST_F(ClientCacheControl, TheRulesTextTakesThePlaceOfTheOrigins) {
  serve("");
  EXPECT_EQ(shown({{"Cache-Control", "max-age=60"}}), kPublic);
  EXPECT_EQ(shown({}), kPublic);
}

TEST_F(ClientCacheControl, WhatTheApiCallsPrivateStaysSo) {
  serve("");
  for (const char* own : {"private", "no-store", "max-age=60, private"}) {
    for (const Fields& asked :
         {Fields{}, Fields{{"Cookie", "a=1"}}, Fields{{"Authorization", "x"}}}) {
      EXPECT_EQ(shown({{"Cache-Control", own}}, asked), own);
    }
  }
  EXPECT_EQ(shown({{"Cache-Control", "private"}, {"CDN-Cache-Control", "max-age=60"}}), "private")
      << "stored here, and for one client beyond";
}

TEST_F(ClientCacheControl, AFieldThatTheApiCallsPrivateIsTakenOutOrKeepsItsText) {
  serve("  bypass: [{ query: q }]");
  const Fields answer{{"Cache-Control", "max-age=60, private=\"X-User\""}, {"X-User", "one"}};
  origin.answer("/a", ok("x", answer));
  EXPECT_EQ(get("/a")["cache-control"], answer[0].second);
  const Response hit = get("/a");
  EXPECT_FALSE(hit.has("x-user"));
  EXPECT_EQ(hit["cache-control"], kPublic);
  EXPECT_EQ(get("/a?q=1")["cache-control"], answer[0].second) << "with the field, not stored";
  EXPECT_EQ(request("POST", "/a")["cache-control"], answer[0].second);
  // CDN-Cache-Control decides alone about what is stored, and so nothing is taken out.
  Fields targeted = answer;
  targeted.emplace_back("CDN-Cache-Control", "max-age=60");
  origin.answer("/t", ok("x", targeted));
  for (int i = 0; i < 2; ++i) {
    const Response shown = get("/t");
    EXPECT_TRUE(shown.has("x-user"));
    EXPECT_EQ(shown["cache-control"], answer[0].second);
  }
}

TEST_F(ClientCacheControl, AnAnswerToCredentialsThatIsNotStoredStaysAsItIs) {
  serve("");
  const Fields credentials{{"Authorization", "x"}};
  const Fields cookie{{"Cookie", "a=1"}};
  EXPECT_EQ(shown({}, credentials), "");
  EXPECT_EQ(shown({}, cookie), "");
  EXPECT_EQ(shown({{"Cache-Control", "max-age=60"}}, credentials), "max-age=60");
  EXPECT_EQ(shown({{"Cache-Control", "max-age=60"}}, cookie), kPublic) << "the API's own word";
  EXPECT_EQ(shown({{"Cache-Control", "max-age=60, public"}}, {{"Authorization", "x"}}), kPublic)
      << "stored";
}

TEST_F(ClientCacheControl, WhatSetsACookieOrIsPrivateToCachesStaysAsItIs) {
  serve("");
  EXPECT_EQ(shown({{"Set-Cookie", "a=1"}}), "");
  for (const char* own : {"private", "no-store"}) {
    EXPECT_EQ(shown({{"CDN-Cache-Control", own}}), "") << own;
  }
}

TEST_F(ClientCacheControl, CookiesThatTheRuleIgnoresAreNoCredentials) {
  serve("  cookies: ignore");
  EXPECT_EQ(shown({}, {{"Cookie", "a=1"}}), kPublic);
}

TEST_F(ClientCacheControl, WhatTheRuleBypassesForIsForOne) {
  serve("  cookies: ignore\n  bypass: [{ cookie: session }, { header: X-Key }, { query: q }]");
  EXPECT_EQ(shown({}, {{"Cookie", "session=1"}}), "");
  EXPECT_EQ(shown({}, {{"X-Key", "1"}}), "");
  EXPECT_EQ(shown({}, {{"Cookie", "other=1"}}), kPublic);
}

TEST_F(ClientCacheControl, WhoGetsTheCookieThatIsStrippedForOthersGetsTheApisText) {
  serve("  set_cookie: strip");
  origin.answer("/c", ok("x", {{"Set-Cookie", "a=1"}, {"Cache-Control", "max-age=60"}}));
  EXPECT_EQ(get("/c")["cache-control"], "max-age=60");
  EXPECT_EQ(get("/c")["cache-control"], kPublic);
}

TEST_F(ClientCacheControl, AStrictTextHoldsForAll) {
  for (const char* text : {"No-Store", "Private", "no-cache", "max-age=0, must-revalidate"}) {
    serve_text(text);
    EXPECT_EQ(shown({{"Cache-Control", "max-age=60"}}, {{"Cookie", "a=1"}}), text);
    EXPECT_EQ(shown({{"Cache-Control", "private"}}), text);
  }
}

TEST_F(ClientCacheControl, AnErrorThatIsNotStoredStaysAsItIs) {
  serve("");
  origin.on("/broken",
            [](OriginExchange& exchange) { exchange.respond("x", {}, "503 Service Unavailable"); });
  EXPECT_EQ(get("/broken")["cache-control"], "");
  EXPECT_EQ(request("POST", "/broken")["cache-control"], "");
}

TEST_F(ClientCacheControl, AnOverriddenPrivateIsStoredAndEverybodys) {
  serve("  override: true");
  EXPECT_EQ(shown({{"Cache-Control", "private"}}), kPublic);
}

}  // namespace
}  // namespace hawkcache::scenario
