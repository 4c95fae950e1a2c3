// The memory store: shards, each a hash index, an eviction policy and a short mutex, under one
// budget of bytes and one of entries that hold at all times. Values are immutable and shared; a hit
// takes the shard's lock for the look-up and sets a bit, nothing more. Thread-safe; nothing of it
// suspends.
//
// What the budget counts: all memory of each response, its share of the index, the records of tags
// and of what heads have in common, the fences, all with the allocator's rounding; and what the
// allocator holds beyond all that (heap_slack.hpp), as far as it has grown since the store was
// made, and the index of responses that are gone, where these are more than a fortieth of the
// budget: so that the budget is true to the growth of the process. What readers still hold of a
// response that was evicted meanwhile is theirs, not counted.
#pragma once

#include "base/hash.hpp"
#include "store/eviction.hpp"
#include "store/heap_slack.hpp"
#include "store/store.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

namespace hawkcache::store {

struct MemoryStoreSettings {
  std::uint64_t max_size = 512ull << 20;
  std::uint64_t max_entries = 1'000'000;
  std::uint64_t max_object = 8ull << 20;  // bytes of body
  std::size_t max_variants = 64;          // per key: one more takes the place of the oldest
  Eviction eviction = Eviction::s3fifo;
  std::size_t shards = 0;  // rounded up to a power of two; 0: chosen from max_size and max_entries
  // Asked by sweeps, ten times a second at the most.
  std::function<std::uint64_t()> heap_slack = store::heap_slack;
};

// The memory store as others build on it: what a Store does, at once.
class LocalStore : public Store {
 public:
  virtual PutResult put_now(NewResponsePtr response) noexcept = 0;
  virtual Purged purge_now(const PurgeRequest& request, WallTime now) = 0;
  // What purge_now() would say now.
  virtual Purged known(const PurgeRequest& request) const = 0;
  // Forgets every variant under the key whose hash this is.
  virtual void drop(const Hash128& key_hash) noexcept = 0;
};

std::unique_ptr<LocalStore> make_memory_store(const MemoryStoreSettings& settings);

}  // namespace hawkcache::store
