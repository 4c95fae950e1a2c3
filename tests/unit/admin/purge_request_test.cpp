#include "admin/purge_request.hpp"

#include "unit/admin/parsed_request.hpp"

#include <gtest/gtest.h>

namespace hawkcache::admin {
namespace {

using store::PurgeKind;
using store::PurgeRequest;
using store::UrlScope;
using Scope = PurgeRequest::Scope;

PurgeDecision post(std::string_view body,
                   std::string_view fields = "",
                   std::string_view target = "/v1/purge") {
  const ParsedRequest request("POST " + std::string(target) + " HTTP/1.1\nHost: localhost\n" +
                              std::string(fields));
  return parse_purge_post(request.fields(), request.target(), body);
}

PurgeDecision purge(std::string_view target,
                    std::string_view fields = "",
                    std::string_view body = "") {
  const ParsedRequest request("PURGE " + std::string(target) + " HTTP/1.1\nHost: localhost\n" +
                              std::string(fields));
  return parse_purge_method(request.fields(), request.head().target, body);
}

const PurgeRequest& accepted(const PurgeDecision& decision) {
  if (const auto* refused = std::get_if<PurgeRefusal>(&decision))
    throw std::runtime_error(refused->detail);
  return std::get<PurgeRequest>(decision);
}

TEST(PurgePost, TakesWhatTheContractNames) {
  const PurgeDecision decision = post(
      R"({"tags": ["users", "user:42"], "urls": ["/users/42?x=1", "https://API.example.com:443/a"],
      "prefixes": ["/users/", "http://api.example.com"], "all": false, "soft": true})");
  const PurgeRequest& request = accepted(decision);
  EXPECT_EQ(request.tags, (std::vector<std::string>{"users", "user:42"}));
  EXPECT_EQ(request.urls,
            (std::vector<UrlScope>{{"", "/users/42?x=1"}, {"api.example.com", "/a"}}));
  EXPECT_EQ(request.prefixes, (std::vector<UrlScope>{{"", "/users/"}, {"api.example.com", ""}}));
  EXPECT_EQ(request.scope, Scope::named);
  EXPECT_EQ(request.kind, PurgeKind::soft);
}

TEST(PurgePost, TakesEverything) {
  const PurgeDecision decision = post(R"({"all": true})");
  EXPECT_EQ(accepted(decision).scope, Scope::everything);
  EXPECT_EQ(accepted(decision).kind, PurgeKind::hard);
}

TEST(PurgePost, WhatIsNamedSeveralTimesIsAskedForOnce) {
  const PurgeDecision decision = post(
      R"({"tags": ["a", "b", "a"], "urls": ["http://x:80/a", "https://X/a"],
      "prefixes": ["/a", "/a"]})",
      "Surrogate-Key: a c a\nSurrogate-Key: c\n");
  EXPECT_EQ(accepted(decision).tags, (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(accepted(decision).urls, (std::vector<UrlScope>{{"x", "/a"}}));
  EXPECT_EQ(accepted(decision).prefixes, (std::vector<UrlScope>{{"", "/a"}}));
  EXPECT_EQ(accepted(purge("/", "Surrogate-Key: a a b a\n")).tags,
            (std::vector<std::string>{"a", "b"}));
}

TEST(PurgePost, EmptyListsBesideSomethingNamedAreFine) {
  EXPECT_EQ(
      accepted(post(R"({"tags": ["a"], "urls": [], "prefixes": [], "all": false, "soft": false})"))
          .tags.size(),
      1U);
}

TEST(PurgePost, TagsAreLiteral) {
  const PurgeDecision decision =
      post(R"({"tags": [" a b ", "a,b", "*", "user:*", "caf\u00e9", "a\u0000b"]})");
  EXPECT_EQ(accepted(decision).tags,
            (std::vector<std::string>{
                " a b ", "a,b", "*", "user:*", "caf\xc3\xa9", std::string("a\0b", 3)}));
}

TEST(PurgePost, SurrogateKeyAddsTags) {
  EXPECT_EQ(accepted(post(R"({"tags": ["a"]})", "Surrogate-Key: b  c\nSurrogate-Key: d\n")).tags,
            (std::vector<std::string>{"a", "b", "c", "d"}));
  EXPECT_EQ(accepted(post("", "Surrogate-Key: b,c\n")).tags, (std::vector<std::string>{"b,c"}));
  EXPECT_EQ(accepted(post("{}", "Surrogate-Key: b\nFastly-Soft-Purge: 1\n")).kind, PurgeKind::soft);
}

struct Refused {
  std::string_view body;
  std::string_view says;
  std::string_view fields = "";
  std::string_view target = "/v1/purge";
};

TEST(PurgePost, RefusesWhatIsUnclearAndNamesThePlace) {
  const Refused cases[] = {
      {"", "nothing to purge is named"},
      {"{}", "nothing to purge is named"},
      {R"({"all": false})", "nothing to purge is named"},
      {R"({"soft": true})", "nothing to purge is named"},
      {R"({"tags": [], "urls": [], "prefixes": []})", "nothing to purge is named"},
      {"{}", "nothing to purge is named", "Surrogate-Key: \n"},
      {R"({"tag": ["a"]})", "\"tag\" is not known"},
      {R"({"Tags": ["a"]})", "\"Tags\" is not known"},
      {R"({"tags": ["a"], "everything": true})", "\"everything\" is not known"},
      {R"({"tags": "a"})", "tags is a string"},
      {R"({"tags": null})", "tags is null"},
      {R"({"tags": {"a": true}})", "tags is an object"},
      {R"({"tags": ["a", 7]})", "tags[1] is a number"},
      {R"({"tags": ["a", null]})", "tags[1] is null"},
      {R"({"tags": [["a"]]})", "tags[0] is an array"},
      {R"({"tags": ["a", ""]})", "tags[1] is an empty string"},
      {R"({"all": "true"})", "all is a string"},
      {R"({"all": 1})", "all is a number"},
      {R"({"all": null})", "all is null"},
      {R"({"tags": ["a"], "soft": 1})", "soft is a number"},
      {R"({"urls": ["/a", "/b", "users"]})", "urls[2] must begin with"},
      {R"({"urls": [""]})", "urls[0] must not be empty"},
      {R"({"urls": ["ftp://h/x"]})", "urls[0] must begin with"},
      {R"({"urls": ["api.example.com/x"]})", "urls[0] must begin with"},
      {R"({"urls": ["http:///x"]})", "urls[0] must have a host"},
      {R"({"urls": ["http://u:p@h/x"]})", "urls[0] must not have user information"},
      {R"({"urls": ["http://h:port/x"]})", "urls[0] must have a host"},
      {R"({"urls": ["/a#b"]})", "urls[0] must not contain a fragment"},
      {R"({"urls": ["/a b"]})", "urls[0] must not contain blanks"},
      {R"({"urls": ["/a\u0000b"]})", "urls[0] must not contain blanks or control"},
      {R"({"urls": ["/a\r\nb"]})", "urls[0] must not contain blanks or control"},
      {R"({"urls": [" /a"]})", "urls[0] must not contain blanks"},
      {R"({"prefixes": [""]})", "prefixes[0] must not be empty"},
      {R"({"prefixes": ["users/"]})", "prefixes[0] must begin with"},
      {R"({"prefixes": ["http://"]})", "prefixes[0] must have a host"},
      {R"({"tags": ["a"], "tags": ["b"]})", "\"tags\" is there twice"},
      {R"({"all": false, "all": true})", "\"all\" is there twice"},
      {R"({"all": true}{})", "something follows"},
      {R"({"all": true)", "breaks off"},
      {R"(["a"])", "the body is an array"},
      {R"({"tags": ["a"]})", "has a query", "", "/v1/purge?soft=true"},
      {R"({"tags": ["a"]})", "Fastly-Soft-Purge", "Fastly-Soft-Purge: yes\n"},
      {R"({"tags": ["a"]})", "Fastly-Soft-Purge", "Fastly-Soft-Purge: 1\nFastly-Soft-Purge: 1\n"},
  };
  for (const Refused& c : cases) {
    SCOPED_TRACE(c.body);
    const PurgeDecision decision = post(c.body, c.fields, c.target);
    const auto* refused = std::get_if<PurgeRefusal>(&decision);
    ASSERT_NE(refused, nullptr);
    EXPECT_EQ(refused->status, 400);
    EXPECT_NE(refused->detail.find(c.says), std::string::npos) << refused->detail;
    EXPECT_NE(refused->detail.find("Nothing was purged"), std::string::npos);
  }
}

TEST(PurgeMethod, PurgesThePathOnEveryHost) {
  const PurgeDecision decision = purge("/users/42?x=1");
  EXPECT_EQ(accepted(decision).urls, (std::vector<UrlScope>{{"", "/users/42?x=1"}}));
  EXPECT_TRUE(accepted(decision).tags.empty());
  EXPECT_EQ(accepted(decision).kind, PurgeKind::hard);
  EXPECT_EQ(accepted(purge("/x?")).urls[0].path_and_query, "/x?");
}

TEST(PurgeMethod, PurgesOneHostInAbsoluteForm) {
  EXPECT_EQ(accepted(purge("http://API.example.com:80/x")).urls,
            (std::vector<UrlScope>{{"api.example.com", "/x"}}));
  EXPECT_EQ(accepted(purge("http://api.example.com:8080")).urls,
            (std::vector<UrlScope>{{"api.example.com:8080", "/"}}));
}

TEST(PurgeMethod, PurgesTheTagsOfSurrogateKeyInstead) {
  const PurgeDecision decision =
      purge("/users/42", "Surrogate-Key: users user:42\nFastly-Soft-Purge: 1\n");
  EXPECT_EQ(accepted(decision).tags, (std::vector<std::string>{"users", "user:42"}));
  EXPECT_TRUE(accepted(decision).urls.empty());
  EXPECT_EQ(accepted(decision).kind, PurgeKind::soft);
}

TEST(PurgeMethod, RefusesWhatIsUnclear) {
  for (const PurgeDecision& decision : {purge("/x", "Surrogate-Key: \n"),
                                        purge("/x", "Fastly-Soft-Purge: true\n"),
                                        purge("/x", "", R"({"tags": ["a"]})")}) {
    ASSERT_TRUE(std::holds_alternative<PurgeRefusal>(decision));
    EXPECT_EQ(std::get<PurgeRefusal>(decision).status, 400);
  }
  EXPECT_EQ(accepted(purge("/x", "Fastly-Soft-Purge: 0\n")).kind, PurgeKind::hard);
}

struct TypeCase {
  std::string_view fields;
  bool accepted;
};

TEST(JsonBodyType, IsApplicationJsonAndNothingElse) {
  const TypeCase cases[] = {
      {"Content-Type: application/json\n", true},
      {"Content-Type: Application/JSON; charset=utf-8\n", true},
      {"Content-Type: application/json ;x=y\n", true},
      {"Content-Type: application/json\nContent-Encoding: identity\n", true},
      {"", false},
      {"Content-Type: \n", false},
      {"Content-Type: text/plain\n", false},
      {"Content-Type: application/json5\n", false},
      {"Content-Type: application/problem+json\n", false},
      {"Content-Type: application/x-www-form-urlencoded\n", false},
      {"Content-Type: application/json, text/plain\n", false},
      {"Content-Type: application/json\nContent-Type: application/json\n", false},
      {"Content-Type: application/json\nContent-Encoding: gzip\n", false},
  };
  for (const TypeCase& c : cases) {
    SCOPED_TRACE(c.fields);
    const ParsedRequest request("POST /v1/purge HTTP/1.1\nHost: localhost\n" +
                                std::string(c.fields));
    const auto decision = check_json_body_type(request.fields());
    const auto* refused = std::get_if<PurgeRefusal>(&decision);
    EXPECT_EQ(refused == nullptr, c.accepted);
    if (refused != nullptr) {
      EXPECT_EQ(refused->status, 415);
    }
  }
}

struct ScopeCase {
  std::string_view text;
  UrlKind kind;
  UrlScope expected;
};

TEST(UrlScope, KeepsPathAndQueryAsSpelled) {
  const ScopeCase cases[] = {
      {"/", UrlKind::url, {"", "/"}},
      {"/%7Euser?a=%20&b", UrlKind::url, {"", "/%7Euser?a=%20&b"}},
      {"//x", UrlKind::url, {"", "//x"}},
      {"HTTPS://Example.com", UrlKind::url, {"example.com", "/"}},
      {"https://example.com?x=1", UrlKind::url, {"example.com", "/?x=1"}},
      {"http://[::1]:8080/a", UrlKind::url, {"[::1]:8080", "/a"}},
      {"http://example.com", UrlKind::prefix, {"example.com", ""}},
      {"http://example.com/", UrlKind::prefix, {"example.com", "/"}},
      {"http://example.com?x", UrlKind::prefix, {"example.com", "/?x"}},
      {"/users/4", UrlKind::prefix, {"", "/users/4"}},
  };
  for (const ScopeCase& c : cases) {
    SCOPED_TRACE(c.text);
    const auto scope = parse_url_scope(c.text, c.kind);
    ASSERT_TRUE(std::holds_alternative<UrlScope>(scope)) << std::get<std::string>(scope);
    EXPECT_EQ(std::get<UrlScope>(scope), c.expected);
  }
}

}  // namespace
}  // namespace hawkcache::admin
