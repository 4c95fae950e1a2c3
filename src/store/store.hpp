// The seam between the proxy and whatever keeps responses. Never throws; failure reads as "absent"
// and is counted. The store knows nothing of HTTP semantics: freshness, Vary and validation are
// decided above it. It does know the purge fence: what it gives out has not been purged.
//
// The memory store is one object for all threads. A store that asks another process (Redis) has one
// object per worker, over what they share; its coroutines run on that worker.
#pragma once

#include "base/result.hpp"
#include "caching/cache_key.hpp"
#include "caching/stored_meta.hpp"
#include "net/asio.hpp"
#include "store/patience.hpp"
#include "store/purge.hpp"
#include "store/purge_fence.hpp"
#include "store/stored_response.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <boost/container/small_vector.hpp>

namespace hawkcache::store {

using net::Awaitable;

// The variants stored under one key, newest first. Choosing among them is not the store's business.
using Found = boost::container::small_vector<StoredResponsePtr, 4>;

// Whether find() may know what try_find() does not.
enum class Reach : std::uint8_t { immediate, remote };

// What a request brings to a look-up in a store that does not hand out all variants of a key at
// once. Lives as long as the look-up.
class VariantSelector {
 public:
  // Appends the request's secondary key under these names (caching/vary).
  virtual void append_secondary_key(std::string& out, const caching::VaryNames& names) const = 0;
  // Of the rule that would use the response.
  virtual std::uint64_t rule_fingerprint() const noexcept = 0;
  // What is wanted where it selects nothing.
  enum class Otherwise : std::uint8_t { nothing, all_variants };
  virtual Otherwise otherwise() const noexcept { return Otherwise::nothing; }

 protected:
  ~VariantSelector() = default;
};

enum class FindOutcome : std::uint8_t {
  complete,    // `found` holds all there is under the key
  selected,    // `found` holds what the selector chose; there are other variants (find_all)
  unanswered,  // this once; the store is in use otherwise. `found` holds what is known without it
  unavailable  // the store is not in use; `found` holds what is known without it
};

constexpr bool is_unknown(FindOutcome outcome) noexcept {
  return outcome == FindOutcome::unanswered || outcome == FindOutcome::unavailable;
}

// What the operator wants while the store cannot be asked.
enum class WhenUnavailable : std::uint8_t { ask_origin, protect_origin };

enum class PutResult : std::uint8_t {
  stored,
  purged_meanwhile,  // a purge overtook the fetch
  superseded,        // a newer fetch's response is there already
  too_large,         // larger than max_object, or than the whole budget
  no_room,
  unavailable,  // the store could not be reached in time, or could not take it
};

struct StoreStats {
  std::uint64_t entries = 0;
  std::uint64_t bytes =
      0;  // everything counted: keys, heads, bodies, tags, index and per-entry overhead
  std::uint64_t max_bytes = 0;
  std::uint64_t max_entries = 0;
  // Bytes that the allocator holds beyond what is in use, in part counted against the budget
  // (memory_store.hpp).
  std::uint64_t slack = 0;
  std::uint64_t evicted = 0;  // since the start
  std::uint64_t expired = 0;
  std::uint64_t purged = 0;  // removed by sweeps or lookups because of a fence
  std::uint64_t fences = 0;
  std::uint64_t tags = 0;
};

// The right to fetch a key for all nodes (`coalesce: cluster`).
enum class LeaseState : std::uint8_t {
  held,        // by this node, until release_lease(); kept up meanwhile
  elsewhere,   // another node is fetching
  unshared,    // another node has just found that what it fetched is not to be shared
  unavailable  // the store cannot say: fetch
};
// A fetch that wants the lease on its key. What it views outlives the call.
struct LeaseRequest {
  caching::KeyView key;
  std::string_view authority;
  std::string_view path_and_query;
  std::span<const std::string> rule_tags;
  std::uint64_t sequence = 0;  // of the fetch's ticket: which fetch it is
  SharedStamp shared = {};     // likewise
};
// What became of a fetch under a lease.
enum class LeaseEnd : std::uint8_t { stored, failed, not_shareable };

class Store {
 public:
  virtual ~Store() = default;
  // Never suspends, never waits for I/O: what this tier knows now. Clears and fills `found`.
  virtual void try_find(const caching::KeyView& key, Found& found) noexcept = 0;
  virtual Reach reach() const noexcept { return Reach::immediate; }
  virtual WhenUnavailable when_unavailable() const noexcept { return WhenUnavailable::ask_origin; }
  // What a request that begins now may wait for it in all.
  virtual Patience patience() const noexcept { return Patience(); }

