// A key to the object in a memory store of 100,000, and whether it answers.
#include "caching/reuse.hpp"
#include "micro.hpp"
#include "proxy/lookup.hpp"
#include "proxy/request_plan.hpp"

namespace hawkcache::bench {
namespace {

constexpr std::int64_t kObjects = 100'000;
constexpr std::int64_t kStride = 7919;  // prime: every object has its turn, none beside the last

store::LocalStore& filled_store() {
  static const std::unique_ptr<store::LocalStore> store = [] {
    auto made = make_store(kObjects);
    fill(*made, kObjects);
    return made;
  }();
  return *store;
}

void find(benchmark::State& state) {
  store::LocalStore& store = filled_store();
  std::vector<std::string> texts;
  for (std::int64_t i = 0; i < kObjects; ++i) {
    texts.push_back(object_key(i * kStride % kObjects));
  }
  std::vector<caching::KeyView> keys;
  for (const std::string& text : texts) keys.push_back(caching::make_key(text));
  store::Found found;
  std::size_t next = 0;
  for (auto _ : state) {
    store.try_find(keys[next], found);
    if (found.size() != 1) {
      state.SkipWithError("not found");
      break;
    }
    next = next + 1 < keys.size() ? next + 1 : 0;
  }
}

// The one object that everybody wants, by each of the threads: what its shard's lock and the count of
// its readers cost where they are wanted at the same time.
void find_hot(benchmark::State& state) {
  store::LocalStore& store = filled_store();
  const std::string text = object_key(12345);
  const caching::KeyView key = caching::make_key(text);
  store::Found found;
  for (auto _ : state) {
    store.try_find(key, found);
    if (found.size() != 1) {
      state.SkipWithError("not found");
      break;
    }
  }
}

// The store, the choice of the variant and the decision on its reuse.
void look_up(benchmark::State& state) {
  store::LocalStore& store = filled_store();
  const proxy::Router router(make_routes(10));
  const ParsedRequest request(object_path(12345));
  proxy::RequestPlanner planner;
  const proxy::RequestPlan& plan =
      planner.plan(request.head(), request.target(), proxy::RequestPlanner::Body::absent, router);
  proxy::LookupScratch scratch;
  proxy::LookupResult result;
  for (auto _ : state) {
    proxy::look_up(store, {plan, request.head(), kNow + Duration(1000)}, scratch, result);
    if (!result.is_fresh_hit()) {
      state.SkipWithError("no fresh hit");
      break;
    }
  }
}

void decide(benchmark::State& state, Duration age, caching::ReuseAction expected) {
  caching::Freshness freshness;
  freshness.response_time = kNow;
  freshness.lifetime = std::chrono::seconds(60);
  freshness.stale_while_revalidate = std::chrono::seconds(30);
  WallTime now = kNow + age;
  for (auto _ : state) {
    benchmark::DoNotOptimize(now);
    caching::Reuse reuse = caching::decide_reuse(freshness, nullptr, now);
    benchmark::DoNotOptimize(reuse);
    if (reuse.action != expected) {
      state.SkipWithError("decided otherwise");
      break;
    }
  }
}

void decide_fresh(benchmark::State& state) {
  decide(state, std::chrono::seconds(10), caching::ReuseAction::serve_fresh);
}
void decide_stale(benchmark::State& state) {
  decide(state, std::chrono::seconds(70), caching::ReuseAction::serve_stale_and_refresh);
}

}  // namespace

void add_lookup(const Choice& choice) {
  add(choice, "find", find);
  add(choice, "find_hot", find_hot);
  if (choice.iterations == 0) add(choice, "find_hot", find_hot)->Threads(2)->UseRealTime();
  add(choice, "look_up", look_up);
  add(choice, "decide_reuse/fresh", decide_fresh);
  add(choice, "decide_reuse/stale", decide_stale);
}

}  // namespace hawkcache::bench
