// What routing and planning a request cost with ten rules and with ten thousand.
#include "http/head.hpp"
#include "http/target.hpp"
#include "proxy/request_plan.hpp"
#include "proxy/router.hpp"

#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

namespace hawkcache::proxy {
namespace {

using Kind = PathPatternSegment::Kind;

// Half of them /vN/resourceN/{id:int}, half of them with one more literal and parameter behind; a
// tail at the end.
std::vector<Route> make_routes(std::int64_t count) {
  std::vector<Route> routes;
  for (std::int64_t i = 0; i + 1 < count; ++i) {
    Route route;
    route.name = fmt::format("route {}", i);
    route.methods = {"GET", "HEAD"};
    route.policy.ttl = Duration(60'000);
    route.pattern = {{Kind::literal, fmt::format("v{}", i % 3)},
                     {Kind::literal, fmt::format("resource{}", i)},
                     {Kind::int_, "id"}};
    if (i % 2 == 1) {
      route.pattern.push_back({Kind::literal, "items"});
      route.pattern.push_back({Kind::str, "item"});
    }
    routes.push_back(std::move(route));
  }
  Route rest;
  rest.name = "rest";
  rest.methods = {"GET"};
  rest.pattern = {{Kind::path, "rest"}};
  routes.push_back(std::move(rest));
  return routes;
}

std::string target_of(std::int64_t route) {
  return fmt::format(
      "/v{}/resource{}/12345{}", route % 3, route, route % 2 == 1 ? "/items/abc" : "");
}

void route_requests(benchmark::State& state, const std::string& path) {
  const Router router(make_routes(state.range(0)));
  http::PathSegments segments;
  RouteMatch match;
  for (auto _ : state) {
    benchmark::DoNotOptimize(segments.assign(path));
    router.match("api.example.com", segments, "GET", match);
    benchmark::DoNotOptimize(match.route);
  }
  state.SetLabel(match.route == nullptr ? "no match" : match.route->name);
}

void BM_RouteLast(benchmark::State& state) { route_requests(state, target_of(state.range(0) - 2)); }
void BM_RouteTail(benchmark::State& state) { route_requests(state, "/v0/unknown/12345/items/abc"); }

void BM_PlanLookup(benchmark::State& state) {
  const Router router(make_routes(state.range(0)));
  const std::string target_text = target_of(state.range(0) - 2) + "?page=2";
  http::RequestHead head;
  head.method = http::Method::get;
  head.method_text = "GET";
  head.target = target_text;
  head.field_list = {{http::FieldName::host, "Host", "api.example.com"},
                     {http::FieldName::accept, "Accept", "*/*"}};
  const http::TargetDecision decision = http::parse_target(head);
  RequestPlanner planner;
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        planner.plan(head, decision.target, RequestPlanner::Body::absent, router).key.hash);
  }
}

BENCHMARK(BM_RouteLast)->Arg(10)->Arg(100)->Arg(10'000);
BENCHMARK(BM_RouteTail)->Arg(10)->Arg(100)->Arg(10'000);
BENCHMARK(BM_PlanLookup)->Arg(10)->Arg(100)->Arg(10'000);

}  // namespace
}  // namespace hawkcache::proxy