  // May ask a slower tier, for as long as `patience` has some left. Clears and fills `found`. All
  // arguments by reference outlive the call. Also sees to it that purges which were answered before
  // the call are known to fence() when it returns. Where it is `unavailable`, all that was fetched
  // while the store was in use is distrusted; where it is `unanswered`, nothing is known: whoever
  // asks must not join a fetch that began before it asked.
  virtual Awaitable<FindOutcome> find(caching::KeyView key,
                                      const VariantSelector& selector,
                                      Found& found,
                                      Patience& patience) = 0;
  // The same with all variants, whatever they cost to fetch.
  virtual Awaitable<FindOutcome> find_all(caching::KeyView key,
                                          Found& found,
                                          Patience& patience) = 0;

  // Before a request goes upstream; `now` orders fetches of several nodes. The ticket is held until
  // what was fetched has been put (or dropped) and nobody can join the fetch any more. Whatever
  // purge its shared stamp covers is in its epoch too: raised in fence() before that was read.
  [[nodiscard]] virtual FetchTicket begin_fetch(WallTime now) = 0;
  // A response that is to be put into this store: as small as it can keep it. May evict others, for
  // what it will share with those to come.
  virtual NewResponsePtr make(const StoredPartsView& parts) { return StoredResponse::make(parts); }
  // REQUIRES: nobody else has the response yet; the FetchTicket whose epoch, sequence and stamp it
  // carries is held until this returns. When it returns `stored`, this node finds it. Waits as
  // find() does; without patience left nothing is stored that others would have to be asked for.
  virtual Awaitable<PutResult> put(NewResponsePtr response, Patience& patience) = 0;
  // Whether the store could keep what such a ticket fetches, as far as can be told now. False: it
  // is not in use, or was lost sight of since the ticket was taken, and put() will refuse. Any
  // thread.
  virtual bool could_keep(Epoch /*epoch*/,
                          const SharedStamp& /*shared*/,
                          const Patience& /*patience*/) const noexcept {
    return true;
  }
  // Where find() said `unavailable`: whoever took a ticket with the sequence `asked` before is
  // given nothing of a fetch under way that has this sequence or a lower one, of which nobody can
  // tell what was purged since. Never above `asked`. Any thread.
  virtual std::uint64_t unknown_through(std::uint64_t asked) const noexcept { return asked; }
  // In force on this node when it returns, whatever it returns; a value: in force for all that
  // share the store. Error: store_unavailable; it is handed on when that is possible again. Each
  // purge that names something, this one or one that is followed from another node, takes an epoch
  // of fence() for itself (docs/purging.md, "An answer to POST").
  virtual Awaitable<Result<Purged>> purge(PurgeRequest request, WallTime now) = 0;

  // Whether a response that was found here may answer a request for this URL as well, which lies
  // under the same key (a rule's own `key:`): not where that URL, or a prefix of it, was purged
  // after the response was fetched. Looks at no purge of anything else; find() has. Any soft purge
  // counts.
  virtual bool stands_for(const StoredResponse& response,
                          std::string_view authority,
                          std::string_view path_and_query) noexcept;

  virtual PurgeFence& fence() noexcept = 0;
  // The largest body that put() would take.
  virtual std::uint64_t max_object() const noexcept = 0;
  virtual StoreStats stats() const = 0;

  // Tries to take the lease on the key. A fetch that a purge known to fence() has overtaken loses
  // it to whoever asks: nobody waits for what is not to be used. Waits as find() does.
  virtual Awaitable<LeaseState> try_lease(LeaseRequest request, Patience& patience);
  // By the fetch with that sequence. Never waits.
  virtual void release_lease(caching::KeyView key, std::uint64_t sequence, LeaseEnd end) noexcept;

  // Removes what is purged or of no use any more (caching::useless_after), looking at no more than
  // about `budget` entries; called in slices by the server's maintenance timer. more: there is more
  // to do at once; soon: so much is being put that it should be called again in a tenth of a
  // second.
  enum class Sweep : std::uint8_t { done, soon, more };
  virtual Sweep sweep(WallTime now, std::size_t budget) = 0;
};

}  // namespace hawkcache::store
