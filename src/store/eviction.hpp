// Which entry goes when there is no room: pure data structures, one per shard, guarded by the
// shard's lock. Entries are linked through the EvictionNode inside them, so nothing is allocated
// per entry. All operations are O(1), victim() amortised.
//
// s3fifo: Yang et al., "FIFO queues are all you need for cache eviction" (SOSP 2023). Newcomers
// pass a small queue; who was not asked for there goes at once, so that a scan cannot wash out the
// main queue. Ghosts, which are hashes of those that left, let who comes back straight into the
// main queue. Three things are of ours: the ghosts reach as far as there are entries; who was asked
// for and left for another reason (expired, replaced, purged) is a ghost too; and the small queue's
// share of the bytes follows the load, between 5 and 90 %, as in Megiddo and Modha, "ARC" (FAST
// 2003): a miss that a larger small queue would have spared raises it, one that a larger main queue
// would have spared lowers it. A ghost takes 8 bytes, and there are about 1.1 (to 2.2, while a
// table is fresh from doubling) for each entry.
//
// sieve: Zhang et al., "SIEVE is simpler than LRU" (NSDI 2024). One queue, and a hand that spares
// whom was asked for.
//
// lru: the least recently used goes; a hit moves its entry to the front.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

namespace hawkcache::store {

enum class Eviction : std::uint8_t { s3fifo, sieve, lru };

struct EvictionNode {
  EvictionNode* newer = nullptr;
  EvictionNode* older = nullptr;
  std::uint32_t hash = 0;        // of the key, for the ghosts
  std::uint32_t units : 28 = 0;  // its size, in units of kUnit bytes
  std::uint32_t visits : 2 = 0;  // hits since it was last looked at, up to 3
  std::uint32_t queue : 2 = 0;   // the policy's business

  static constexpr std::size_t kUnit = 16;
  static constexpr std::size_t kMaxBytes = ((std::size_t{1} << 28) - 1) * kUnit;
};

class EvictionPolicy {
 public:
  virtual ~EvictionPolicy() = default;
  virtual void on_insert(EvictionNode& node) noexcept = 0;
  virtual void on_hit(EvictionNode& node) noexcept = 0;
  // It goes for another reason: replaced, expired, purged.
  virtual void on_remove(EvictionNode& node) noexcept = 0;
  // The next one to go, no longer known here; nullptr when there is none.
  virtual EvictionNode* victim() noexcept = 0;
};

std::unique_ptr<EvictionPolicy> make_eviction_policy(Eviction kind);

}  // namespace hawkcache::store
