// The purge of a tag, by how many objects carry it. Again and again: they lie where they are until
// the sweep comes by, which is not in it.
#include "micro.hpp"

#include <algorithm>
#include <utility>

namespace hawkcache::bench {
namespace {

constexpr std::int64_t kPurges = 10'000;

// As small as can be.
store::StoredParts small_object(std::int64_t number) {
  store::StoredParts parts = object_parts(number);
  parts.meta.validators = {};
  parts.meta.tags = {"users"};
  parts.head = "HTTP/1.1 204 No Content\r\n";
  parts.body.clear();
  return parts;
}

void purge_tag(benchmark::State& state) {
  const auto objects = static_cast<std::uint64_t>(state.range(0));
  const auto store = make_store(objects);
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    if (!put(*store, small_object(i))) state.SkipWithError("not stored");
  }
  store::PurgeRequest request;
  request.tags = {"users"};
  for (auto _ : state) {
    if (store->purge_now(request, kNow).count != objects) {
      state.SkipWithError("not all purged");
      break;
    }
  }
  state.counters["bytes"] = static_cast<double>(store->stats().bytes);
}

}  // namespace

void add_purge(const Choice& choice) {
  Benchmark* purge = add(choice, "purge_tag", purge_tag, kPurges)->ArgName("objects");
  for (const std::int64_t objects : choice.purged) purge->Arg(objects);
}

}  // namespace hawkcache::bench
