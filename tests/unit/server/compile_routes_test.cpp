#include "server/compile_routes.hpp"

#include "config/path_syntax.hpp"
#include "proxy/router.hpp"

#include <variant>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hawkcache::server {
namespace {

using config::RouteConfig;
using proxy::PathPatternSegment;
using proxy::TemplatePart;
using testing::ElementsAre;

RouteConfig rule(std::string_view path) {
  RouteConfig made;
  made.name = path;
  made.path.value = std::get<config::PathPattern>(config::parse_path_pattern(path));
  return made;
}

proxy::Route compiled(const RouteConfig& from) {
  config::Config config;
  config.routes = {from};
  return compile_routes(config).at(0);
}

TEST(CompileRoutes, KeepsTheOrderOfTheFile) {
  config::Config config;
  config.routes = {rule("/b"), rule("/a")};
  const auto routes = compile_routes(config);
  ASSERT_EQ(routes.size(), 2U);
  EXPECT_EQ(routes[0].name, "/b");
  EXPECT_EQ(routes[0].index, 0U);
  EXPECT_EQ(routes[1].index, 1U);
  EXPECT_TRUE(compile_routes(config::Config()).empty());
}

TEST(CompileRoutes, CompilesThePathSegmentBySegment) {
  using Kind = PathPatternSegment::Kind;
  const proxy::Route route = compiled(rule("/x/{a}/{b:int}/{c:float}/{d:uuid}/{e:slug}/{f:path}"));
  std::vector<Kind> kinds;
  for (const PathPatternSegment& segment : route.pattern) kinds.push_back(segment.kind);
  EXPECT_THAT(
      kinds,
      ElementsAre(
          Kind::literal, Kind::str, Kind::int_, Kind::float_, Kind::uuid, Kind::slug, Kind::path));
  EXPECT_EQ(route.pattern[1].text, "a");
  EXPECT_EQ(compiled(rule("/x/")).pattern.size(), 2U);
  EXPECT_EQ(compiled(rule("/x/")).pattern.back().text, "");
}

TEST(CompileRoutes, TheDefaultsOfARuleAreTheCarefulOnes) {
  const proxy::Route route = compiled(rule("/x"));
  EXPECT_THAT(route.methods, ElementsAre("GET", "HEAD"));
  EXPECT_EQ(route.policy.ttl, Duration(60'000));
  EXPECT_EQ(route.policy.precedence, caching::OriginPrecedence::origin_first);
  EXPECT_EQ(route.policy.cookies, caching::CookieMode::bypass);
  EXPECT_EQ(route.policy.set_cookie, caching::SetCookieMode::refuse);
  EXPECT_EQ(route.policy.request_cache_control, caching::RequestCacheControlMode::ignore);
  EXPECT_EQ(route.policy.heuristic, caching::Heuristic::off);
  EXPECT_EQ(route.policy.keyed_credentials, caching::KeyedCredentials::none);
  EXPECT_EQ(route.coalesce, proxy::Coalesce::node);
  EXPECT_FALSE(route.query.changes_anything());
  EXPECT_FALSE(route.key);
  EXPECT_FALSE(route.client_cache_control);
  EXPECT_FALSE(route.client_text_is_shared);
}

TEST(CompileRoutes, CarriesEveryKeyOver) {
  RouteConfig from = rule("/x");
  from.hosts = {"api.example.com"};
  from.methods = {"GET", "POST"};
  from.ttl = std::nullopt;
  from.vary = {"accept"};
  from.query = {.ignore = {"utm_*"}, .only = std::vector<std::string>{"page"}, .sort = true};
  from.bypass = {{config::BypassCondition::Kind::header, "x-debug"},
                 {config::BypassCondition::Kind::cookie, "admin"},
                 {config::BypassCondition::Kind::query, "nocache"}};
  from.override_origin = true;
  from.coalesce = config::Coalesce::cluster;
  from.stale_while_revalidate = std::chrono::seconds(30);
  from.stale_if_error = std::chrono::minutes(10);
  from.statuses = {{404, Duration(10'000)}, {301, Duration(20'000)}};
  from.cookies = {config::CookieRule::Kind::key, {"session"}};
  from.set_cookie = config::SetCookie::strip;
  from.request_cache_control = config::RequestCacheControl::honor;
  from.heuristic = true;
  from.client_cache_control = "max-age=0600";
  from.normalize = {"accept-language"};
  const proxy::Route route = compiled(from);
  EXPECT_THAT(route.hosts, ElementsAre("api.example.com"));
  EXPECT_THAT(route.methods, ElementsAre("GET", "POST"));
  EXPECT_EQ(route.policy.ttl, std::nullopt);
  EXPECT_THAT(route.vary, ElementsAre("accept"));
  EXPECT_THAT(route.query.ignore, ElementsAre("utm_*"));
  EXPECT_THAT(route.query.only.value(), ElementsAre("page"));
  EXPECT_EQ(route.query.order, http::QueryRule::Order::sorted);
  ASSERT_EQ(route.bypass.size(), 3U);
  EXPECT_EQ(route.bypass[0].kind, proxy::BypassCondition::Kind::header);
  EXPECT_EQ(route.bypass[1].kind, proxy::BypassCondition::Kind::cookie);
  EXPECT_EQ(route.bypass[2].name, "nocache");
  EXPECT_EQ(route.policy.precedence, caching::OriginPrecedence::rule_wins);
  EXPECT_EQ(route.coalesce, proxy::Coalesce::cluster);
  EXPECT_EQ(route.policy.stale_while_revalidate, Duration(30'000));
  EXPECT_EQ(route.policy.stale_if_error, Duration(600'000));
  EXPECT_THAT(route.policy.statuses,
              ElementsAre(std::pair(301, Duration(20'000)), std::pair(404, Duration(10'000))));
  EXPECT_EQ(route.policy.cookies, caching::CookieMode::key);
  EXPECT_THAT(route.key_cookies, ElementsAre("session"));
  EXPECT_EQ(route.policy.set_cookie, caching::SetCookieMode::strip);
  EXPECT_EQ(route.policy.request_cache_control, caching::RequestCacheControlMode::honor);
  EXPECT_EQ(route.policy.heuristic, caching::Heuristic::on);
  EXPECT_EQ(route.client_cache_control, "max-age=0600");
  EXPECT_TRUE(route.client_text_is_shared);
  EXPECT_THAT(route.policy.normalize, ElementsAre("accept-language"));
}

TEST(CompileRoutes, PlaceholdersKnowTheirParameter) {
  RouteConfig from = rule("/{org}/users/{user_id:int}");
  from.tags = {{.value = "users"}, {.value = "{user_id}@{org}"}};
  from.invalidates = {{.value = "{header.x-tenant}"}};
  from.key = config::Located<std::string>{.value = "{host}{query.page}{cookie.lang}"};
  const proxy::Route route = compiled(from);
  ASSERT_EQ(route.tags.size(), 2U);
  const auto parts = route.tags[1].parts();
  ASSERT_EQ(parts.size(), 3U);
  EXPECT_EQ(parts[0].kind, TemplatePart::Kind::path_parameter);
  EXPECT_EQ(parts[0].parameter, 1U);
  EXPECT_EQ(parts[1].text, "@");
  EXPECT_EQ(parts[2].parameter, 0U);
  ASSERT_EQ(route.invalidates.size(), 1U);
  EXPECT_EQ(route.invalidates[0].parts()[0].kind, TemplatePart::Kind::header);
  ASSERT_TRUE(route.key);
  EXPECT_EQ(route.key->parts()[0].kind, TemplatePart::Kind::host);
  EXPECT_EQ(route.key->parts()[1].text, "page");
  EXPECT_EQ(route.key->parts()[2].kind, TemplatePart::Kind::cookie);
}

TEST(CompileRoutes, AuthorizationIsKeyedByVaryOrByTheKeyTemplate) {
  using caching::KeyedCredentials;
  RouteConfig from = rule("/x");
  from.vary = {"accept", "authorization"};
  EXPECT_EQ(compiled(from).policy.keyed_credentials, KeyedCredentials::authorization);
  from.key = config::Located<std::string>{.value = "{host}{path}"};  // replaces vary
  EXPECT_EQ(compiled(from).policy.keyed_credentials, KeyedCredentials::none);
  from.key->value = "{path}{header.authorization}";
  EXPECT_EQ(compiled(from).policy.keyed_credentials, KeyedCredentials::authorization);
}

TEST(CompileRoutes, TheFingerprintFollowsWhatEntriesRemember) {
  const RouteConfig base = rule("/x");
  const auto changed = [&](auto change) {
    RouteConfig other = base;
    change(other);
    return compiled(other).fingerprint != compiled(base).fingerprint;
  };
  EXPECT_TRUE(changed([](RouteConfig& r) { r.name = "y"; }));
  EXPECT_TRUE(changed([](RouteConfig& r) { r.key = config::Located<std::string>{.value = ""}; }));
  EXPECT_TRUE(
      changed([](RouteConfig& r) { r.key = config::Located<std::string>{.value = "{path}"}; }));
  EXPECT_TRUE(changed([](RouteConfig& r) { r.vary = {"accept"}; }));
  EXPECT_TRUE(changed([](RouteConfig& r) { r.cookies.kind = config::CookieRule::Kind::ignore; }));
  EXPECT_TRUE(changed([](RouteConfig& r) { r.cookies.names = {"session"}; }));
  EXPECT_TRUE(changed([](RouteConfig& r) { r.query.ignore = {"a"}; }));
  EXPECT_TRUE(changed([](RouteConfig& r) { r.query.only = std::vector<std::string>(); }));
  EXPECT_TRUE(changed([](RouteConfig& r) { r.query.sort = true; }));
  EXPECT_TRUE(changed([](RouteConfig& r) { r.tags = {{.value = "a"}}; }));

  EXPECT_FALSE(changed([](RouteConfig& r) { r.ttl = Duration(1); }));
  EXPECT_FALSE(changed([](RouteConfig& r) { r.stale_if_error = Duration(1); }));
  EXPECT_FALSE(changed([](RouteConfig& r) { r.hosts = {"h"}; }));
  EXPECT_FALSE(changed([](RouteConfig& r) { r.invalidates = {{.value = "a"}}; }));
  EXPECT_FALSE(changed([](RouteConfig& r) { r.path.line = 7; }));
}

// A tag that is cut elsewhere is another tag: what carries the former could not be purged.
TEST(CompileRoutes, TheLengthOfTagsIsPartOfTheRule) {
  config::Config config;
  config.routes = {rule("/tagged"), rule("/plain")};
  config.routes[0].tags = {{.value = "a:{path}"}};
  const auto before = compile_routes(config);
  config.limits.tag_length = 80;
  const auto after = compile_routes(config);
  EXPECT_EQ(after[0].tag_length, 80U);
  EXPECT_NE(before[0].fingerprint, after[0].fingerprint);
  EXPECT_EQ(before[1].fingerprint, after[1].fingerprint);
}

TEST(CompileRoutes, NoListInAFingerprintReadsLikeAnother) {
  RouteConfig one = rule("/x");
  RouteConfig other = rule("/x");
  one.tags = {{.value = "a"}, {.value = "b"}};
  other.tags = {{.value = "ab"}};
  EXPECT_NE(compiled(one).fingerprint, compiled(other).fingerprint);
  one = other = rule("/x");
  one.vary = {"a"};
  other.query.ignore = {"a"};
  EXPECT_NE(compiled(one).fingerprint, compiled(other).fingerprint);
}

TEST(CompileRoutes, WhatItMakesARouterTakes) {
  config::Config config;
  config.routes = {rule("/users/{user_id:int}"), rule("/{rest:path}")};
  const proxy::Router router(compile_routes(config));
  http::PathSegments path;
  proxy::RouteMatch match;
  ASSERT_EQ(path.assign("/users/7"), http::PathHazard::none);
  router.match("h", path, "GET", match);
  ASSERT_NE(match.route, nullptr);
  EXPECT_EQ(match.route->name, "/users/{user_id:int}");
  EXPECT_THAT(match.parameters, ElementsAre("7"));
}

}  // namespace
}  // namespace hawkcache::server
