// What a plan calls a response by: its key, its tags, and the tags that a write invalidates.
#include "proxy/request_plan.hpp"
#include "unit/proxy/planned.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hawkcache::proxy {
namespace {

using caching::CookieMode;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::string key_of(const Route& rule,
                   std::string target,
                   Fields fields = {},
                   std::string method = "GET") {
  const Planned planned({rule}, std::move(method), std::move(target), std::move(fields));
  EXPECT_EQ(planned.plan.kind, PlanKind::lookup);
  return planned.key();
}

TEST(RequestPlanNames, TheKeyIsTheUriAsSpelledAndForwarded) {
  const Route rule = api_rule();
  EXPECT_EQ(Planned({rule}, "GET", "/api/x?page=2").printed_key(),
            "http://api.example.com/api/x?page=2");
  const std::string plain = key_of(rule, "/api/x");
  EXPECT_NE(plain, key_of(rule, "/api/x?"));
  EXPECT_NE(plain, key_of(rule, "/api/%78"));
  EXPECT_NE(plain, key_of(rule, "/api/x/"));
  EXPECT_NE(plain, key_of(rule, "/api/x", {{"Host", "api.example.com:80"}}));
  EXPECT_EQ(plain, key_of(rule, "http://api.example.com/api/x", {{"Host", "other"}}));
  EXPECT_NE(key_of(rule, "/api/x?a=1&b=2"), key_of(rule, "/api/x?b=2&a=1"));
}

TEST(RequestPlanNames, TheKeyHasTheQueryAfterTheRule) {
  Route rule = api_rule();
  rule.query.ignore = {"utm_*"};
  rule.query.order = http::QueryRule::Order::sorted;
  EXPECT_EQ(key_of(rule, "/api/x?a=1&b=2"), key_of(rule, "/api/x?b=2&utm_source=z&a=1"));
  EXPECT_EQ(key_of(rule, "/api/x"), key_of(rule, "/api/x?utm_source=z"));
}

TEST(RequestPlanNames, TheFieldsOfVaryArePartOfTheKey) {
  Route rule = api_rule();
  rule.vary = {"authorization", "accept-language"};
  const std::string none = key_of(rule, "/api/x");
  const std::string empty = key_of(rule, "/api/x", {{"Accept-Language", ""}});
  const std::string german = key_of(rule, "/api/x", {{"Accept-Language", "de"}});
  const std::string secret = key_of(rule, "/api/x", {{"Authorization", "Bearer secret"}});
  EXPECT_NE(none, empty);
  EXPECT_NE(none, german);
  EXPECT_NE(empty, german);
  EXPECT_NE(none, secret);
  EXPECT_THAT(secret, Not(HasSubstr("secret")));
  EXPECT_EQ(none, key_of(rule, "/api/x", {{"X-Other", "1"}}));
}

TEST(RequestPlanNames, NormalizedFieldsShareAKey) {
  Route rule = api_rule();
  rule.vary = {"accept-language"};
  EXPECT_NE(key_of(rule, "/api/x", {{"Accept-Language", "de, en;q=0.5"}}),
            key_of(rule, "/api/x", {{"Accept-Language", "DE,en;q=0.5"}}));
  rule.policy.normalize = {"accept-language"};
  EXPECT_EQ(key_of(rule, "/api/x", {{"Accept-Language", "de, en;q=0.5"}}),
            key_of(rule, "/api/x", {{"Accept-Language", "DE,en;q=0.5"}}));
}

TEST(RequestPlanNames, KeyedCookiesArePartOfTheKeyAsDigests) {
  Route rule = api_rule();
  rule.policy.cookies = CookieMode::key;
  rule.key_cookies = {"session", "lang"};
  const std::string none = key_of(rule, "/api/x");
  const std::string secret = key_of(rule, "/api/x", {{"Cookie", "session=secret"}});
  EXPECT_NE(none, secret);
  EXPECT_THAT(secret, Not(HasSubstr("secret")));
  EXPECT_EQ(secret, key_of(rule, "/api/x", {{"Cookie", "tracking=1; session=secret"}}));
  EXPECT_NE(secret, key_of(rule, "/api/x", {{"Cookie", "session=secret; session=other"}}));
  EXPECT_NE(none, key_of(rule, "/api/x", {{"Cookie", "session="}}));
  EXPECT_NE(key_of(rule, "/api/x", {{"Cookie", "session=a"}}),
            key_of(rule, "/api/x", {{"Cookie", "lang=a"}}));
}

TEST(RequestPlanNames, AKeyTemplateReplacesUriAndVaryButNotKeyedCookies) {
  Route rule = route("/users/{user_id:int}");
  rule.vary = {"accept-language"};
  rule.key = rule_template("user:{user_id}:{header.x-tenant}", rule.path);
  const std::string plain = key_of(rule, "/users/7");
  EXPECT_EQ(plain, key_of(rule, "/users/007?x=1", {{"Accept-Language", "de"}, {"Host", "other"}}));
  EXPECT_NE(plain, key_of(rule, "/users/8"));
  EXPECT_NE(plain, key_of(rule, "/users/7", {{"X-Tenant", "acme"}}));
  EXPECT_EQ(plain, key_of(rule, "/users/7", {}, "HEAD"));
  rule.policy.cookies = CookieMode::key;
  rule.key_cookies = {"session"};
  EXPECT_NE(key_of(rule, "/users/7"), key_of(rule, "/users/7", {{"Cookie", "session=1"}}));
}

TEST(RequestPlanNames, ATemplateIsNoUri) {
  Route templated = api_rule();
  templated.key = rule_template("http://api.example.com/api/x");
  EXPECT_NE(key_of(templated, "/api/x"), key_of(api_rule(), "/api/x"));
}

TEST(RequestPlanNames, TagsHaveConvertedValues) {
  Route rule = route("/{tenant}/{user_id:int}/{item:uuid}/{price:float}");
  for (const char* text :
       {"all", "{header.x-absent}", "{tenant}:{user_id}", "item:{item}", "price:{price}"}) {
    rule.tags.push_back(rule_template(text, rule.path));
  }
  const Planned planned({rule}, "GET", "/a%20b/-007/123E4567-E89B-12D3-A456-426614174000/1.50");
  EXPECT_THAT(planned.planner.parameters(),
              ElementsAre("a b", "-7", "123e4567-e89b-12d3-a456-426614174000", "1.5"));
  EXPECT_THAT(
      planned.planner.render_tags(),
      ElementsAre("all", "a b:-7", "item:123e4567-e89b-12d3-a456-426614174000", "price:1.5"));
}

TEST(RequestPlanNames, AWriteRendersWhatItInvalidates) {
  Route rule = route("/users/{user_id:int}", {"PUT"});
  rule.invalidates = {rule_template("user:{user_id}", rule.path), rule_template("users")};
  const Planned planned({rule}, "PUT", "/users/0042");
  EXPECT_EQ(planned.plan.kind, PlanKind::bypass);
  EXPECT_THAT(planned.planner.render_invalidates(), ElementsAre("user:42", "users"));
}

}  // namespace
}  // namespace hawkcache::proxy
