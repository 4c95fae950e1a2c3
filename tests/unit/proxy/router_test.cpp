#include "proxy/router.hpp"

#include "proxy/path_value.hpp"
#include "unit/proxy/route_builder.hpp"

#include <random>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace hawkcache::proxy {
namespace {

// The name of the route and its parameters: "/users/{id:int} 42"; "" when nothing matches.
std::string match_text(const Router& router,
                       std::string_view path,
                       std::string_view method = "GET",
                       std::string_view authority = "api.example.com") {
  http::PathSegments segments;
  if (segments.assign(path) != http::PathHazard::none) return "hazard";
  RouteMatch match;
  router.match(authority, segments, method, match);
  if (match.route == nullptr) return "";
  std::string text = match.route->name;
  for (const std::string_view value : match.parameters) text.append(" ").append(value);
  return text;
}

Router router_of(const std::vector<std::string>& paths) {
  std::vector<Route> routes;
  for (const std::string& path : paths) routes.push_back(route(path));
  return Router(std::move(routes));
}

struct MatchCase {
  std::vector<std::string> rules;
  std::string_view path;
  std::string_view expected;
};

class RouterMatches : public testing::TestWithParam<MatchCase> {};

TEST_P(RouterMatches, TheFirstRuleInFileOrder) {
  EXPECT_EQ(match_text(router_of(GetParam().rules), GetParam().path), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(Literals,
                         RouterMatches,
                         testing::Values(MatchCase{{"/"}, "/", "/"},
                                         MatchCase{{"/"}, "/x", ""},
                                         MatchCase{{"/x"}, "/x", "/x"},
                                         MatchCase{{"/x"}, "/x/", ""},
                                         MatchCase{{"/x/"}, "/x/", "/x/"},
                                         MatchCase{{"/x/"}, "/x", ""},
                                         MatchCase{{"/x", "/x/"}, "/x/", "/x/"},
                                         MatchCase{{"/x"}, "/X", ""},
                                         MatchCase{{"/a b"}, "/a%20b", "/a b"},
                                         MatchCase{{"/x"}, "/%78", "/x"},
                                         MatchCase{{}, "/", ""}));
INSTANTIATE_TEST_SUITE_P(
    Parameters,
    RouterMatches,
    testing::Values(MatchCase{{"/users/{id:int}"}, "/users/42", "/users/{id:int} 42"},
                    MatchCase{{"/users/{id:int}"}, "/users/%34%32", "/users/{id:int} 42"},
                    MatchCase{{"/users/{id:int}"}, "/users/me", ""},
                    MatchCase{{"/users/{id:int}"}, "/users/", ""},
                    MatchCase{{"/users/{id}"}, "/users/", ""},
                    MatchCase{{"/users/{id}"}, "/users", ""},
                    MatchCase{{"/{a}/x/{b:slug}"}, "/1/x/y-z", "/{a}/x/{b:slug} 1 y-z"},
                    MatchCase{{"/{a}/"}, "/1/", "/{a}/ 1"},
                    MatchCase{{"/{a:float}"}, "/1.5", "/{a:float} 1.5"}));
INSTANTIATE_TEST_SUITE_P(
    Tails,
    RouterMatches,
    testing::Values(MatchCase{{"/{rest:path}"}, "/", "/{rest:path} "},
                    MatchCase{{"/{rest:path}"}, "/a/b%20c", "/{rest:path} a/b c"},
                    MatchCase{{"/static/{rest:path}"}, "/static/", "/static/{rest:path} "},
                    MatchCase{{"/static/{rest:path}"}, "/static", ""},
                    MatchCase{{"/static/{rest:path}"}, "/static/a/b/", "/static/{rest:path} a/b/"},
                    MatchCase{{"/{a}/{rest:path}"}, "/1/2/3", "/{a}/{rest:path} 1 2/3"}));
INSTANTIATE_TEST_SUITE_P(
    Precedence,
    RouterMatches,
    testing::Values(MatchCase{{"/users/{id}", "/users/me"}, "/users/me", "/users/{id} me"},
                    MatchCase{{"/users/me", "/users/{id}"}, "/users/me", "/users/me"},
                    MatchCase{{"/{rest:path}", "/users/me"}, "/users/me", "/{rest:path} users/me"},
                    MatchCase{{"/users/{id:int}", "/users/{id}"}, "/users/x", "/users/{id} x"},
                    MatchCase{{"/users/{id}", "/users/{id:int}"}, "/users/7", "/users/{id} 7"},
                    // The literal branch leads nowhere: the search comes back for the others.
                    MatchCase{{"/a/b/c", "/a/{x}/d"}, "/a/b/d", "/a/{x}/d b"},
                    MatchCase{{"/a/b/c", "/{rest:path}"}, "/a/b/d", "/{rest:path} a/b/d"},
                    MatchCase{{"/a/{x}/c", "/a/b/{y}"}, "/a/b/c", "/a/{x}/c b"},
                    MatchCase{{"/a/b/{y}", "/a/{x}/c"}, "/a/b/c", "/a/b/{y} c"}));

TEST(Router, HeadIsMatchedWhereGetIsListed) {
  std::vector<Route> routes{
      route("/get", {"GET"}), route("/put", {"PUT"}), route("/head", {"HEAD"})};
  const Router router(std::move(routes));
  EXPECT_EQ(match_text(router, "/get", "HEAD"), "/get");
  EXPECT_EQ(match_text(router, "/put", "HEAD"), "");
  EXPECT_EQ(match_text(router, "/head", "GET"), "");
  EXPECT_EQ(match_text(router, "/get", "get"), "");
}

TEST(Router, ARuleOfAnotherMethodGivesWayToLaterRules) {
  Route read = route("/users/{id:int}");
  Route write = route("/users/{id:int}", {"PUT", "DELETE"});
  Route any = route("/{rest:path}", {"GET", "PUT", "POST"});
  write.name = "write";
  any.name = "any";
  const Router router({read, write, any});
  EXPECT_EQ(match_text(router, "/users/7", "PUT"), "write 7");
  EXPECT_EQ(match_text(router, "/users/7", "GET"), "/users/{id:int} 7");
  EXPECT_EQ(match_text(router, "/users/7", "POST"), "any users/7");
  EXPECT_EQ(match_text(router, "/users/7", "PATCH"), "");
}

TEST(Router, HostsMatchIgnoringCaseAndWithoutAPortEveryPort) {
  Route one = route("/x");
  one.hosts = {"api.example.com", "[::1]"};
  Route port = route("/x");
  port.name = "port";
  port.hosts = {"www.example.com:8080"};
  const Router router({one, port});
  const struct {
    std::string_view authority;
    std::string_view expected;
  } cases[] = {{"api.example.com", "/x"},
               {"API.Example.COM", "/x"},
               {"api.example.com:8080", "/x"},
               {"api.example.com:", "/x"},
               {"[::1]", "/x"},
               {"[::1]:80", "/x"},
               {"www.example.com:8080", "port"},
               {"WWW.example.com:8080", "port"},
               {"www.example.com", ""},
               {"www.example.com:80", ""},
               {"api.example.com.evil.org", ""},
               {"example.com", ""},
               {"", ""}};
  for (const auto& given : cases) {
    SCOPED_TRACE(given.authority);
    EXPECT_EQ(match_text(router, "/x", "GET", given.authority), given.expected);
  }
}

TEST(Router, AHostWithTheDefaultPortIsTheHostOfARequestThatNamesNone) {
  Route on_default = route("/x");
  on_default.hosts = {"c.test:80", "[::1]:80"};
  const Router router({on_default});
  for (const char* same : {"c.test", "C.test:80", "c.test:", "[::1]", "[::1]:80"}) {
    EXPECT_EQ(match_text(router, "/x", "GET", same), "/x") << same;
  }
  for (const char* other : {"c.test:8080", "c.test:443", "b.test", "[::1]:8080"}) {
    EXPECT_EQ(match_text(router, "/x", "GET", other), "") << other;
  }
}

TEST(Router, FileOrderCountsAcrossHostsToo) {
  Route a = route("/{x}");
  a.name = "a";
  Route b = route("/x");
  b.name = "b";
  b.hosts = {"one.example.com"};
  Route c = route("/{x:int}");
  c.name = "c";
  c.hosts = {"one.example.com"};
  EXPECT_EQ(match_text(Router({a, b, c}), "/x", "GET", "one.example.com"), "a x");
  EXPECT_EQ(match_text(Router({b, a, c}), "/x", "GET", "one.example.com"), "b");
  EXPECT_EQ(match_text(Router({b, a, c}), "/x", "GET", "two.example.com"), "a x");
  EXPECT_EQ(match_text(Router({b, c, a}), "/7", "GET", "one.example.com"), "c 7");
  EXPECT_EQ(match_text(Router({b, c, a}), "/7", "GET", "two.example.com"), "a 7");
}

TEST(Router, SetsTheIndexToTheOrderAndKeepsHiddenRoutes) {
  const Router router = router_of({"/x", "/x", "/y"});
  ASSERT_EQ(router.routes().size(), 3U);
  EXPECT_EQ(router.routes()[2].index, 2U);
  EXPECT_EQ(match_text(router, "/y"), "/y");
}

TEST(Router, AMatchIsReusedFromRequestToRequest) {
  const Router router = router_of({"/users/{id:int}"});
  http::PathSegments segments;
  RouteMatch match;
  ASSERT_EQ(segments.assign("/users/1"), http::PathHazard::none);
  router.match("h", segments, "GET", match);
  ASSERT_NE(match.route, nullptr);
  ASSERT_EQ(segments.assign("/nothing"), http::PathHazard::none);
  router.match("h", segments, "GET", match);
  EXPECT_EQ(match.route, nullptr);
  EXPECT_TRUE(match.parameters.empty());
}

TEST(Router, AHazardousPathMatchesNothing) {
  const Router router = router_of({"/{rest:path}"});
  http::PathSegments segments;
  RouteMatch match;
  EXPECT_NE(segments.assign("/a/../b"), http::PathHazard::none);
  router.match("h", segments, "GET", match);
  EXPECT_EQ(match.route, nullptr);
}

TEST(Router, APathOfThousandsOfSegmentsIsCheapAgainstAmbiguousRules) {
  // Each level can be taken by each kind: a search without bounds would try 3^12 ways.
  std::vector<std::string> rules;
  for (const char* kind : {"", ":int", ":slug"}) {
    std::string path;
    for (int i = 0; i < 12; ++i) path += fmt::format("/{{p{}{}}}", i, kind);
    rules.push_back(path + "/end");
  }
  std::string path;
  for (int i = 0; i < 5000; ++i) path += "/1";
  EXPECT_EQ(match_text(router_of(rules), path), "");
  rules.emplace_back("/{rest:path}");
  EXPECT_EQ(match_text(router_of(rules), path), "/{rest:path} " + path.substr(1));
}

// The slow and plain truth: the first rule, one by one.
std::string first_by_one(const std::vector<Route>& routes,
                         const http::PathSegments& path,
                         std::string_view method) {
  for (const Route& each : routes) {
    const bool method_fits =
        std::find(each.methods.begin(), each.methods.end(), method) != each.methods.end();
    bool fits = method_fits;
    std::size_t depth = 0;
    for (const PathPatternSegment& segment : each.pattern) {
      fits = fits && depth < path.size();
      if (!fits) break;
      if (segment.kind == PathPatternSegment::Kind::path) {
        depth = path.size();
        break;
      }
      fits = segment.kind == PathPatternSegment::Kind::literal ? segment.text == path[depth]
                                                               : accepts(segment.kind, path[depth]);
      ++depth;
    }
    if (fits && depth == path.size()) return each.name;
  }
  return "";
}

TEST(Router, AgreesWithTryingRuleAfterRuleOnRandomRules) {
  std::mt19937 random(1);
  const auto pick = [&](const auto& choices) { return choices[random() % std::size(choices)]; };
  const char* const pieces[] = {"a", "b", "7", "{x}", "{x:int}", "{x:slug}", "{x:float}"};
  const char* const values[] = {"a", "b", "7", "c", "1.5", "%61"};
  const char* const methods[] = {"GET", "PUT"};
  for (int round = 0; round < 300; ++round) {
    std::vector<Route> routes;
    for (int i = 0; i < 12; ++i) {
      std::string path;
      for (std::size_t depth = 1 + random() % 3; depth > 0; --depth)
        path += std::string("/") + pick(pieces);
      if (random() % 4 == 0) path += "/{rest:path}";
      if (random() % 6 == 0 && !path.ends_with("path}")) path += "/";
      routes.push_back(route(path, {pick(methods)}));
      routes.back().name = fmt::format("{} {}", i, path);
    }
    const Router router(routes);
    for (int i = 0; i < 30; ++i) {
      std::string path;
      for (std::size_t depth = 1 + random() % 4; depth > 0; --depth)
        path += std::string("/") + pick(values);
      if (random() % 5 == 0) path += "/";
      const std::string method = pick(methods);
      http::PathSegments segments;
      ASSERT_EQ(segments.assign(path), http::PathHazard::none);
      RouteMatch match;
      router.match("h", segments, method, match);
      EXPECT_EQ(match.route == nullptr ? "" : match.route->name,
                first_by_one(routes, segments, method))
          << path;
    }
  }
}

TEST(Router, MovesWithoutLosingItsRoutes) {
  Router first = router_of({"/some/long/literal/that/does/not/fit/into/a/short/string"});
  const Router second = std::move(first);
  EXPECT_NE(match_text(second, "/some/long/literal/that/does/not/fit/into/a/short/string"), "");
}

}  // namespace
}  // namespace hawkcache::proxy
