// Which of a key's variants answers a request: the origin's Vary, and values that count as the same
// (RFC 9111 section 4.1).
#include "scenario/support/echo_scenario.hpp"

namespace hawkcache::scenario {
namespace {

class Vary : public EchoScenario {};

TEST_F(Vary, TheOriginsVarySelectsTheVariant) {
  start("- path: /a");
  echo("/a", "Accept-Language", {{"Vary", "Accept-Language"}});
  EXPECT_EQ(get("/a", {{"Accept-Language", "de"}}).body, "[de]");
  EXPECT_EQ(get("/a", {{"Accept-Language", "en"}}).body, "[en]");
  EXPECT_EQ(get("/a").body, "[]");
  const Response german = get("/a", {{"Accept-Language", "de"}});
  EXPECT_EQ(german.x_cache(), "HIT");
  EXPECT_EQ(german.body, "[de]");
  EXPECT_EQ(get("/a", {{"Accept-Language", "en"}}).body, "[en]");
  EXPECT_EQ(x_cache("/a"), "HIT");
  EXPECT_EQ(origin.count("/a"), 3U);
}

// `cookies: { key: [...] }` forwards no others: nothing that the origin selects by is left out.
TEST_F(Vary, OfCookiesOnlyTheKeyedOnesSelect) {
  start("- path: /a\n  cookies: { key: [session] }\n- path: /b\n  cookies: ignore");
  for (const char* target : {"/a", "/b"}) {
    echo(target, "Cookie", {{"Vary", "Cookie, X-One"}});
    get(target, {{"Cookie", "session=1; seen=2"}});
  }
  const Response same = get("/a", {{"Cookie", "seen=3; session=1"}});
  EXPECT_EQ(same.x_cache(), "HIT");
  EXPECT_EQ(same.body, "[session=1]");
  EXPECT_EQ(same["vary"], "Cookie, X-One");
  EXPECT_EQ(x_cache("/a", {{"Cookie", "session=1"}, {"X-One", "1"}}), "MISS");
  EXPECT_EQ(get("/a", {{"Cookie", "session=2"}}).body, "[session=2]");
  EXPECT_EQ(get("/a", {{"Cookie", "seen=2"}}).body, "[]");
  EXPECT_EQ(x_cache("/a"), "HIT");
  EXPECT_EQ(get("/b", {{"Cookie", "session=1; seen=3"}}).body, "[session=1; seen=3]");
}

TEST_F(Vary, AbsentAndEmptyAndOddValuesOfAVariedFieldDiffer) {
  start("- path: /a");
  origin.on("/a", [](OriginExchange& exchange) {
    exchange.respond(std::to_string(exchange.request().number), {{"Vary", "X-One, X-Two"}});
  });
  const std::vector<Fields> different{
      {},
      {{"X-One", ""}},
      {{"X-Two", ""}},
      {{"X-One", "a"}, {"X-Two", "b"}},
      {{"X-One", "a, b"}},
      {{"X-One", "a|b"}},
      {{"X-One", "b"}, {"X-Two", "a"}},
      {{"X-One", "ab"}},
      {{"X-One", "A"}},
      {{"X-One", "a"}},
  };
  for (std::size_t i = 0; i < different.size(); ++i) {
    EXPECT_EQ(get("/a", different[i]).body, std::to_string(i + 1));
  }
  for (std::size_t i = 0; i < different.size(); ++i) {
    EXPECT_EQ(get("/a", different[i]).body, std::to_string(i + 1)) << "again";
  }
}

TEST_F(Vary, VaryOverSeveralLinesWithOddCaseAndEmptyMembersIsHonoured) {
  start("- path: /a");
  origin.on("/a", [](OriginExchange& exchange) {
    exchange.respond(
        exchange.request().fields.value("x-one") + exchange.request().fields.value("x-two"),
        {{"Vary", " x-ONE ,, "}, {"Vary", "X-Two"}});
  });
  EXPECT_EQ(get("/a", {{"X-One", "1"}, {"X-Two", "2"}}).body, "12");
  EXPECT_EQ(get("/a", {{"X-One", "1"}, {"X-Two", "3"}}).body, "13");
  EXPECT_EQ(get("/a", {{"X-One", "4"}, {"X-Two", "2"}}).body, "42");
  EXPECT_EQ(x_cache("/a", {{"X-One", "1"}, {"X-Two", "2"}}), "HIT");
}

TEST_F(Vary, AVariedFieldOnSeveralLinesCountsAsAWhole) {
  start("- path: /a");
  echo("/a", "X-One", {{"Vary", "X-One"}});
  EXPECT_EQ(get("/a", {{"X-One", "a"}, {"X-One", "b"}}).body, "[a, b]");
  EXPECT_EQ(get("/a", {{"X-One", "a"}, {"X-One", "c"}}).body, "[a, c]");
  EXPECT_EQ(get("/a", {{"X-One", "a"}}).body, "[a]");
  EXPECT_EQ(x_cache("/a", {{"X-One", "a"}, {"X-One", "c"}}), "HIT");
}

TEST_F(Vary, VaryStarIsNeverReused) {
  start("- path: /a\n- path: /b\n- path: /c");
  origin.answer("/a", ok("x", {{"Vary", "*"}, {"Cache-Control", "max-age=60"}}));
  origin.answer("/b", ok("x", {{"Vary", "Accept, *"}}));
  origin.answer("/c", ok("x", {{"Vary", "Accept"}, {"Vary", " * "}}));
  for (const char* target : {"/a", "/b", "/c"}) {
    get(target);
    EXPECT_EQ(x_cache(target), "MISS") << target;
  }
}

TEST_F(Vary, NormalisedLanguagesShareAVariant) {
  start("- path: /a\n  normalize: [accept-language, accept-encoding]");
  echo("/a", "Accept-Language", {{"Vary", "Accept-Language, Accept-Encoding"}});
  get("/a", {{"Accept-Language", "de, en;q=0.5"}, {"Accept-Encoding", "gzip, br"}});
  EXPECT_EQ(x_cache("/a", {{"Accept-Language", "de,en;q=0.5"}, {"Accept-Encoding", "br,gzip"}}),
            "HIT");
  EXPECT_EQ(x_cache("/a", {{"Accept-Language", "fr"}, {"Accept-Encoding", "gzip, br"}}), "MISS");
}

TEST_F(Vary, TheOriginSeesTheNormalisedValueThatSelects) {
  start("- path: /a\n  normalize: [accept-language, accept-encoding]\n- path: /b");
  for (const char* target : {"/a", "/b"}) {
    get(target, {{"Accept-Language", "DE , en;q=0.50"}, {"Accept-Encoding", "deflate, br, gzip"}});
  }
  const Fields plain = origin.last("/b").fields;
  EXPECT_EQ(plain.value("accept-language"), "DE , en;q=0.50");
  EXPECT_EQ(plain.value("accept-encoding"), "deflate, br, gzip");
  const Fields normalised = origin.last("/a").fields;
  EXPECT_EQ(normalised.value("accept-language"), "de,en;q=0.5");
  EXPECT_EQ(normalised.value("accept-encoding"), "br,deflate,gzip");
}

TEST_F(Vary, AVariantInThePreferredLanguageAnswersWhereLanguagesAreNormalised) {
  start("- path: /a\n  normalize: [accept-language]\n- path: /b");
  for (const char* target : {"/a", "/b"}) {
    echo(target, "Accept-Language", {{"Vary", "Accept-Language"}, {"Content-Language", "de"}});
    get(target, {{"Accept-Language", "en, de"}});
  }
  EXPECT_EQ(x_cache("/a", {{"Accept-Language", "fr;q=0.5, de"}}), "HIT");
  EXPECT_EQ(x_cache("/a", {{"Accept-Language", "fr, de;q=0.5"}}), "MISS");
  EXPECT_EQ(x_cache("/b", {{"Accept-Language", "fr;q=0.5, de"}}), "MISS");
}

TEST_F(Vary, AResponseWithVaryIsChosenOverOneWithout) {
  start("- path: /a");
  origin.on("/a", [](OriginExchange& exchange) {
    const std::string language = exchange.request().fields.value("accept-language");
    Fields fields{{"Content-Language", language}};
    if (language == "fr") fields.emplace_back("Vary", "Accept-Language");
    exchange.respond(language, fields);
  });
  EXPECT_EQ(get("/a", {{"Accept-Language", "fr"}}).body, "fr");
  EXPECT_EQ(get("/a", {{"Accept-Language", "xx"}}).body, "xx");
  EXPECT_EQ(get("/a", {{"Accept-Language", "fr"}}).body, "fr");
  EXPECT_EQ(get("/a", {{"Accept-Language", "de"}}).body, "xx");
  EXPECT_EQ(origin.count("/a"), 2U);
}

TEST_F(Vary, OfSeveralThatMatchTheOneWithTheLatestDateIsChosen) {
  start("- path: /a");
  const std::string newer = clock.http_date();
  const std::string older = clock.http_date(-30s);
  origin.on("/a", [newer, older](OriginExchange& exchange) {
    const bool first = exchange.request().number == 1;
    exchange.respond(first ? "newer" : "older",
                     {{"Date", first ? newer : older}, {"Vary", first ? "A" : "B"}});
  });
  EXPECT_EQ(get("/a", {{"A", "1"}, {"B", "1"}}).body, "newer");
  EXPECT_EQ(get("/a", {{"A", "2"}, {"B", "2"}}).body, "older");
  EXPECT_EQ(get("/a", {{"A", "1"}, {"B", "2"}}).body, "newer");
  EXPECT_EQ(origin.count("/a"), 2U);
}

TEST_F(Vary, AnAnswerThatVariesByWhatTheProxyWritesIsNotShared) {
  start("- path: /{rest:path}");
  echo("/peer", "X-Forwarded-For", {{"Vary", "X-Forwarded-For"}});
  echo("/scheme", "X-Forwarded-Proto", {{"Vary", "X-Forwarded-Proto"}});
  for (const char* expected : {"MISS", "MISS"}) EXPECT_EQ(x_cache("/peer"), expected);
  for (const char* expected : {"MISS", "HIT"}) {
    EXPECT_EQ(x_cache("/scheme", {{"X-Forwarded-Proto", expected}}), expected);
  }
}

TEST_F(Vary, BlanksInAListMakeNoVariantOfTheirOwn) {
  start("- path: /a");
  echo("/a", "X-Filter", {{"Vary", "X-Filter"}});
  get("/a", {{"X-Filter", "new,red"}});
  EXPECT_EQ(x_cache("/a", {{"X-Filter", " new, red "}}), "HIT");
  EXPECT_EQ(x_cache("/a", {{"X-Filter", "new"}, {"X-Filter", "red"}}), "HIT");
  EXPECT_EQ(x_cache("/a", {{"X-Filter", "new red"}}), "MISS");
}

}  // namespace
}  // namespace hawkcache::scenario
