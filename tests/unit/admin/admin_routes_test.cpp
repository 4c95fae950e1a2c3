#include "admin/admin_routes.hpp"

#include "unit/admin/parsed_request.hpp"

#include <gtest/gtest.h>

namespace hawkcache::admin {
namespace {

using Kind = AdminRoute::Kind;

struct RouteCase {
  std::string_view request_line;
  Kind kind;
  Endpoint endpoint = Endpoint::front_page;
  std::string_view allow = {};
};

AdminRoute route(std::string_view request_line, std::string_view fields = "") {
  const ParsedRequest request(std::string(request_line) + " HTTP/1.1\nHost: localhost\n" +
                              std::string(fields));
  return route_admin_request(request.head(), request.target());
}

TEST(AdminRoutes, FindWhatIsSpelledExactly) {
  const RouteCase cases[] = {
      {"GET /", Kind::found, Endpoint::front_page},
      {"GET /healthz", Kind::found, Endpoint::healthz},
      {"HEAD /readyz", Kind::found, Endpoint::readyz},
      {"GET /metrics?x=1", Kind::found, Endpoint::metrics},
      {"GET /v1/stats", Kind::found, Endpoint::stats},
      {"GET /v1/routes", Kind::found, Endpoint::routes},
      {"GET /v1/explain?url=/x", Kind::found, Endpoint::explain},
      {"POST /v1/explain", Kind::found, Endpoint::explain},
      {"POST /v1/purge", Kind::found, Endpoint::purge},
      {"POST /v1/reload", Kind::found, Endpoint::reload},
      {"GET /v1/schema", Kind::found, Endpoint::schema},
      {"GET http://localhost/v1/stats", Kind::found, Endpoint::stats},
      // Near misses of the path.
      {"POST /v1/purge/", Kind::not_found},
      {"POST //v1/purge", Kind::not_found},
      {"POST /v1/./purge", Kind::not_found},
      {"POST /V1/purge", Kind::not_found},
      {"POST /v1/%70urge", Kind::not_found},
      {"POST /v1/purge;x", Kind::not_found},
      {"GET /v1", Kind::not_found},
      // Wrong methods.
      {"GET /v1/purge", Kind::method_not_allowed, Endpoint::purge, "POST"},
      {"PUT /v1/purge", Kind::method_not_allowed, Endpoint::purge, "POST"},
      {"post /v1/purge", Kind::method_not_allowed, Endpoint::purge, "POST"},
      {"HEAD /v1/reload", Kind::method_not_allowed, Endpoint::reload, "POST"},
      {"POST /v1/stats", Kind::method_not_allowed, Endpoint::stats, "GET, HEAD"},
      {"get /healthz", Kind::method_not_allowed, Endpoint::healthz, "GET, HEAD"},
      {"DELETE /v1/explain", Kind::method_not_allowed, Endpoint::explain, "GET, HEAD, POST"},
      {"OPTIONS *", Kind::method_not_allowed, Endpoint::front_page, "GET, HEAD, POST"},
  };
  for (const RouteCase& c : cases) {
    SCOPED_TRACE(c.request_line);
    const AdminRoute found = route(c.request_line);
    EXPECT_EQ(found.kind, c.kind);
    if (c.kind != Kind::not_found) {
      EXPECT_EQ(found.endpoint, c.endpoint);
    }
    EXPECT_EQ(found.allow, c.allow);
  }
}

TEST(AdminRoutes, PurgeByMethodTakesEveryPathButTheListenersOwn) {
  EXPECT_EQ(route("PURGE /users/42").endpoint, Endpoint::purge_by_method);
  EXPECT_EQ(route("PURGE /v1/users").endpoint, Endpoint::purge_by_method);
  EXPECT_EQ(route("PURGE http://api.example.com/users/42").endpoint, Endpoint::purge_by_method);
  for (const std::string_view own : {"/",
                                     "/healthz",
                                     "/readyz",
                                     "/metrics",
                                     "/v1/stats",
                                     "/v1/routes",
                                     "/v1/explain",
                                     "/v1/purge",
                                     "/v1/reload",
                                     "/v1/schema"}) {
    SCOPED_TRACE(own);
    EXPECT_EQ(route("PURGE " + std::string(own)).kind, Kind::method_not_allowed);
    // On a named host it is that host's.
    EXPECT_EQ(route("PURGE http://api.example.com" + std::string(own)).endpoint,
              Endpoint::purge_by_method);
  }
  EXPECT_EQ(route("purge /users/42").kind, Kind::not_found);
}

TEST(AdminRoutes, PurgeByMethodOfTheRootIsLegalBesideSurrogateKey) {
  EXPECT_EQ(route("PURGE /", "Surrogate-Key: a\n").endpoint, Endpoint::purge_by_method);
  EXPECT_EQ(route("PURGE /v1/purge", "Surrogate-Key: a\n").kind, Kind::method_not_allowed);
}

TEST(AdminRoutes, OnlyTheTwoStatesAreOpenToAll) {
  EXPECT_TRUE(is_open_to_all(route("GET /healthz")));
  EXPECT_TRUE(is_open_to_all(route("HEAD /readyz")));
  for (const std::string_view line : {"POST /healthz",
                                      "PURGE /healthz",
                                      "GET /healthz/",
                                      "GET /metrics",
                                      "GET /",
                                      "GET /v1/stats",
                                      "GET /nothing"}) {
    SCOPED_TRACE(line);
    EXPECT_FALSE(is_open_to_all(route(line)));
  }
}

}  // namespace
}  // namespace hawkcache::admin
