#include "proxy/request_plan.hpp"

#include "unit/proxy/planned.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hawkcache::proxy {
namespace {

using caching::CookieMode;
using caching::Reason;
using testing::ElementsAre;

// --- which way
// --------------------------------------------------------------------------------------------------

TEST(RequestPlan, WhatNoRuleMatchesPassesAsSpelled) {
  const Planned planned({api_rule()}, "GET", "/other?b=1&a=2");
  EXPECT_EQ(planned.plan.kind, PlanKind::pass);
  EXPECT_EQ(planned.plan.reason, Reason::no_route);
  EXPECT_EQ(planned.plan.route, nullptr);
  EXPECT_EQ(planned.plan.path_and_query, "/other?b=1&a=2");
  EXPECT_TRUE(planned.planner.render_tags().empty());
  EXPECT_TRUE(planned.planner.render_invalidates().empty());
  EXPECT_FALSE(planned.planner.forwarded_cookie());
}

TEST(RequestPlan, AHazardousPathPassesAsSpelled) {
  for (const char* target : {"/api/../x",
                             "/api/%2e%2e/x",
                             "/api//x",
                             "/api/a%2Fb",
                             "/api/a%5cb",
                             "/api/%00",
                             "/api/%zz"}) {
    SCOPED_TRACE(target);
    Route rule = api_rule();
    rule.query.order = http::QueryRule::Order::sorted;
    const Planned planned({rule}, "GET", std::string(target) + "?b&a");
    EXPECT_EQ(planned.plan.kind, PlanKind::pass);
    EXPECT_EQ(planned.plan.reason, Reason::path_hazard);
    EXPECT_EQ(planned.plan.route, nullptr);
    EXPECT_EQ(planned.plan.path_and_query, std::string(target) + "?b&a");
  }
}

TEST(RequestPlan, GetAndHeadLookUpUnderOneKey) {
  const Planned get({api_rule()}, "GET", "/api/x");
  const Planned head({api_rule()}, "HEAD", "/api/x");
  EXPECT_EQ(get.plan.kind, PlanKind::lookup);
  EXPECT_EQ(get.plan.reason, Reason::none);
  EXPECT_EQ(head.plan.kind, PlanKind::lookup);
  EXPECT_EQ(get.key(), head.key());
  EXPECT_EQ(get.plan.key.hash, hash128(get.key()));
}

TEST(RequestPlan, OtherMethodsOfAMatchingRuleStepRoundTheCache) {
  for (const char* method :
       {"POST", "PUT", "DELETE", "OPTIONS", "TRACE", "QUERY", "PURGE", "get"}) {
    SCOPED_TRACE(method);
    Route rule = api_rule();
    rule.methods = {"GET", method};
    const Planned planned({rule}, method, "/api/x", {}, RequestPlanner::Body::present);
    EXPECT_EQ(planned.plan.kind, PlanKind::bypass);
    EXPECT_EQ(planned.plan.reason, Reason::method);
    ASSERT_NE(planned.plan.route, nullptr);
    EXPECT_EQ(planned.plan.route->name, "api");
  }
}

TEST(RequestPlan, AMethodThatTheRuleDoesNotListDoesNotMatch) {
  const Planned planned({api_rule()}, "POST", "/api/x");
  EXPECT_EQ(planned.plan.kind, PlanKind::pass);
  EXPECT_EQ(planned.plan.reason, Reason::no_route);
}

TEST(RequestPlan, AsteriskAndAuthorityFormsPass) {
  const Planned options({api_rule()}, "OPTIONS", "*");
  EXPECT_EQ(options.plan.kind, PlanKind::pass);
  EXPECT_EQ(options.plan.path_and_query, "*");
  const Planned connect({api_rule()}, "CONNECT", "h:443", {{"Host", "h:443"}});
  EXPECT_EQ(connect.plan.kind, PlanKind::pass);
}

struct BypassCase {
  const char* what;
  std::string target;
  Fields fields;
  Reason reason;
};

class RequestPlanBypasses : public testing::TestWithParam<BypassCase> {};

TEST_P(RequestPlanBypasses, AsTheRuleSays) {
  Route rule = api_rule();
  rule.policy.cookies = CookieMode::ignore;
  rule.bypass = {{BypassCondition::Kind::header, "x-debug"},
                 {BypassCondition::Kind::cookie, "admin"},
                 {BypassCondition::Kind::query, "nocache"}};
  rule.query.ignore = {"nocache"};  // looked at before it is taken away
  const Planned planned({rule}, "GET", GetParam().target, GetParam().fields);
  EXPECT_EQ(planned.plan.reason, GetParam().reason);
  EXPECT_EQ(planned.plan.kind,
            GetParam().reason == Reason::none ? PlanKind::lookup : PlanKind::bypass);
}

INSTANTIATE_TEST_SUITE_P(
    Conditions,
    RequestPlanBypasses,
    testing::Values(
        BypassCase{"nothing", "/api/x", {}, Reason::none},
        BypassCase{"header", "/api/x", {{"X-Debug", "1"}}, Reason::bypass_header},
        BypassCase{"empty header", "/api/x", {{"X-DEBUG", ""}}, Reason::bypass_header},
        BypassCase{"cookie", "/api/x", {{"Cookie", "a=1; admin=1"}}, Reason::bypass_cookie},
        BypassCase{"other cookie", "/api/x", {{"Cookie", "notadmin=1"}}, Reason::none},
        BypassCase{"query", "/api/x?a=1&nocache", {}, Reason::bypass_query},
        BypassCase{"encoded query", "/api/x?%6eocache=1", {}, Reason::bypass_query},
        BypassCase{"other query", "/api/x?nocaches=1", {}, Reason::none},
        BypassCase{
            "authorization is decided elsewhere", "/api/x", {{"Authorization", "x"}}, Reason::none},
        BypassCase{"so are ranges and conditions",
                   "/api/x",
                   {{"Range", "bytes=0-1"}, {"If-None-Match", "*"}, {"Expect", "100-continue"}},
                   Reason::none}),
    [](const auto& param_info) {
      std::string name = param_info.param.what;
      std::replace(name.begin(), name.end(), ' ', '_');
      return name;
    });

TEST(RequestPlan, ACookieStepsRoundTheCacheUnlessTheRuleIgnoresOrKeysCookies) {
  const Fields cookie{{"Cookie", "session=1"}};
  EXPECT_EQ(Planned({api_rule()}, "GET", "/api/x", cookie).plan.reason, Reason::cookie);
  for (const CookieMode mode : {CookieMode::ignore, CookieMode::key}) {
    Route rule = api_rule();
    rule.policy.cookies = mode;
    EXPECT_EQ(Planned({rule}, "GET", "/api/x", cookie).plan.kind, PlanKind::lookup);
  }
}

TEST(RequestPlan, ABodyOnAGetStepsRoundTheCache) {
  const Planned planned({api_rule()}, "GET", "/api/x", {}, RequestPlanner::Body::present);
  EXPECT_EQ(planned.plan.kind, PlanKind::bypass);
  EXPECT_EQ(planned.plan.reason, Reason::request_body);
}

TEST(RequestPlan, AKeyedFieldThatConnectionNamesStepsRoundTheCache) {
  Route by_vary = api_rule();
  by_vary.vary = {"x-tenant"};
  Route by_key = api_rule();
  by_key.key = rule_template("{path}:{header.x-tenant}");
  const Fields nominated{{"X-Tenant", "acme"}, {"Connection", "close, x-tenant"}};
  for (const Route& rule : {by_vary, by_key}) {
    EXPECT_EQ(Planned({rule}, "GET", "/api/x", nominated).plan.reason, Reason::nominated_field);
    EXPECT_EQ(Planned({rule}, "GET", "/api/x", {{"Connection", "x-tenant"}}).plan.kind,
              PlanKind::lookup);
    EXPECT_EQ(Planned({rule}, "GET", "/api/x", {{"X-Tenant", "acme"}, {"Connection", "keep-alive"}})
                  .plan.kind,
              PlanKind::lookup);
  }
  // The origin's Vary is not known yet: any field that is dropped so counts.
  EXPECT_EQ(Planned({api_rule()}, "GET", "/api/x", nominated).plan.reason, Reason::nominated_field);
}

// --- what is forwarded
// ------------------------------------------------------------------------------------------

struct TargetCase {
  std::string spelled;
  std::string forwarded;
  std::optional<std::string_view> query;
};

class RequestPlanForwards : public testing::TestWithParam<TargetCase> {};

TEST_P(RequestPlanForwards, TheQueryThatTheRuleLeaves) {
  Route rule = route("/{rest:path}");
  rule.query.ignore = {"utm_*"};
  rule.query.order = http::QueryRule::Order::sorted;
  const Planned planned({rule}, "GET", GetParam().spelled);
  EXPECT_EQ(planned.plan.path_and_query, GetParam().forwarded);
  EXPECT_EQ(planned.plan.query, GetParam().query);
}

INSTANTIATE_TEST_SUITE_P(Targets,
                         RequestPlanForwards,
                         testing::Values(TargetCase{"/x", "/x", std::nullopt},
                                         TargetCase{"/x?", "/x?", ""},
                                         TargetCase{"/x?b=1&a=2", "/x?a=2&b=1", "a=2&b=1"},
                                         TargetCase{"/x?utm_source=1", "/x", std::nullopt},
                                         TargetCase{"/x?utm_source=1&a=%41", "/x?a=%41", "a=%41"},
                                         TargetCase{"/%78?a=2", "/%78?a=2", "a=2"},
                                         TargetCase{"http://other.example/x?b&a", "/x?a&b", "a&b"},
                                         TargetCase{"http://other.example", "/", std::nullopt},
                                         TargetCase{"http://other.example?b&a", "/?a&b", "a&b"},
                                         TargetCase{"http://other.example?a", "/?a", "a"}));

TEST(RequestPlan, WithoutAQueryRuleTheTargetIsAViewOfTheRequest) {
  const Planned planned({api_rule()}, "GET", "/api/x?b=1&&a=%41&");
  EXPECT_EQ(planned.plan.path_and_query, "/api/x?b=1&&a=%41&");
  EXPECT_EQ(planned.plan.path_and_query.data(), planned.plan.target.path.data());
}

TEST(RequestPlan, ABypassedRequestIsForwardedWhole) {
  Route rule = api_rule();
  rule.query.only = {"page"};
  rule.policy.cookies = CookieMode::key;
  rule.key_cookies = {"lang"};
  rule.bypass = {{BypassCondition::Kind::query, "preview"},
                 {BypassCondition::Kind::cookie, "admin"}};
  const Planned query({rule}, "GET", "/api/x?preview=token&page=1");
  EXPECT_EQ(query.plan.path_and_query, "/api/x?preview=token&page=1");
  const Planned cookie({rule}, "GET", "/api/x", {{"Cookie", "admin=1; lang=de"}});
  EXPECT_EQ(cookie.plan.reason, Reason::bypass_cookie);
  EXPECT_FALSE(cookie.planner.forwarded_cookie());
}

TEST(RequestPlan, OnlyKeyedCookiesAreForwarded) {
  Route rule = api_rule();
  EXPECT_FALSE(Planned({rule}, "GET", "/api/x").planner.forwarded_cookie());
  rule.policy.cookies = CookieMode::key;
  rule.key_cookies = {"session", "lang"};
  EXPECT_EQ(Planned({rule}, "GET", "/api/x", {{"Cookie", "a=1; lang=de; session=s"}})
                .planner.forwarded_cookie(),
            "lang=de; session=s");
  EXPECT_EQ(Planned({rule}, "GET", "/api/x", {{"Cookie", "a=1"}}).planner.forwarded_cookie(), "");
  rule.policy.cookies = CookieMode::ignore;
  EXPECT_FALSE(Planned({rule}, "GET", "/api/x", {{"Cookie", "a=1"}}).planner.forwarded_cookie());
}

TEST(RequestPlan, ThePlannerForgetsTheLastRequest) {
  Route rule = route("/users/{user_id:int}");
  rule.tags = {rule_template("user:{user_id}", rule.path)};
  const Router router({rule});
  RequestPlanner planner;
  const TestRequest first("GET", "/users/007?a=1");
  const TestRequest second("GET", "/other");
  const TestRequest third("GET", "/users/8");
  const auto plan = [&](const TestRequest& request) {
    return planner.plan(request.head, request.target(), RequestPlanner::Body::absent, router);
  };
  EXPECT_EQ(plan(first).kind, PlanKind::lookup);
  EXPECT_EQ(plan(second).kind, PlanKind::pass);
  EXPECT_TRUE(planner.render_tags().empty());
  EXPECT_EQ(plan(third).query, std::nullopt);
  EXPECT_THAT(planner.render_tags(), ElementsAre("user:8"));
}

}  // namespace
}  // namespace hawkcache::proxy
