// Plans of requests that are neither GET nor HEAD, but whose answers may be stored.
#include "unit/proxy/planned.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hawkcache::proxy {
namespace {

using caching::CookieMode;
using testing::ElementsAre;

Route honouring(std::string_view path, std::vector<std::string> methods = {"GET", "HEAD"}) {
  Route rule = route(path, std::move(methods));
  rule.policy.request_cache_control = caching::RequestCacheControlMode::honor;
  return rule;
}

struct PostCase {
  const char* what;
  std::vector<Route> rules;
  std::string_view route;  // that is planned; "": none
  RuleFound found;
  AnswerUse use;
  Fields fields = {};
  std::string target = "/api/x?b=1&a=2";
};

class PlansOfPosts : public testing::TestWithParam<PostCase> {};

TEST_P(PlansOfPosts, SaysWhetherItsAnswerMayBeKeptForGet) {
  const PostCase& row = GetParam();
  const Planned post(row.rules, "POST", row.target, row.fields, RequestPlanner::Body::present);
  ASSERT_EQ(post.plan.route == nullptr ? "" : post.plan.route->name, row.route);
  EXPECT_EQ(post.plan.kind, row.route.empty() ? PlanKind::pass : PlanKind::bypass);
  EXPECT_EQ(post.plan.path_and_query, row.target);
  EXPECT_EQ(post.plan.rule_found, row.found);
  EXPECT_EQ(post.plan.answer_use, row.use);
  if (row.use == AnswerUse::kept_for_get) {
    const Planned get(row.rules, "GET", row.target, row.fields);
    EXPECT_EQ(post.key(), get.key());
    EXPECT_EQ(post.plan.path_and_query, get.plan.path_and_query);
    EXPECT_EQ(post.planner.render_tags(), get.planner.render_tags());
  } else {
    EXPECT_EQ(post.key(), "");
  }
}

std::vector<PostCase> post_cases() {
  const auto kept = AnswerUse::kept_for_get;
  const auto passed = AnswerUse::passed_on;
  const auto listed = RuleFound::by_method;
  const auto fallback = RuleFound::as_for_get;
  Route templated = honouring("/{rest:path}");
  templated.key = rule_template("{method} {path} {query}", templated.path);
  templated.tags = {rule_template("{method}"), rule_template("all")};
  Route tidy = honouring("/{rest:path}");
  tidy.query.order = http::QueryRule::Order::sorted;
  Route cookies = honouring("/{rest:path}");
  cookies.policy.cookies = CookieMode::key;
  cookies.key_cookies = {"a"};
  const Route all = honouring("/{rest:path}");
  return {
      {"by the rule for GET", {all}, "/{rest:path}", fallback, kept},
      {"not where it does not honour", {route("/api/x")}, "", listed, passed},
      {"nor past the rule that GET meets", {route("/api/{rest:path}"), all}, "", listed, passed},
      {"a rule that lists it comes first",
       {all, route("/api/x", {"POST"})},
       "/api/x",
       listed,
       passed},
      {"one that lists both", {honouring("/api/x", {"GET", "POST"})}, "/api/x", listed, kept},
      {"unless GET meets another",
       {route("/api/x"), honouring("/api/{x}", {"GET", "POST"})},
       "/api/{x}",
       listed,
       passed},
      {"keyed and tagged as GET", {templated}, "/{rest:path}", fallback, kept},
      {"not where a GET is rewritten", {tidy}, "/{rest:path}", fallback, passed},
      {"a query that is in order", {tidy}, "/{rest:path}", fallback, kept, {}, "/api/x?a=2&b=1"},
      {"not with a cookie", {all}, "/{rest:path}", fallback, passed, {{"Cookie", "a=1"}}},
      {"keyed cookies", {cookies}, "/{rest:path}", fallback, kept, {{"Cookie", "a=1"}}},
      {"not with other cookies",
       {cookies},
       "/{rest:path}",
       fallback,
       passed,
       {{"Cookie", "a=1; b=2"}}},
      {"not with a nominated field",
       {all},
       "/{rest:path}",
       fallback,
       passed,
       {{"Connection", "X-A"}, {"X-A", "1"}}}};
}

INSTANTIATE_TEST_SUITE_P(Rules, PlansOfPosts, testing::ValuesIn(post_cases()));

TEST(PlanOfAQuery, LooksUpOnceItsContentIsKnown) {
  const Fields meaning{{"Content-Type", "text/plain"}};
  const auto body = RequestPlanner::Body::present;
  Planned query({honouring("/a")}, "QUERY", "/a", meaning, body);
  EXPECT_EQ(query.plan.kind, PlanKind::lookup_by_content);
  EXPECT_EQ(query.plan.rule_found, RuleFound::as_for_get);
  EXPECT_EQ(query.printed_key(),
            "http://api.example.com/a method=QUERY content-type=text/plain content-encoding=- "
            "content-language=-");
  const std::string without_content = query.key();
  const RequestPlan& complete = query.planner.complete_key("select");
  EXPECT_EQ(complete.kind, PlanKind::lookup);
  EXPECT_EQ(complete.key.hash, hash128(complete.key.text));
  EXPECT_TRUE(query.key().starts_with(without_content));
  EXPECT_NE(query.key(), without_content);
}

TEST(PlanOfAQuery, IsKeyedLikeNoGetWhateverTheTemplate) {
  Route rule = honouring("/a");
  rule.key = rule_template("fixed");
  Planned query({rule}, "QUERY", "/a");
  query.planner.complete_key("");
  const Planned get({rule}, "GET", "/a");
  EXPECT_EQ(query.plan.kind, PlanKind::lookup);
  EXPECT_NE(query.key(), get.key());
}

TEST(PlanOfAQuery, StepsRoundTheCacheWhereItsRuleDoesNotHonourRequests) {
  const Planned listed({route("/a", {"GET", "QUERY"})}, "QUERY", "/a");
  EXPECT_EQ(listed.plan.kind, PlanKind::bypass);
  EXPECT_EQ(listed.plan.reason, caching::Reason::method);
  const Planned unlisted({route("/a")}, "QUERY", "/a");
  EXPECT_EQ(unlisted.plan.kind, PlanKind::pass);
  const Planned cookie({honouring("/a")}, "QUERY", "/a", {{"Cookie", "a=1"}});
  EXPECT_EQ(cookie.plan.kind, PlanKind::bypass);
  EXPECT_EQ(cookie.plan.reason, caching::Reason::cookie);
}

TEST(PlanOfAQuery, GoesAsSpelledWhenItCannotBeKeyed) {
  Route rule = honouring("/a");
  rule.query.order = http::QueryRule::Order::sorted;
  Planned query({rule}, "QUERY", "/a?b=1&a=2");
  EXPECT_EQ(query.plan.path_and_query, "/a?a=2&b=1");
  const RequestPlan& plan = query.planner.step_round(caching::Reason::query_content);
  EXPECT_EQ(plan.kind, PlanKind::bypass);
  EXPECT_EQ(plan.reason, caching::Reason::query_content);
  EXPECT_EQ(plan.path_and_query, "/a?b=1&a=2");
  EXPECT_EQ(plan.query, "b=1&a=2");
}

TEST(PlanOfAPost, ARuleThatOnlyLentItsKeyInvalidatesNothing) {
  Route rule = honouring("/{rest:path}");
  rule.invalidates = {rule_template("things")};
  EXPECT_TRUE(Planned({rule}, "POST", "/a").planner.render_invalidates().empty());
  rule.methods = {"GET", "POST"};
  EXPECT_THAT(Planned({rule}, "POST", "/a").planner.render_invalidates(), ElementsAre("things"));
}

}  // namespace
}  // namespace hawkcache::proxy
