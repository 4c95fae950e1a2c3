#include "admin/explain_request.hpp"

#include "unit/admin/sample_routes.hpp"

#include <gtest/gtest.h>

namespace hawkcache::admin {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

TEST(ExplainQuery, ReadsUrlMethodAndHeaders) {
  const auto parsed = parse_explain_query(
      "url=/users/42%3Fx=1%26y=a+b&method=HEAD&header=Accept-Language:%20de&header=x-tenant:a%3Ab");
  const auto& request = std::get<ExplainRequest>(parsed);
  EXPECT_EQ(request.url, "/users/42?x=1&y=a+b");
  EXPECT_EQ(request.method, "HEAD");
  EXPECT_EQ(request.headers, (Headers{{"Accept-Language", "de"}, {"x-tenant", "a:b"}}));
}

TEST(ExplainQuery, RefusesWhatItDoesNotKnow) {
  for (const std::string_view query : {"uri=/x",
                                       "url=%4",
                                       "url=%zz",
                                       "url=/x?a=1&url=/y",
                                       "url=/x&method=GET&method=HEAD",
                                       "url=/x&header=novalue",
                                       "url=/x&header=:v",
                                       "url=/x&header=a%20b:v"}) {
    SCOPED_TRACE(query);
    EXPECT_TRUE(std::holds_alternative<ExplainRefusal>(parse_explain_query(query)));
  }
}

TEST(ExplainBody, ReadsTheSameAsJson) {
  const auto parsed = parse_explain_body(
      R"({"url": "/users/42", "method": "GET", "headers": {"Accept-Language": "de", "x": ["1", "2"]}})");
  const auto& request = std::get<ExplainRequest>(parsed);
  EXPECT_EQ(request.url, "/users/42");
  EXPECT_EQ(request.headers, (Headers{{"Accept-Language", "de"}, {"x", "1"}, {"x", "2"}}));
}

TEST(ExplainBody, RefusesWrongTypesAndUnknownKeys) {
  for (const std::string_view body : {"",
                                      "[]",
                                      R"({"url": 1})",
                                      R"({"uri": "/x"})",
                                      R"({"url": "/x", "headers": []})",
                                      R"({"url": "/x", "headers": {"a": 1}})",
                                      R"({"url": "/x", "headers": {"a": [["b"]]}})",
                                      R"({"url": "/x", "headers": {"a": [1]}})",
                                      R"({"url": "/x", "url": "/y"})"}) {
    SCOPED_TRACE(body);
    EXPECT_TRUE(std::holds_alternative<ExplainRefusal>(parse_explain_body(body)));
  }
}

TEST(ExplainRequest, ExplainsWithTheRulesInForce) {
  const auto answer =
      explain_request({.method = "GET", .url = "/users/007", .headers = {}}, sample_router());
  const auto& explanation = std::get<proxy::Explanation>(answer);
  ASSERT_TRUE(explanation.route);
  EXPECT_EQ(explanation.route->name, "user");
  EXPECT_EQ(explanation.route->tags, (std::vector<std::string>{"users", "user:7"}));
  EXPECT_EQ(explanation.authority, "localhost");
}

TEST(ExplainRequest, TakesTheHostFromTheUrlOrTheField) {
  const auto absolute =
      explain_request({.url = "http://api.example.com/users/1", .headers = {}}, sample_router());
  EXPECT_EQ(std::get<proxy::Explanation>(absolute).authority, "api.example.com");
  const auto field =
      explain_request({.url = "/users/1", .headers = {{"Host", "b.example"}}}, sample_router());
  EXPECT_EQ(std::get<proxy::Explanation>(field).authority, "b.example");
}

TEST(ExplainRequest, SaysThatATargetIsNeitherAPathNorAbsolute) {
  for (const char* url : {"users/42", "*", "api.example.com:80", "users?next=http://a/", "://a/"}) {
    SCOPED_TRACE(url);
    const auto answer = explain_request({.url = url, .headers = {}}, sample_router());
    ASSERT_TRUE(std::holds_alternative<ExplainRefusal>(answer));
    EXPECT_NE(std::get<ExplainRefusal>(answer).detail.find("neither a path"), std::string::npos);
  }
}

TEST(ExplainRequest, SaysWhatAClientWouldBeTold) {
  const ExplainRequest cases[] = {
      {"GET", "", {}},
      {"GET", "users/42", {}},
      {"GET", "/a b", {}},
      {"GET", "/a\r\nX: y", {}},
      {"GET", "/a#b", {}},
      {"G T", "/a", {}},
      {"GET", "/a", {{"a b", "c"}}},
      {"GET", "/a", {{"a", "b\r\nc: d"}}},
      {"GET", "/a", {{"Host", "a"}, {"Host", "b"}}},
      {"POST", "/a", {{"Content-Length", "x"}}},
      {"OPTIONS", "*", {}},
      {"GET", "/" + std::string(70'000, 'a'), {}},
  };
  for (const ExplainRequest& c : cases) {
    SCOPED_TRACE(c.method + " " + c.url.substr(0, 40));
    EXPECT_TRUE(std::holds_alternative<ExplainRefusal>(explain_request(c, sample_router())));
  }
}

}  // namespace
}  // namespace hawkcache::admin
