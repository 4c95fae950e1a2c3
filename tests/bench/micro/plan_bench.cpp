// What is to be done with a request: its key, its plan, its tags.
#include "caching/cache_key.hpp"
#include "micro.hpp"
#include "proxy/request_plan.hpp"

namespace hawkcache::bench {
namespace {

using proxy::RequestPlanner;

void build_key(benchmark::State& state) {
  const std::string path = object_path(12345);
  std::string text;
  for (auto _ : state) {
    text.clear();
    caching::append_key_uri(text, "http", kHost, path, "page=2");
    benchmark::DoNotOptimize(caching::make_key(text).hash);
  }
}

// Templates of tags cost a request nothing until its answer is stored.
void plan(benchmark::State& state) {
  const proxy::Router router(make_routes(state.range(0), state.range(1)));
  const ParsedRequest request(last_path(state.range(0)) + "?page=2");
  RequestPlanner planner;
  proxy::PlanKind kind = proxy::PlanKind::pass;
  for (auto _ : state) {
    const proxy::RequestPlan& made =
        planner.plan(request.head(), request.target(), RequestPlanner::Body::absent, router);
    kind = made.kind;
    benchmark::DoNotOptimize(made.key.hash);
  }
  if (kind != proxy::PlanKind::lookup) state.SkipWithError("not looked up");
}

void render_tags(benchmark::State& state) {
  const proxy::Router router(make_routes(10, state.range(0)));
  const ParsedRequest request(last_path(10));
  RequestPlanner planner;
  planner.plan(request.head(), request.target(), RequestPlanner::Body::absent, router);
  for (auto _ : state) benchmark::DoNotOptimize(planner.render_tags().data());
}

}  // namespace

void add_plan(const Choice& choice) {
  add(choice, "key", build_key);
  add(choice, "plan", plan)
      ->ArgNames({"rules", "templates"})
      ->Args({10, 1})
      ->Args({10'000, 1})
      ->Args({10'000, 100});
  add(choice, "render_tags", render_tags)->ArgName("templates")->Arg(1)->Arg(100);
}

}  // namespace hawkcache::bench
