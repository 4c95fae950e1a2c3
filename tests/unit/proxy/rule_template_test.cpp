#include "proxy/rule_template.hpp"

#include "caching/cache_key.hpp"
#include "unit/proxy/route_builder.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hawkcache::proxy {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

constexpr std::string_view kPath = "/users/{user_id}/{name}";

struct Given {
  std::string target = "/users/7/ann";
  Fields fields = {};
  std::string method = "GET";
  std::vector<std::string_view> parameters = {"7", "ann"};
  std::vector<std::string> normalize = {};
};

TemplateInput input_of(const TestRequest& request, const Given& given) {
  const http::Target& target = request.target();
  return {.request = &request.head,
          .scheme = "http",
          .authority = target.authority,
          .path = target.path,
          .query = target.has_query ? std::optional(target.query) : std::nullopt,
          .parameters = given.parameters,
          .normalize = given.normalize};
}

std::string tag(std::string_view text, const Given& given = {}) {
  const TestRequest request(given.method, given.target, given.fields);
  std::string out;
  rule_template(text, kPath).append_tag(out, input_of(request, given));
  return out;
}

std::string key(std::string_view text, const Given& given = {}) {
  const TestRequest request(given.method, given.target, given.fields);
  std::string out;
  caching::begin_key_template(out);
  rule_template(text, kPath).append_key(out, input_of(request, given));
  return out;
}

TEST(RuleTemplate, RendersEachPlaceholderIntoTags) {
  const Given given{.target = "/users/7/ann?page=2&q=a%20b",
                    .fields = {{"X-Tenant", "acme"}, {"Cookie", "session=abc; lang=de"}}};
  EXPECT_EQ(tag("users", given), "users");
  EXPECT_EQ(tag("user:{user_id}:{name}", given), "user:7:ann");
  EXPECT_EQ(tag("{method} {scheme} {host}", given), "GET http api.example.com");
  EXPECT_EQ(tag("{path}|{query}", given), "/users/7/ann|page=2&q=a%20b");
  EXPECT_EQ(tag("{query.page}-{query.q}", given), "2-a b");
  EXPECT_EQ(tag("{header.x-tenant}", given), "acme");
  EXPECT_EQ(tag("{cookie.lang}", given), "de");
}

TEST(RuleTemplate, WhatTheRequestDoesNotHaveIsEmptyInTags) {
  EXPECT_EQ(tag("a{query}b{query.x}c{header.x-tenant}d{cookie.lang}e"), "abcde");
}

TEST(RuleTemplate, CleansAndCutsTheValuesOfTagsButNotTheirLiterals) {
  const std::string name(300, 'x');
  EXPECT_EQ(tag("user:{user_id}", {.parameters = {name, ""}}), "user:" + std::string(256, 'x'));
  EXPECT_EQ(tag("user:{user_id}", {.parameters = {std::string_view("a\nb\0c", 5), ""}}),
            "user:abc");
  EXPECT_EQ(tag("{query.q}", {.target = "/?q=a%0Ab"}), "ab");
}

TEST(RuleTemplate, CredentialsNeverStandInClear) {
  const Given given{.fields = {{"Authorization", "Bearer secret"}, {"Cookie", "session=secret"}}};
  EXPECT_THAT(tag("{header.authorization}", given), testing::Not(testing::HasSubstr("secret")));
  EXPECT_NE(tag("{header.authorization}", given), "");
  for (const char* text : {"{header.authorization}", "{header.cookie}", "{cookie.session}"}) {
    SCOPED_TRACE(text);
    EXPECT_THAT(key(text, given), testing::Not(testing::HasSubstr("secret")));
    EXPECT_NE(key(text, given), key(text));
  }
}

TEST(RuleTemplate, TakesAFieldThatTheRuleNormalizesAsItIsForwarded) {
  const Given one{.fields = {{"Accept-Language", "DE, en;q=0.5"}},
                  .normalize = {"accept-language"}};
  const Given other{.fields = {{"Accept-Language", "de,en; q=0.50"}},
                    .normalize = {"accept-language"}};
  EXPECT_EQ(key("{header.accept-language}", one), key("{header.accept-language}", other));
  EXPECT_EQ(tag("{header.accept-language}", one), tag("{header.accept-language}", other));
  const Given as_it_came{.fields = other.fields};
  EXPECT_NE(key("{header.accept-language}", one), key("{header.accept-language}", as_it_came));
}

TEST(RuleTemplate, AHeadHasTheKeyOfAGet) {
  EXPECT_EQ(key("{method}", {.method = "HEAD"}), key("{method}", {.method = "GET"}));
  EXPECT_NE(key("{method}", {.method = "POST"}), key("{method}", {.method = "GET"}));
}

TEST(RuleTemplate, NoValueForgesAnotherInAKey) {
  const struct {
    const char* text;
    Given one;
    Given other;
  } cases[] = {
      {"{user_id}:{name}", {.parameters = {"a:b", "c"}}, {.parameters = {"a", "b:c"}}},
      {"{user_id}{name}", {.parameters = {"a", "bc"}}, {.parameters = {"ab", "c"}}},
      {"{query}", {.target = "/x"}, {.target = "/x?"}},
      {"{query.a}", {.target = "/x"}, {.target = "/x?a="}},
      {"{query.a}", {.target = "/x?a"}, {.target = "/x?a=a"}},
      {"{query.a}{query.b}", {.target = "/x?a=1&b=2"}, {.target = "/x?a=1b=2"}},
      {"{header.x-tenant}", {}, {.fields = {{"X-Tenant", ""}}}},
      {"{header.x-tenant}", {}, {.fields = {{"X-Tenant", "-"}}}},
      {"{cookie.lang}", {}, {.fields = {{"Cookie", "lang="}}}},
  };
  for (const auto& given : cases) {
    SCOPED_TRACE(given.text);
    EXPECT_NE(key(given.text, given.one), key(given.text, given.other));
  }
}

TEST(RuleTemplate, ARepeatedParameterOrCookieCountsWhollyInAKey) {
  // The origin may read the last where we would read the first: one of the two could poison the
  // other's entry.
  EXPECT_NE(key("{query.page}", {.target = "/x?page=1"}),
            key("{query.page}", {.target = "/x?page=1&page=2"}));
  EXPECT_NE(key("{cookie.lang}", {.fields = {{"Cookie", "lang=de"}}}),
            key("{cookie.lang}", {.fields = {{"Cookie", "lang=de; lang=en"}}}));
  EXPECT_EQ(key("{query.page}", {.target = "/x?page=1&x=1"}),
            key("{query.page}", {.target = "/x?y=2&page=1"}));
  EXPECT_EQ(key("{cookie.lang}", {.fields = {{"Cookie", "a=1; lang=de"}}}),
            key("{cookie.lang}", {.fields = {{"Cookie", "lang=de"}}}));
}

TEST(RuleTemplate, AKeyReadsWellInPrint) {
  EXPECT_EQ(caching::printable_key(
                key("my:{path}:{header.x-tenant}", {.fields = {{"X-Tenant", "acme"}}})),
            "my:/users/7/ann:acme");
}

}  // namespace
}  // namespace hawkcache::proxy
