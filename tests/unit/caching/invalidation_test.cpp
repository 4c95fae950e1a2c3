#include "caching/invalidation.hpp"

#include "support.hpp"

#include <ostream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hawkcache::caching {

void PrintTo(const InvalidatedUri& uri, std::ostream* out) {
  *out << uri.authority << " " << uri.path_and_query;
}

namespace {

using http::Method;
using testing::ElementsAre;
using testing::IsEmpty;

const http::Target kTarget{.authority = "api:8080", .path = "/users/42", .query = {}};

std::vector<InvalidatedUri> invalidated(Method method,
                                        int status,
                                        const Fields& fields = {},
                                        const http::Target& target = kTarget) {
  return uris_to_invalidate(method, "http", target, response(status, fields));
}

TEST(Invalidation, FollowsUnsafeAndUnknownMethodsOnly) {
  const InvalidatedUri target{"api:8080", "/users/42"};
  for (const Method method :
       {Method::post, Method::put, Method::delete_, Method::patch, Method::unknown}) {
    EXPECT_THAT(invalidated(method, 200), ElementsAre(target));
  }
  for (const Method method :
       {Method::get, Method::head, Method::options, Method::trace, Method::query}) {
    EXPECT_THAT(invalidated(method, 200), IsEmpty());
  }
}

TEST(Invalidation, FollowsSuccessAndRedirectionOnly) {
  for (const int status : {200, 201, 204, 301, 303, 304}) {
    EXPECT_EQ(invalidated(Method::post, status).size(), 1u) << status;
  }
  for (const int status : {100, 400, 404, 500, 503}) {
    EXPECT_THAT(invalidated(Method::post, status), IsEmpty()) << status;
  }
}

TEST(Invalidation, NamesTheTargetAsSpelled) {
  const http::Target target{
      .authority = "API", .path = "/a%2fb", .query = "x=1", .has_query = true};
  EXPECT_THAT(invalidated(Method::put, 200, {}, target),
              ElementsAre(InvalidatedUri{"API", "/a%2fb?x=1"}));
  const http::Target empty_query{.authority = "a", .path = "/", .query = {}, .has_query = true};
  EXPECT_THAT(invalidated(Method::put, 200, {}, empty_query),
              ElementsAre(InvalidatedUri{"a", "/?"}));
  EXPECT_THAT(invalidated(Method::unknown, 200, {}, http::Target{}), IsEmpty()) << "OPTIONS *";
}

TEST(Invalidation, TakesLocationAndContentLocationOfTheSameOrigin) {
  EXPECT_THAT(
      invalidated(
          Method::post, 201, {{"Location", "/users/43"}, {"Content-Location", "/users/44"}}),
      ElementsAre(InvalidatedUri{"api:8080", "/users/42"},
                  InvalidatedUri{"api:8080", "/users/43"},
                  InvalidatedUri{"api:8080", "/users/44"}));
  EXPECT_EQ(invalidated(Method::post, 201, {{"Location", "/users/42"}}).size(), 1u);
}

// What a reference resolves to; "" where it leads to another origin or nowhere.
std::string resolved(const std::string& reference,
                     std::string_view scheme = "http",
                     http::Target target = {.authority = "a.example",
                                            .path = "/b/c/d",
                                            .query = "q",
                                            .has_query = true}) {
  const auto uris = uris_to_invalidate(
      Method::post, scheme, target, response(201, Fields{{"Location", reference}}));
  return uris.size() == 2 ? uris[1].path_and_query : "";
}

TEST(Invalidation, ResolvesReferences) {
  struct Case {
    const char* reference;
    const char* expected;
  };
  // RFC 3986 section 5.4, with the base http://a.example/b/c/d?q
  const Case cases[] = {
      {"g", "/b/c/g"},
      {"./g", "/b/c/g"},
      {"g/", "/b/c/g/"},
      {"/g", "/g"},
      {"?y", "/b/c/d?y"},
      {"g?y", "/b/c/g?y"},
      {"#s", ""},  // the target itself
      {"", ""},
      {"g#s", "/b/c/g"},
      {".", "/b/c/"},
      {"./", "/b/c/"},
      {"..", "/b/"},
      {"../g", "/b/g"},
      {"../..", "/"},
      {"../../../g", "/g"},
      {"/./g", "/g"},
      {"/../g", "/g"},
      {"g.", "/b/c/g."},
      {"..g", "/b/c/..g"},
      {"./g/.", "/b/c/g/"},
      {"g/./h", "/b/c/g/h"},
      {"g/../h", "/b/c/h"},
      {"g?y/../x", "/b/c/g?y/../x"},
      {"http://a.example/x?y", "/x?y"},
      {"HTTP://A.EXAMPLE:80/x", "/x"},
      {"//a.example/x", "/x"},
      {"http://a.example", "/"},
      {"http://a.example?y", "/?y"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.reference);
    EXPECT_EQ(resolved(c.reference), c.expected);
  }
}

TEST(Invalidation, NeverLeavesTheOrigin) {
  for (const char* reference : {"http://b.example/x",
                                "https://a.example/x",
                                "http://a.example:8080/x",
                                "//b.example/x",
                                "http://a.example.evil/x",
                                "http://user@a.example/x",
                                "ftp://a.example/x",
                                "http:g",
                                "mailto:a@b",
                                "http://a.example@b.example/x",
                                "/with blank",
                                "/with\ttab"}) {
    SCOPED_TRACE(reference);
    EXPECT_EQ(resolved(reference), "");
  }
  EXPECT_EQ(resolved("https://a.example:443/x", "https"), "/x");
}

TEST(ContentLocation, MayNameTheTarget) {
  const auto is_target = [](const Fields& fields) {
    return content_location_is_target("http", kTarget, response(200, fields));
  };
  EXPECT_TRUE(is_target({{"Content-Location", "/users/42"}}));
  EXPECT_TRUE(is_target({{"Content-Location", ""}}));
  EXPECT_TRUE(is_target({{"Content-Location", "http://api:8080/users/42"}}));
  EXPECT_FALSE(is_target({{"Content-Location", "/users/43"}}));
  EXPECT_FALSE(is_target({{"Content-Location", "/users/42?"}}));
  EXPECT_FALSE(is_target({{"Content-Location", "http://other/users/42"}}));
  EXPECT_FALSE(is_target({}));
  EXPECT_FALSE(is_target({{"Content-Location", "/users/42"}, {"Content-Location", "/users/43"}}));
}

}  // namespace
}  // namespace hawkcache::caching
