// What an explanation says of ranges, of answers to POST that are not stored, and of what may have
// been meant.
#include "proxy/explain.hpp"
#include "unit/proxy/route_builder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hawkcache::proxy {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using Fields = std::vector<std::pair<std::string, std::string>>;

Explanation told(const std::vector<Route>& rules,
                 std::string method,
                 std::string target = "/a",
                 Fields fields = {}) {
  const Router router(rules);
  const TestRequest request(std::move(method), std::move(target), std::move(fields));
  return explain(router, request.head, request.target());
}

Route honouring(std::vector<std::string> methods = {"GET", "HEAD"}) {
  Route rule = route("/a", std::move(methods));
  rule.policy.request_cache_control = caching::RequestCacheControlMode::honor;
  return rule;
}

Route storing_parts() {
  Route rule = honouring();
  rule.policy.statuses = {{206, Duration(60'000)}};
  return rule;
}

struct RangeCase {
  const char* what;
  Route rule;
  std::string method;
  Fields fields;
  std::string expected;
};

class ExplainedRange : public testing::TestWithParam<RangeCase> {};

TEST_P(ExplainedRange, SaysWhatBecomesOfIt) {
  const RangeCase& row = GetParam();
  SCOPED_TRACE(row.what);
  const Explanation explained = told({row.rule}, row.method, "/a", row.fields);
  if (row.expected.empty()) {
    EXPECT_EQ(explained.range, "");
    EXPECT_THAT(to_json(explained), Not(HasSubstr("\"range\"")));
    return;
  }
  EXPECT_THAT(explained.range, HasSubstr(row.expected));
  EXPECT_THAT(to_text(explained), HasSubstr("range       " + explained.range));
  EXPECT_THAT(to_json(explained), HasSubstr("\"range\":\"" + explained.range));
}

std::vector<RangeCase> range_cases() {
  const std::string whole = "on a miss the whole is fetched, stored and cut";
  const Fields cookie_and_range{{"Range", "bytes=0-9"}, {"Cookie", "a=1"}};
  return {
      {"none", honouring(), "GET", {}, ""},
      {"under a ttl", honouring(), "GET", {{"Range", "bytes=0-9"}}, whole + " (where"},
      {"with 206 in statuses",
       storing_parts(),
       "GET",
       {{"Range", "bytes=-5"}},
       "the origin is asked for this range, and the part is stored"},
      {"with If-Range",
       storing_parts(),
       "GET",
       {{"Range", "bytes=0-9"}, {"If-Range", "\"1\""}},
       "to this client alone"},
      {"ranges that are one", storing_parts(), "GET", {{"Range", "bytes=0-9,5-20"}}, whole},
      {"several",
       storing_parts(),
       "GET",
       {{"Range", "bytes=0-9,20-29"}},
       "several ranges fetch the whole"},
      {"no bytes", honouring(), "GET", {{"Range", "bytes=-0"}}, "416"},
      {"malformed", honouring(), "GET", {{"Range", "bytes=9-0"}}, "ignored: malformed"},
      {"another unit", honouring(), "GET", {{"Range", "lines=0-9"}}, "ignored: malformed"},
      {"two fields",
       honouring(),
       "GET",
       {{"Range", "bytes=0-9"}, {"Range", "bytes=0-9"}},
       "several Range fields"},
      {"HEAD", honouring(), "HEAD", {{"Range", "bytes=0-9"}}, "ignored: only GET"},
      {"QUERY", honouring(), "QUERY", {{"Range", "bytes=0-9"}}, "ignored: only GET"},
      {"no-store",
       storing_parts(),
       "GET",
       {{"Range", "bytes=0-9"}, {"Cache-Control", "no-store"}},
       "it goes to the origin as it came"},
      {"credentials that are not keyed",
       honouring(),
       "GET",
       {{"Range", "bytes=0-9"}, {"Authorization", "x"}},
       "it goes to the origin as it came"},
      {"If-Match",
       storing_parts(),
       "GET",
       {{"Range", "bytes=0-9"}, {"If-Match", "\"1\""}},
       "it goes to the origin as it came"},
      {"a bypass", honouring(), "GET", cookie_and_range, "goes to the origin as it came"},
  };
}

INSTANTIATE_TEST_SUITE_P(Rules, ExplainedRange, testing::ValuesIn(range_cases()));

TEST(ExplainedStatuses, DoNotContradictThemselves) {
  EXPECT_THAT(to_text(told({storing_parts()}, "GET")),
              AllOf(HasSubstr("status: 2xx, 206 for 60s"), Not(HasSubstr("except 206"))));
  EXPECT_THAT(to_text(told({honouring()}, "GET")), HasSubstr("status: 2xx except 206"));
}

struct ExplainedPostCase {
  const char* what;
  std::vector<Route> rules;
  Fields fields;
  std::string target;
  std::string expected;
};

class ExplainedPost : public testing::TestWithParam<ExplainedPostCase> {};

TEST_P(ExplainedPost, SaysWhyItsAnswerIsNotStored) {
  const ExplainedPostCase& row = GetParam();
  SCOPED_TRACE(row.what);
  const Explanation explained = told(row.rules, "POST", row.target, row.fields);
  EXPECT_EQ(explained.reason, caching::Reason::method);
  EXPECT_THAT(explained.decision, HasSubstr("its answer is not stored: "));
  EXPECT_THAT(explained.decision, HasSubstr(row.expected));
}

std::vector<ExplainedPostCase> explained_posts() {
  Route bypassing = honouring();
  bypassing.bypass = {{BypassCondition::Kind::query, "preview"}};
  Route tidy = honouring();
  tidy.query.ignore = {"utm_*"};
  Route keyed = honouring();
  keyed.policy.cookies = caching::CookieMode::key;
  keyed.key_cookies = {"session"};
  return {
      {"a cookie", {honouring()}, {{"Cookie", "a=1"}}, "/a", "(cookie)"},
      {"a bypass", {bypassing}, {}, "/a?preview=1", "(bypass-query)"},
      {"a query", {tidy}, {}, "/a?utm_source=x", "the rule changes the query"},
      {"another cookie", {keyed}, {{"Cookie", "session=1; b=2"}}, "/a", "the keyed cookies alone"},
      {"another rule", {honouring({"POST"})}, {}, "/a", "a GET of this path meets another rule"},
      {"no-store", {honouring()}, {{"Cache-Control", "no-store"}}, "/a", "(request-no-store)"},
  };
}

INSTANTIATE_TEST_SUITE_P(Rules, ExplainedPost, testing::ValuesIn(explained_posts()));

TEST(ExplainedNoStore, CountsUnderHonorAlone) {
  const Fields no_store{{"Cache-Control", "no-store"}};
  EXPECT_THAT(told({honouring()}, "GET", "/a", no_store).conditions,
              testing::ElementsAre(HasSubstr("never: the request's Cache-Control says no-store")));
  EXPECT_THAT(told({route("/a")}, "GET", "/a", no_store).conditions,
              Not(testing::Contains(HasSubstr("never"))));
}

TEST(ExplainedHint, NamesTheRuleThatWouldTakeIt) {
  Route rule = route("/a");
  rule.name = "search";
  const Explanation query = told({rule}, "QUERY");
  EXPECT_EQ(query.hint,
            "the rule search takes GET here; under request_cache_control: honor it would take "
            "QUERY too");
  EXPECT_THAT(to_text(query), HasSubstr("hint        the rule search"));
  EXPECT_THAT(to_json(query), HasSubstr("\"hint\":\"the rule search"));
  EXPECT_THAT(told({rule}, "POST").hint, HasSubstr("the answer to a POST could be stored"));
  EXPECT_EQ(told({rule}, "PUT").hint, "");
  EXPECT_EQ(told({rule}, "QUERY", "/b").hint, "");
  EXPECT_EQ(told({rule}, "GET").hint, "");
  EXPECT_EQ(told({honouring()}, "QUERY").hint, "");
}

TEST(ExplainedHint, SaysThatMethodsAreCaseSensitive) {
  EXPECT_THAT(told({honouring()}, "query").hint, HasSubstr("query is not QUERY"));
  EXPECT_THAT(told({honouring()}, "get").hint, HasSubstr("get is not GET"));
  EXPECT_EQ(told({honouring()}, "BREW").hint, "");
}

}  // namespace
}  // namespace hawkcache::proxy
