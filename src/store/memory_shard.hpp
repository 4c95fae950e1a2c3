// One shard of the memory store: an index, an eviction policy and an expiry wheel over the same
// entries, under one short mutex. Nothing is freed under it: what is removed is gathered and buried
// after the lock is given back. No operation holds it for more than about a hundred entries, but
// one at each doubling of a shard: where the policy's memory of who left has to grow
// (ghost_list.hpp).
#pragma once

#include "caching/cache_key.hpp"
#include "store/census.hpp"
#include "store/entry_index.hpp"
#include "store/eviction.hpp"
#include "store/expiry_wheel.hpp"
#include "store/memory_ledger.hpp"
#include "store/purge_fence.hpp"
#include "store/store.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>

#include <boost/container/small_vector.hpp>

namespace hawkcache::store {

struct MemoryCounters {
  std::atomic<std::uint64_t> evicted{0};
  std::atomic<std::uint64_t> expired{0};
  std::atomic<std::uint64_t> purged{0};
};

// What the shards of one store have in common; outlives them.
struct MemoryShared {
  const PurgeFence& fence;
  MemoryLedger& ledger;
  Census& census;
  MemoryCounters& counters;
  std::size_t shards;
  std::size_t max_variants;
};

// Thread-safe. `hash` is the key's, as the store mixes it; all calls for one key go to one shard.
class MemoryShard {
 public:
  MemoryShard(const MemoryShared& shared, Eviction eviction);
  ~MemoryShard();
  MemoryShard(const MemoryShard&) = delete;
  MemoryShard& operator=(const MemoryShard&) = delete;

  // Appends the variants under the key, in no order. Those that a purge overtook are removed.
  void find(const caching::KeyView& key, std::uint32_t hash, Found& found);

  // Removes the variants under the key whose hash this is.
  void drop(const Hash128& key_hash, std::uint32_t hash) noexcept;

  // again: call again, other threads get a turn in between. full: room must be made in other shards
  // first.
  enum class Placed : std::uint8_t { stored, purged_meanwhile, superseded, again, full };
  // Puts the response in, in the place of those it replaces; when stored the shard holds it too.
  // REQUIRES: counted in the census; its Entry says hash, size and when it is due.
  Placed place(const NewResponsePtr& response);

  // Evicts until the ledger has room for this, at most a batch; from_share: only while the shard
  // holds its share of the store. Returns how many went.
  enum class Evict : std::uint8_t { from_share, anything };
  std::size_t evict(std::uint64_t bytes, std::uint64_t entries, Evict which);

  // Both look at no more than `budget` entries, and count it down by those.
  void expire(std::uint32_t now, std::size_t& budget);
  // Asks the fence about the entries from bucket `position` on, and advances it.
  enum class Walk : std::uint8_t { at_end, unfinished };
  Walk remove_purged(std::size_t& position, std::size_t& budget);

  static constexpr std::size_t kBatch = 64;
  // Memory per response here, itself apart.
  static std::size_t bytes_per_entry() noexcept;
  // And what it keeps of that of responses that are gone.
  std::size_t spare_bytes() const {
    const std::lock_guard lock(mutex_);
    return index_.spare_bytes();
  }

 private:
  class Removed;
  struct Neighbours;
  using Entries = boost::container::small_vector<Entry*, 8>;

  static StoredResponse& response_of(Entry& entry) noexcept {
    return static_cast<StoredResponse&>(entry);
  }
  static const StoredResponse& response_of(const Entry& entry) noexcept {
    return static_cast<const StoredResponse&>(entry);
  }
  Placed examine(const StoredResponse& fresh, std::uint32_t hash, Neighbours& neighbours) const;
  Placed reserve(std::uint64_t bytes, Removed& removed);
  bool holds_its_share() const noexcept;
  // How many may go before they are freed.
  std::size_t batch() const noexcept;
  Entry* take_victim() noexcept;
  void unlink(Entry& entry, Removed& removed) noexcept;
  void discard(Entry& entry, Removed& removed) noexcept;
  void discard_purged(const Entries& purged, Removed& removed) noexcept;

  const MemoryShared& shared_;
  mutable std::mutex mutex_;
  EntryIndex index_;
  std::unique_ptr<EvictionPolicy> policy_;
  ExpiryWheel wheel_;
  std::uint64_t bytes_ = 0;
};

}  // namespace hawkcache::store
