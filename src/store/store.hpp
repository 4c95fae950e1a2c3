// The seam between the proxy and whatever keeps responses. Thread-safe; never throws; failure reads
// as "absent" and is counted. The store knows nothing of HTTP semantics: freshness, Vary and
// validation are decided above it. It does know the purge fence: what it gives out has not been
// purged.
#pragma once

#include "caching/cache_key.hpp"
#include "store/purge.hpp"
#include "store/purge_fence.hpp"
#include "store/stored_response.hpp"

#include <cstddef>
#include <cstdint>

#include <boost/container/small_vector.hpp>

namespace hawkcache::store {

// The variants stored under one key, newest first. Choosing among them is not the store's business.
using Found = boost::container::small_vector<StoredResponsePtr, 4>;

enum class PutResult : std::uint8_t {
  stored,
  purged_meanwhile,  // a purge overtook the fetch
  superseded,        // a newer fetch's response is there already
  too_large,         // larger than max_object, or than the whole budget
  no_room,
};

struct StoreStats {
  std::uint64_t entries = 0;
  std::uint64_t bytes =
      0;  // everything counted: keys, heads, bodies, tags, index and per-entry overhead
  std::uint64_t max_bytes = 0;
  std::uint64_t max_entries = 0;
  std::uint64_t evicted = 0;  // since the start
  std::uint64_t expired = 0;
  std::uint64_t purged = 0;  // removed by sweeps or lookups because of a fence
  std::uint64_t fences = 0;
  std::uint64_t tags = 0;
};

class Store {
 public:
  virtual ~Store() = default;
  // Never suspends, never waits for I/O: what this tier knows now. Clears and fills `found`.
  virtual void try_find(const caching::KeyView& key, Found& found) noexcept = 0;
  // REQUIRES: nobody else has the response yet; the FetchTicket whose epoch and sequence it carries
  // is held until this returns.
  virtual PutResult put(std::shared_ptr<StoredResponse> response) noexcept = 0;
  // In force when it returns.
  virtual Purged purge(const PurgeRequest& request, WallTime now) = 0;
  virtual PurgeFence& fence() noexcept = 0;
  // The largest body that put() would take.
  virtual std::uint64_t max_object() const noexcept = 0;
  virtual StoreStats stats() const = 0;

  // Removes what is purged or of no use any more (caching::useless_after), looking at no more than
  // about `budget` entries; called in slices by the server's maintenance timer. Returns whether
  // there is more to do at once.
  enum class Sweep : std::uint8_t { done, more };
  virtual Sweep sweep(WallTime now, std::size_t budget) = 0;
};

}  // namespace hawkcache::store
