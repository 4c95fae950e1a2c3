// A path to its rule, among ten and among ten thousand.
#include "micro.hpp"
#include "proxy/router.hpp"

namespace hawkcache::bench {
namespace {

void route(benchmark::State& state, const std::string& path) {
  const proxy::Router router(make_routes(state.range(0)));
  http::PathSegments segments;
  proxy::RouteMatch match;
  for (auto _ : state) {
    benchmark::DoNotOptimize(segments.assign(path));
    router.match(kHost, segments, "GET", match);
    benchmark::DoNotOptimize(match.route);
  }
  state.SetLabel(match.route == nullptr ? "no match" : match.route->name);
}

void route_last(benchmark::State& state) { route(state, last_path(state.range(0))); }
void route_tail(benchmark::State& state) { route(state, "/v0/unknown/12345/items/abc"); }

}  // namespace

void add_router(const Choice& choice) {
  add(choice, "route/last", route_last)->ArgName("rules")->Arg(10)->Arg(10'000);
  add(choice, "route/tail", route_tail)->ArgName("rules")->Arg(10)->Arg(10'000);
}

}  // namespace hawkcache::bench
