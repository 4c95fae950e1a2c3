// A response of 1 KiB: made of its parts, and put into a memory store that has room or is full.
#include "micro.hpp"

#include <utility>

namespace hawkcache::bench {
namespace {

constexpr std::int64_t kObjects = 20'000;
constexpr std::int64_t kPuts = 100'000;

void make(benchmark::State& state) {
  std::int64_t number = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(store::StoredResponse::make(object_parts(number)).get());
    ++number;
  }
}

void put_objects(benchmark::State& state, store::LocalStore& store) {
  std::int64_t number = kObjects;
  for (auto _ : state) {
    if (!put(store, object_parts(number))) {
      state.SkipWithError("not stored");
      break;
    }
    ++number;
  }
}

void put_with_room(benchmark::State& state) {
  const auto store = make_store(10 * kPuts);
  fill(*store, kObjects);
  put_objects(state, *store);
  if (store->stats().evicted > 0) state.SkipWithError("evicted");
}

// Every third of what is in it has been asked for.
void put_and_evict(benchmark::State& state) {
  const auto store = make_store(kObjects);
  fill(*store, kObjects);
  store::Found found;
  for (std::int64_t i = 0; i < kObjects; i += 3) {
    const std::string key = object_key(i);
    store->try_find(caching::make_key(key), found);
  }
  found.clear();
  put_objects(state, *store);
  if (store->stats().evicted != static_cast<std::uint64_t>(state.iterations())) {
    state.SkipWithError("not one evicted for each");
  }
}

}  // namespace

void add_store(const Choice& choice) {
  add(choice, "make_response", make);
  add(choice, "put/with_room", put_with_room, kPuts);
  add(choice, "put/full", put_and_evict, kPuts);
}

}  // namespace hawkcache::bench
