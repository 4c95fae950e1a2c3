#include "http/target.hpp"

#include "unit/http/heads.hpp"

#include <optional>

#include <gtest/gtest.h>

namespace hawkcache::http {
namespace {

struct Accepted {
  std::string_view method;
  std::string_view target;
  TargetForm form;
  std::string_view authority;  // with "Host: host.example"
  std::string_view path;
  std::optional<std::string_view> query;
};

constexpr auto kOrigin = TargetForm::origin;
constexpr auto kAbsolute = TargetForm::absolute;
constexpr auto kNoQuery = std::nullopt;

constexpr Accepted kAccepted[] = {
    {"GET", "/", kOrigin, "host.example", "/", kNoQuery},
    {"GET", "/users/42", kOrigin, "host.example", "/users/42", kNoQuery},
    {"GET", "/users?", kOrigin, "host.example", "/users", ""},
    {"GET", "/users?a=1&b=?", kOrigin, "host.example", "/users", "a=1&b=?"},
    {"GET", "/?/x", kOrigin, "host.example", "/", "/x"},
    {"GET", "//evil.example/x", kOrigin, "host.example", "//evil.example/x", kNoQuery},
    {"GET",
     "/a/../b/%2e%2E/\\{}|\"<>^`",
     kOrigin,
     "host.example",
     "/a/../b/%2e%2E/\\{}|\"<>^`",
     kNoQuery},
    {"GET", "/http://x/", kOrigin, "host.example", "/http://x/", kNoQuery},
    {"brew", "/pot", kOrigin, "host.example", "/pot", kNoQuery},
    {"OPTIONS", "/", kOrigin, "host.example", "/", kNoQuery},
    // absolute form: its host replaces Host
    {"GET", "http://other.example/x?y=1", kAbsolute, "other.example", "/x", "y=1"},
    {"GET", "HTTPS://Other.Example:8443/", kAbsolute, "Other.Example:8443", "/", kNoQuery},
    {"GET", "http://other.example", kAbsolute, "other.example", "/", kNoQuery},
    {"GET", "http://other.example?x=1", kAbsolute, "other.example", "/", "x=1"},
    {"GET", "http://other.example?", kAbsolute, "other.example", "/", ""},
    {"GET", "http://[::1]:80/x", kAbsolute, "[::1]:80", "/x", kNoQuery},
    {"GET", "http://a/b@c", kAbsolute, "a", "/b@c", kNoQuery},
    {"GET", "http://user:p%40ss@other.example/", kAbsolute, "other.example", "/", kNoQuery},
    {"GET", "http://@other.example/", kAbsolute, "other.example", "/", kNoQuery},
    // asterisk and authority forms
    {"OPTIONS", "*", TargetForm::asterisk, "host.example", "", kNoQuery},
    {"OPTIONS",
     "http://other.example:8001",
     TargetForm::asterisk,
     "other.example:8001",
     "",
     kNoQuery},
    {"OPTIONS", "http://other.example/", kAbsolute, "other.example", "/", kNoQuery},
    {"CONNECT", "other.example:443", TargetForm::authority, "other.example:443", "", kNoQuery},
    {"CONNECT", "[::1]:443", TargetForm::authority, "[::1]:443", "", kNoQuery},
};

TEST(ParseTarget, TakesTheFourFormsApart) {
  for (const Accepted& c : kAccepted) {
    SCOPED_TRACE(c.target);
    const auto head = make_request(c.method, c.target, {{"Host", "host.example"}});
    const TargetDecision decision = parse_target(head);
    ASSERT_EQ(decision.error, TargetError::none);
    EXPECT_EQ(decision.target.form, c.form);
    EXPECT_EQ(decision.target.authority, c.authority);
    EXPECT_EQ(decision.target.path, c.path);
    EXPECT_EQ(decision.target.has_query, c.query.has_value());
    EXPECT_EQ(decision.target.query, c.query.value_or(""));
  }
}

TEST(ParseTarget, RefusesTargetsThatDoNotFitTheirMethodOrAnyForm) {
  struct Case {
    std::string_view method, target;
    TargetError error;
  };
  constexpr auto kMalformed = TargetError::malformed;
  for (const Case& c : {
           Case{"GET", "*", kMalformed},
           Case{"options", "*", kMalformed},
           Case{"OPTIONS", "**", kMalformed},
           Case{"GET", "users", kMalformed},
           Case{"GET", "?x=1", kMalformed},
           Case{"GET", "host.example:80", TargetError::unsupported_scheme},
           Case{"GET", "other.example", kMalformed},
           Case{"GET", "http:/x", kMalformed},
           Case{"GET", "http:x", kMalformed},
           Case{"GET", "://x/", kMalformed},
           Case{"GET", "1http://x/", kMalformed},
           Case{"GET", "ht_tp://x/", kMalformed},
           Case{"GET", "ftp://other.example/", TargetError::unsupported_scheme},
           Case{"GET", "ws://other.example/", TargetError::unsupported_scheme},
           Case{"GET", "httpx://other.example/", TargetError::unsupported_scheme},
           Case{"GET", "http://", TargetError::bad_host},
           Case{"GET", "http:///x", TargetError::bad_host},
           Case{"GET", "http://?x", TargetError::bad_host},
           Case{"GET", "http://:80/", TargetError::bad_host},
           Case{"GET", "http://user@/", TargetError::bad_host},
           Case{"GET", "http://a@b@c/", TargetError::bad_host},
           Case{"GET", "http://a\\@c/", TargetError::bad_host},
           Case{"GET", "http://a:99999/", TargetError::bad_host},
           Case{"GET", "http://a:b/", TargetError::bad_host},
           Case{"GET", "http://a\\b/", TargetError::bad_host},
           Case{"CONNECT", "/", kMalformed},
           Case{"CONNECT", "other.example", kMalformed},
           Case{"CONNECT", "other.example:", kMalformed},
           Case{"CONNECT", "http://other.example:443", kMalformed},
           Case{"CONNECT", "user@other.example:443", kMalformed},
           Case{"CONNECT", "*", kMalformed},
           Case{"CONNECT", "[::1]", kMalformed},
       }) {
    SCOPED_TRACE(c.method);
    SCOPED_TRACE(c.target);
    EXPECT_EQ(parse_target(make_request(c.method, c.target, {{"Host", "a"}})).error, c.error);
  }
}

TEST(ParseTarget, Http11NeedsExactlyOneValidHostWhateverTheForm) {
  for (const std::string_view target : {"/", "http://other.example/"}) {
    SCOPED_TRACE(target);
    EXPECT_EQ(parse_target(make_request("GET", target, {})).error, TargetError::missing_host);
    EXPECT_EQ(parse_target(make_request("GET", target, {{"Host", "a"}, {"host", "a"}})).error,
              TargetError::repeated_host);
    for (const std::string_view host : {"a b", "user@a", "http://a", "a/", "a,b c", "a:x"}) {
      EXPECT_EQ(parse_target(make_request("GET", target, {{"Host", host}})).error,
                TargetError::bad_host)
          << host;
    }
  }
}

TEST(ParseTarget, TakesAHostThatIsKnownToBeSoundAsItIs) {
  const auto error = [](std::string_view host, std::string_view sound) {
    return parse_target(make_request("GET", "/", {{"Host", host}}), sound).error;
  };
  EXPECT_EQ(error("a.example", "a.example"), TargetError::none);
  EXPECT_EQ(error("b.example", "a.example"), TargetError::none);
  EXPECT_EQ(error("a example", "a.example"), TargetError::bad_host);
  EXPECT_EQ(error("", "a.example"), TargetError::bad_host);
  EXPECT_EQ(error("", ""), TargetError::bad_host);
}

TEST(ParseTarget, AnEmptyHostIsOverruledByTheAbsoluteForm) {
  const auto absolute = parse_target(make_request("GET", "http://a.b/x", {{"Host", ""}}));
  EXPECT_EQ(absolute.error, TargetError::none);
  EXPECT_EQ(absolute.target.authority, "a.b");
  EXPECT_EQ(parse_target(make_request("GET", "/x", {{"Host", ""}})).error, TargetError::bad_host);
  EXPECT_EQ(parse_target(make_request("GET", "http://a.b/x", {{"Host", "a b"}})).error,
            TargetError::bad_host);
}

TEST(ParseTarget, Http10MayGoWithoutHost) {
  auto head = make_request("GET", "/x", {});
  head.version = Version::http_1_0;
  EXPECT_EQ(parse_target(head).error, TargetError::none);
  EXPECT_EQ(parse_target(head).target.authority, "");
  head.target = "http://a/x";
  EXPECT_EQ(parse_target(head).target.authority, "a");
  head.field_list = make_fields({{"Host", "b"}, {"Host", "b"}});
  EXPECT_EQ(parse_target(head).error, TargetError::repeated_host);
  head.field_list = make_fields({{"Host", "b:"}});
  head.target = "/x";
  EXPECT_EQ(parse_target(head).target.authority, "b:");
}

TEST(Authority, IsHostAndOptionalPort) {
  for (const std::string_view text : {"a",
                                      "api.example.com",
                                      "api.example.com:8080",
                                      "A_b-c~d",
                                      "127.0.0.1:80",
                                      "a:",
                                      "a:0",
                                      "a:65535",
                                      "a:00080",
                                      "[::1]",
                                      "[::1]:80",
                                      "[2001:DB8::7]",
                                      "[::ffff:1.2.3.4]",
                                      "[::1]:",
                                      "%61b",
                                      "xn--bcher-kva.example",
                                      "a!$&'()*+;=",
                                      "a.b."}) {
    SCOPED_TRACE(text);
    EXPECT_TRUE(is_valid_authority(text));
  }
  for (const std::string_view text : {"",
                                      ":",
                                      ":80",
                                      "a:65536",
                                      "a:99999999999999999999",
                                      "a:-1",
                                      "a:+1",
                                      "a:8o",
                                      "a:80:80",
                                      "a b",
                                      "a/b",
                                      "a?b",
                                      "a#b",
                                      "a@b",
                                      "a\\b",
                                      "a\"b",
                                      "<a>",
                                      "{a}",
                                      "a|b",
                                      "a^b",
                                      "a`b",
                                      "%",
                                      "%6",
                                      "%zz",
                                      "a%",
                                      "a%4",
                                      "[]",
                                      "[::1",
                                      "::1",
                                      "[::1]80",
                                      "[::1]x",
                                      "[::g]",
                                      "[1.2.3.4]",
                                      "[v1.x]",
                                      "[fe80::1%25eth0]",
                                      "[::1]]",
                                      "[[::1]]",
                                      "[1:2:3:4:5:6:7:8:9:10:11:12:13:14:15:16:17:18:19:20]",
                                      "b\xc3\xbc"
                                      "cher",
                                      "a\tb",
                                      "a\x7f"}) {
    SCOPED_TRACE(text);
    EXPECT_FALSE(is_valid_authority(text));
  }
  EXPECT_FALSE(is_valid_authority(std::string_view("a\0b", 3)));
  EXPECT_FALSE(is_valid_authority(std::string_view("[::1\0]", 6)));
}

TEST(Authority, TheDefaultPortOfTheSchemeAndAnEmptyOneGoAway) {
  const struct {
    std::string_view authority;
    std::string_view scheme;
    std::string_view expected;
  } cases[] = {{"Api", "http", "Api"},
               {"api:80", "http", "api"},
               {"api:443", "http", "api:443"},
               {"api:443", "HTTPS", "api"},
               {"api:80", "https", "api:80"},
               {"api:", "https", "api"},
               {"api:8080", "http", "api:8080"},
               {"[::80]", "http", "[::80]"},
               {"", "http", ""}};
  for (const auto& given : cases) {
    EXPECT_EQ(without_default_port(given.authority, given.scheme), given.expected)
        << given.authority;
  }
}

}  // namespace
}  // namespace hawkcache::http
