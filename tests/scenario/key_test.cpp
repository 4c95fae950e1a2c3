// Which requests share a key: host, path, query, the rule's vary, cookies, key templates; and that
// what is keyed is what is forwarded.
#include "scenario/support/echo_scenario.hpp"

namespace hawkcache::scenario {
namespace {

class Keys : public EchoScenario {};

TEST_F(Keys, HostPathAndQueryAreKeptApart) {
  start("- path: /{rest:path}");
  const std::vector<std::pair<std::string, std::string>> different{
      {"one.test", "/a"},
      {"two.test", "/a"},
      {"one.test:8080", "/a"},
      {"one.test", "/a/"},
      {"one.test", "/A"},
      {"one.test", "/a?"},
      {"one.test", "/a?x=1"},
      {"one.test", "/a?x=1&"},
      {"one.test", "/a?x=2"},
      {"one.test", "/a?y=1&x"},
      {"one.test", "/a?x&y=1"},
      {"one.test", "/%61"},
  };
  for (const auto& [host, target] : different) {
    EXPECT_EQ(x_cache(target, {{"Host", host}}), "MISS") << host << target;
  }
  for (const auto& [host, target] : different) {
    const Response hit = get(target, {{"Host", host}});
    EXPECT_EQ(hit.x_cache(), "HIT") << host << target;
    EXPECT_TRUE(hit.body.starts_with(target + " #")) << host << target << hit;
  }
}

TEST_F(Keys, TheHostIsKeyedAsItIsForwarded) {
  start("- path: /a");
  echo("/a", "Host");
  for (const std::string host : {"one.test", "ONE.Test", "one.test:80", "one.test."}) {
    for (int i = 0; i < 2; ++i) EXPECT_EQ(get("/a", {{"Host", host}}).body, "[" + host + "]");
  }
}

TEST_F(Keys, ThePathIsForwardedAsSpelled) {
  start("- path: /{rest:path}");
  for (const char* target :
       {"/%61b", "/a%20b", "/a;v=1", "/a?q=%2F&r=+", "/%E4%B8%AD", "/a?", "/a?b?c"}) {
    get(target);
    EXPECT_EQ(origin.count(target), 1U) << target;
    EXPECT_EQ(x_cache(target), "HIT") << target;
  }
}

TEST_F(Keys, PathsThatReadersMayDisagreeAboutPassUncachedAsSpelled) {
  start("- path: /{rest:path}");
  for (const char* target : {"/a/../b",
                             "/a/./b",
                             "/a//b",
                             "//a",
                             "/a%2Fb",
                             "/a%2fb",
                             "/a%5Cb",
                             "/%2e%2e/b",
                             "/a/.%2E/b",
                             "/a%00b",
                             "/a%0ab",
                             "/a/.."}) {
    SCOPED_TRACE(target);
    for (int i = 0; i < 2; ++i) EXPECT_FALSE(get(target).has("x-cache"));
    EXPECT_EQ(origin.count(target), 2U);
  }
}

TEST_F(Keys, IgnoredQueryParametersAreNeitherKeyedNorForwarded) {
  start("- path: /a\n  query: { ignore: [\"utm_*\", ref] }");
  EXPECT_EQ(x_cache("/a?x=1&utm_source=mail"), "MISS");
  EXPECT_EQ(x_cache("/a?utm_medium=x&x=1&ref=y"), "HIT");
  EXPECT_EQ(x_cache("/a?x=1"), "HIT");
  EXPECT_EQ(x_cache("/a?x=2"), "MISS");
  EXPECT_EQ(origin.count("/a?x=1"), 1U);
  EXPECT_EQ(x_cache("/a?utm_source=mail"), "MISS");
  EXPECT_EQ(x_cache("/a"), "HIT");
  EXPECT_EQ(origin.count("/a"), 1U);
}

TEST_F(Keys, OnlyTheNamedQueryParametersAreKeyedAndForwarded) {
  start("- path: /a\n  query: { only: [page, limit] }\n- path: /none\n  query: { only: [] }");
  EXPECT_EQ(x_cache("/a?page=1&session=x&limit=5"), "MISS");
  EXPECT_EQ(x_cache("/a?page=1&limit=5&other"), "HIT");
  EXPECT_EQ(origin.count("/a?page=1&limit=5"), 1U);
  EXPECT_EQ(x_cache("/none?x=1"), "MISS");
  EXPECT_EQ(x_cache("/none?x=2"), "HIT");
  EXPECT_EQ(origin.count("/none"), 1U);
}

TEST_F(Keys, SortedQueriesShareAnEntryAndAreForwardedSorted) {
  start("- path: /a\n  query: { sort: true }");
  EXPECT_EQ(x_cache("/a?b=2&a=1"), "MISS");
  EXPECT_EQ(x_cache("/a?a=1&b=2"), "HIT");
  EXPECT_EQ(origin.count("/a?a=1&b=2"), 1U);
  EXPECT_EQ(origin.count(), 1U);
}

TEST_F(Keys, TheRulesVaryIsPartOfTheKey) {
  start("- path: /a\n  vary: [x-tenant]");
  echo("/a", "X-Tenant");
  EXPECT_EQ(get("/a", {{"X-Tenant", "one"}}).body, "[one]");
  EXPECT_EQ(get("/a", {{"X-Tenant", "two"}}).body, "[two]");
  EXPECT_EQ(get("/a").body, "[]");
  EXPECT_EQ(x_cache("/a", {{"X-Tenant", "one"}}), "HIT");
  EXPECT_EQ(x_cache("/a", {{"X-Tenant", ""}}), "MISS");
  EXPECT_EQ(x_cache("/a"), "HIT");
}

TEST_F(Keys, AKeyTemplateReplacesTheDefaultKey) {
  start("- path: /a/{id}\n  key: \"my:{id}:{header.x-tenant}\"");
  EXPECT_EQ(x_cache("/a/1", {{"X-Tenant", "t"}}), "MISS");
  EXPECT_EQ(x_cache("/a/1?other=query", {{"X-Tenant", "t"}, {"Host", "other.test"}}), "HIT");
  EXPECT_EQ(x_cache("/a/2", {{"X-Tenant", "t"}}), "MISS");
  EXPECT_EQ(x_cache("/a/1", {{"X-Tenant", "u"}}), "MISS");
  EXPECT_EQ(x_cache("/a/1"), "MISS");
}

TEST_F(Keys, ValuesInAKeyTemplateCannotForgeEachOther) {
  start("- path: /a/{id}\n  key: \"{id}:{header.x-one}:{header.x-two}\"");
  EXPECT_EQ(x_cache("/a/1", {{"X-One", "a"}, {"X-Two", "b"}}), "MISS");
  EXPECT_EQ(x_cache("/a/1", {{"X-One", "a:b"}, {"X-Two", ""}}), "MISS");
  EXPECT_EQ(x_cache("/a/1", {{"X-One", "a:b"}}), "MISS");
  EXPECT_EQ(x_cache("/a/1:a", {{"X-One", "b"}}), "MISS");
}

TEST_F(Keys, CookiesBypassUnlessTheRuleSaysWhatTheyMean) {
  start(
      "- path: /bypass\n"
      "- path: /ignore\n  cookies: ignore\n"
      "- path: /keyed\n  cookies: { key: [session] }\n");
  for (const char* target : {"/bypass", "/ignore", "/keyed"}) echo(target, "Cookie");
  const Fields one{{"Cookie", "other=1; session=one"}};
  const Fields two{{"Cookie", "session=two; other=2"}};

  get("/bypass");
  EXPECT_EQ(x_cache("/bypass", one), "BYPASS");
  EXPECT_EQ(get("/bypass", one).body, "[other=1; session=one]");
  EXPECT_EQ(x_cache("/bypass"), "HIT");

  EXPECT_EQ(get("/ignore", one).body, "[other=1; session=one]");
  EXPECT_EQ(x_cache("/ignore", two), "HIT");
  EXPECT_EQ(x_cache("/ignore"), "HIT");

  EXPECT_EQ(get("/keyed", one).body, "[session=one]");
  EXPECT_EQ(get("/keyed", two).body, "[session=two]");
  EXPECT_EQ(get("/keyed", {{"Cookie", "other=3"}}).body, "[]");
  EXPECT_EQ(get("/keyed", {{"Cookie", "session=one; other=4"}}).x_cache(), "HIT");
  EXPECT_EQ(x_cache("/keyed"), "HIT");
}

TEST_F(Keys, BypassConditionsStepRoundTheCacheAndForwardTheWholeRequest) {
  start(
      "- path: /a\n  bypass: [{ header: x-debug }, { cookie: session }, { query: nocache }]\n  "
      "cookies: ignore\n  query: { ignore: [nocache] }");
  EXPECT_EQ(x_cache("/a"), "MISS");
  EXPECT_EQ(x_cache("/a", {{"X-Debug", ""}}), "BYPASS");
  EXPECT_EQ(x_cache("/a", {{"Cookie", "session=1"}}), "BYPASS");
  EXPECT_EQ(x_cache("/a?nocache"), "BYPASS");
  EXPECT_EQ(origin.count("/a?nocache"), 1U);
  EXPECT_EQ(x_cache("/a", {{"Cookie", "sessions=1"}}), "HIT");
  EXPECT_EQ(x_cache("/a"), "HIT");
}

TEST_F(Keys, AnAbsoluteTargetCountsByItsOwnHost) {
  start("- path: /a");
  Client one = client();
  one.send("GET http://one.test/a HTTP/1.1\r\nHost: two.test\r\n\r\n");
  EXPECT_EQ(one.read().x_cache(), "MISS");
  EXPECT_EQ(origin.last("/a").fields.value("host"), "one.test");
  EXPECT_EQ(x_cache("/a", {{"Host", "one.test"}}), "HIT");
  EXPECT_EQ(x_cache("/a", {{"Host", "two.test"}}), "MISS");
}

TEST_F(Keys, AGetWithABodyIsNotShared) {
  start("- path: /a");
  EXPECT_EQ(request("GET", "/a", {}, "body").x_cache(), "BYPASS");
  EXPECT_EQ(origin.last("/a").body, "body");
  EXPECT_EQ(x_cache("/a"), "MISS");
  EXPECT_EQ(request("GET", "/a", {}, "body").x_cache(), "BYPASS");
}

}  // namespace
}  // namespace hawkcache::scenario
