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

TEST_F(ClientCacheControl, AnAnswerToCredentialsThatIsNotStoredStaysAsItIs) {
  serve("");
  for (const char* name : {"Authorization", "Cookie"}) {
    const Fields credentials{{name, "x"}};
    EXPECT_EQ(shown({}, credentials), "") << name;
    EXPECT_EQ(shown({{"Cache-Control", "max-age=60"}}, credentials), "max-age=60") << name;
  }
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
