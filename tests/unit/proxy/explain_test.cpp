#include "proxy/explain.hpp"

#include "unit/proxy/route_builder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hawkcache::proxy {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;
using Fields = std::vector<std::pair<std::string, std::string>>;

Route user_rule() {
  Route rule = route("/users/{user_id:int}");
  rule.name = "user";
  rule.tags = {rule_template("users"), rule_template("user:{user_id}", rule.path)};
  rule.vary = {"accept-language"};
  rule.query.ignore = {"utm_*"};
  rule.policy.stale_while_revalidate = Duration(30'000);
  rule.policy.stale_if_error = Duration(600'000);
  rule.policy.statuses = {{404, Duration(10'000)}};
  return rule;
}

Explanation explain_request(const Route& rule,
                            std::string method,
                            std::string target,
                            Fields fields = {}) {
  const Router router({rule});
  const TestRequest request(std::move(method), std::move(target), std::move(fields));
  return explain(router, request.head, request.target());
}

TEST(Explain, TellsThatTheAnswerToAPostMayBeStored) {
  Route rule = user_rule();
  rule.policy.request_cache_control = caching::RequestCacheControlMode::honor;
  const Explanation told = explain_request(rule, "POST", "/users/7");
  EXPECT_EQ(told.kind, PlanKind::bypass);
  EXPECT_EQ(told.key, explain_request(rule, "GET", "/users/7").key);
  EXPECT_THAT(to_text(told),
              AllOf(HasSubstr("goes to the origin; its answer may be stored for later GETs"),
                    HasSubstr("stored if   the answer to a POST: 2xx with content"),
                    HasSubstr("tag         users")));
  EXPECT_THAT(to_json(told), HasSubstr("\"stored_if\""));
}

TEST(Explain, KnowsABodyByItsHead) {
  for (const auto& [fields, reason] : std::vector<std::pair<Fields, caching::Reason>>{
           {{{"Content-Length", "0"}}, caching::Reason::none},
           {{{"Content-Length", "1"}}, caching::Reason::request_body},
           {{{"Transfer-Encoding", "chunked"}}, caching::Reason::request_body}}) {
    EXPECT_EQ(explain_request(user_rule(), "GET", "/users/7", fields).reason, reason);
  }
}

TEST(Explain, TellsThatTheKeyOfAQueryCoversItsContent) {
  Route rule = user_rule();
  rule.policy.request_cache_control = caching::RequestCacheControlMode::honor;
  const Explanation told =
      explain_request(rule, "QUERY", "/users/7", {{"Content-Type", "text/plain"}});
  EXPECT_THAT(to_text(told),
              AllOf(HasSubstr("the cache is asked, once the content is here: the key goes on"),
                    HasSubstr("method=QUERY content-type=text/plain")));
  EXPECT_THAT(to_json(told), HasSubstr("\"decision\":\"lookup\""));
}

TEST(Explain, TellsWhatHappensToALookup) {
  const Explanation told =
      explain_request(user_rule(), "GET", "/users/007?utm_source=x", {{"Accept-Language", "de"}});
  EXPECT_EQ(told.kind, PlanKind::lookup);
  EXPECT_EQ(told.forwarded_target, "/users/007");
  ASSERT_TRUE(told.route);
  EXPECT_EQ(told.route->name, "user");
  EXPECT_THAT(told.route->parameters, ElementsAre(Pair("user_id", "7")));
  EXPECT_THAT(told.route->tags, ElementsAre("users", "user:7"));
  EXPECT_THAT(told.route->vary, ElementsAre("accept-language"));
  EXPECT_EQ(told.key, "http://api.example.com/users/007 accept-language=de");
  EXPECT_THAT(to_text(told),
              AllOf(HasSubstr("GET /users/007?utm_source=x (host api.example.com)"),
                    HasSubstr("user (/users/{user_id:int})"),
                    HasSubstr("user_id = 7"),
                    HasSubstr("user:7"),
                    HasSubstr("60s: from the rule"),
                    HasSubstr("while revalidating 30s, if the origin fails 10m"),
                    HasSubstr("404 for 10s"),
                    HasSubstr("no Set-Cookie")));
}

TEST(Explain, TellsWhyTheCacheIsNotAsked) {
  const Explanation pass = explain_request(user_rule(), "GET", "/nothing");
  EXPECT_EQ(pass.kind, PlanKind::pass);
  EXPECT_FALSE(pass.route);
  EXPECT_THAT(to_text(pass), HasSubstr("no-route"));

  const Explanation cookie = explain_request(user_rule(), "GET", "/users/7", {{"Cookie", "a=1"}});
  EXPECT_EQ(cookie.kind, PlanKind::bypass);
  EXPECT_TRUE(cookie.key.empty());
  EXPECT_TRUE(cookie.conditions.empty());
  EXPECT_THAT(
      to_text(cookie),
      AllOf(HasSubstr("the cache is bypassed"), HasSubstr("(cookie)"), HasSubstr("user:7")));
}

TEST(Explain, TellsWhatAWriteInvalidates) {
  Route rule = route("/users/{user_id:int}", {"PUT"});
  rule.invalidates = {rule_template("user:{user_id}", rule.path)};
  const Explanation told = explain_request(rule, "PUT", "/users/007");
  EXPECT_EQ(told.reason, caching::Reason::method);
  EXPECT_THAT(to_text(told), AllOf(HasSubstr("invalidates user:7"), Not(HasSubstr("ttl"))));
}

TEST(Explain, TellsWhatCredentialsAsk) {
  const Fields bearer{{"Authorization", "Bearer secret"}};
  Route rule = user_rule();
  EXPECT_THAT(explain_request(rule, "GET", "/users/7", bearer).conditions,
              Contains(HasSubstr("must allow sharing")));
  rule.vary = {"authorization"};
  rule.policy.keyed_credentials = caching::KeyedCredentials::authorization;
  const Explanation keyed = explain_request(rule, "GET", "/users/7", bearer);
  EXPECT_THAT(keyed.conditions, Contains(HasSubstr("as a digest")));
  EXPECT_THAT(to_text(keyed), Not(HasSubstr("secret")));
  EXPECT_THAT(to_json(keyed), Not(HasSubstr("secret")));

  rule.policy.cookies = caching::CookieMode::ignore;
  EXPECT_THAT(explain_request(rule, "GET", "/users/7", {{"Cookie", "a=1"}}).conditions,
              Contains(HasSubstr("cookies: ignore")));
}

TEST(Explain, TellsWhereTheLifetimeComesFrom) {
  Route rule = user_rule();
  rule.policy.ttl = std::nullopt;
  EXPECT_THAT(to_text(explain_request(rule, "GET", "/users/7")),
              HasSubstr("origin: the rule gives none"));
  rule.policy.ttl = Duration(3'600'000);
  rule.policy.precedence = caching::OriginPrecedence::rule_wins;
  EXPECT_THAT(
      to_text(explain_request(rule, "GET", "/users/7")),
      AllOf(HasSubstr("1h: from the rule, whatever the origin says"), HasSubstr("do not count")));
}

TEST(Explain, SpellsDurationsAsTheConfigurationDoes) {
  const std::pair<int, const char*> cases[] = {{0, "0s"},
                                               {250, "250ms"},
                                               {60'000, "60s"},
                                               {90'000, "90s"},
                                               {120'000, "2m"},
                                               {7'200'000, "2h"},
                                               {86'400'000, "1d"}};
  for (const auto& [milliseconds, expected] : cases) {
    Route rule = user_rule();
    rule.policy.ttl = Duration(milliseconds);
    EXPECT_THAT(to_text(explain_request(rule, "GET", "/users/7")),
                HasSubstr(std::string(" ") + expected + ": from"));
  }
}

TEST(Explain, AsJsonIsOneObject) {
  const std::string json = to_json(explain_request(user_rule(), "GET", "/users/007?a=1"));
  EXPECT_THAT(
      json,
      AllOf(
          testing::StartsWith(R"({"request":{"method":"GET","host":"api.example.com",)"),
          HasSubstr(R"("decision":"lookup","reason":"none")"),
          HasSubstr(
              R"("route":{"name":"user","path":"/users/{user_id:int}","parameters":{"user_id":"7"}})"),
          HasSubstr(R"("tags":["users","user:7"])"),
          HasSubstr(R"("key":"http://api.example.com/users/007?a=1 accept-language=-")"),
          HasSubstr(R"("ttl":"60s")"),
          testing::EndsWith("]}")));
  EXPECT_THAT(to_json(explain_request(user_rule(), "GET", "/nothing")),
              AllOf(HasSubstr(R"("reason":"no-route")"), HasSubstr(R"("route":null})")));
}

TEST(Explain, TextHasNoControlBytes) {
  Route rule = route("/x");
  rule.tags = {rule_template("t:{header.x-tag}")};
  rule.key = rule_template("{header.x-tag}");
  const std::string text =
      to_text(explain_request(rule, "GET", "/x", {{"X-Tag", "a\x1b[31mb\tc"}}));
  for (const char c : text)
    EXPECT_TRUE(c == '\n' || (c >= 0x20 && c != 0x7F)) << static_cast<int>(c);
}

}  // namespace
}  // namespace hawkcache::proxy
