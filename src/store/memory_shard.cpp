#include "store/memory_shard.hpp"

#include "store/footprint.hpp"

#include <algorithm>
#include <utility>

namespace hawkcache::store {

namespace {

// A ghost per entry, with the table's room to grow.
constexpr std::size_t kGhostBytes = 16;
constexpr bool kAlreadyCounted = false;

// In the order of the requests that went upstream. Epochs do not tell it: what is put together of
// two fetches carries the older one's.
bool is_older(const StoredResponse& a, const StoredResponse& b) noexcept {
  return a.sequence() < b.sequence();
}

bool has_vary(const StoredResponse& response) noexcept {
  return response.vary() != nullptr && !response.vary()->empty();
}

// Of which a new one takes the other's place. One without Vary stands beside those with it: which
// of them is chosen is decided above (RFC 9111 section 4.1).
bool same_variant(const StoredResponse& a, const StoredResponse& b) noexcept {
  return a.rule_fingerprint() == b.rule_fingerprint() &&
         caching::selected_by_same_names(a.vary(), b.vary()) &&
         a.secondary_key() == b.secondary_key();
}

// Of what was fetched earlier. A variant would be chosen over a newer response that speaks for all
// requests, so it does not come beside one either. What another rule stored under the same key
// answers none of this rule's requests, and so takes nothing's place.
bool is_superseded_by(const StoredResponse& older, const StoredResponse& newer) noexcept {
  return older.rule_fingerprint() == newer.rule_fingerprint() &&
         (!has_vary(newer) || same_variant(older, newer));
}

}  // namespace

// Entries on their way out. REQUIRES: destroyed after the shard's lock was given back.
class MemoryShard::Removed {
 public:
  explicit Removed(Census& census) noexcept : census_(census) {}
  Removed(const Removed&) = delete;
  Removed& operator=(const Removed&) = delete;
  ~Removed() {
    while (first_ != nullptr) {
      // The reference that the shard held.
      const StoredResponsePtr response(&response_of(*std::exchange(first_, first_->chained)),
                                       kAlreadyCounted);
      census_.remove(*response);
    }
  }
  void add(Entry& entry) noexcept {
    entry.chained = first_;
    first_ = &entry;
  }

 private:
  Census& census_;
  Entry* first_ = nullptr;
};

// The other variants under a new one's key.
struct MemoryShard::Neighbours {
  Entries replaced;
  std::size_t staying = 0;
  Entry* oldest_staying = nullptr;
};

MemoryShard::MemoryShard(const MemoryShared& shared, Eviction eviction)
    : shared_(shared), policy_(make_eviction_policy(eviction)) {}

MemoryShard::~MemoryShard() {
  Removed removed(shared_.census);
  while (Entry* entry = take_victim()) unlink(*entry, removed);
}

std::size_t MemoryShard::bytes_per_entry() noexcept {
  return EntryIndex::kBytesPerEntry + kGhostBytes + UrlCounts::kBytesPerEntry;
}

void MemoryShard::find(const caching::KeyView& key, std::uint32_t hash, Found& found) {
  Removed removed(shared_.census);
  const std::lock_guard lock(mutex_);
  Entries purged;
  index_.visit(hash, [&](Entry& entry) {
    const StoredResponse& response = response_of(entry);
    if (response.key() != key.text) return;
    if (response.vouch(shared_.fence) == Trust::distrusted) {
      purged.push_back(&entry);
      return;
    }
    policy_->on_hit(entry);
    found.emplace_back(&response);
  });
  discard_purged(purged, removed);
}

void MemoryShard::drop(const Hash128& key_hash, std::uint32_t hash) noexcept {
  Removed removed(shared_.census);
  const std::lock_guard lock(mutex_);
  Entries dropped;
  index_.visit(hash, [&](Entry& entry) {
    if (response_of(entry).key_hash() == key_hash) dropped.push_back(&entry);
  });
  for (Entry* entry : dropped) discard(*entry, removed);
}

MemoryShard::Placed MemoryShard::examine(const StoredResponse& fresh,
                                         std::uint32_t hash,
                                         Neighbours& neighbours) const {
  Placed placed = Placed::stored;
  index_.visit(hash, [&](Entry& entry) {
    const StoredResponse& other = response_of(entry);
    if (other.key() != fresh.key()) return;
    if (other.vouch(shared_.fence) == Trust::distrusted) {
      neighbours.replaced.push_back(&entry);
      return;
    }
    const bool other_is_newer = is_older(fresh, other);
    if (other_is_newer && is_superseded_by(fresh, other)) placed = Placed::superseded;
    if (!other_is_newer && same_variant(fresh, other)) {
      neighbours.replaced.push_back(&entry);
      return;
    }
    ++neighbours.staying;
    Entry*& oldest = neighbours.oldest_staying;
    if (oldest == nullptr || is_older(other, response_of(*oldest))) oldest = &entry;
  });
  return placed;
}

MemoryShard::Placed MemoryShard::place(const NewResponsePtr& response) {
  Removed removed(shared_.census);
  const std::lock_guard lock(mutex_);
  Entry& entry = *response;
  // Under the lock, so that a sweep that has passed this shard need not come back for it.
  if (response->vouch(shared_.fence) == Trust::distrusted) return Placed::purged_meanwhile;
  Neighbours neighbours;
  if (examine(*response, entry.hash, neighbours) == Placed::superseded) return Placed::superseded;
  for (Entry* replaced : neighbours.replaced) discard(*replaced, removed);
  if (neighbours.staying >= shared_.max_variants && neighbours.oldest_staying != nullptr) {
    discard(*neighbours.oldest_staying, removed);
    shared_.counters.evicted.fetch_add(1, std::memory_order_relaxed);
  }
  if (const Placed room = reserve(entry.bytes(), removed); room != Placed::stored) return room;

  NewResponsePtr(response).detach();
  bytes_ += entry.bytes();
  index_.insert(entry);
  policy_->on_insert(entry);
  const auto arrived = std::chrono::floor<std::chrono::seconds>(
      response->freshness().response_time.time_since_epoch());
  wheel_.insert(entry, static_cast<std::uint32_t>(std::max<std::int64_t>(arrived.count(), 1)));
  return Placed::stored;
}

// Room in the ledger, if need be at the cost of this shard, as long as it holds its share.
MemoryShard::Placed MemoryShard::reserve(std::uint64_t bytes, Removed& removed) {
  for (std::size_t evicted = 0;; ++evicted) {
    if (shared_.ledger.reserve(bytes, 1) == MemoryLedger::Reservation::granted) {
      return Placed::stored;
    }
    if (evicted >= batch()) return Placed::again;
    // Where records beside the entries have to go, it takes all shards, and may be in vain.
    if (!holds_its_share() || shared_.ledger.needs_records_to_go(bytes)) return Placed::full;
    Entry* victim = take_victim();
    if (victim == nullptr) return Placed::full;
    unlink(*victim, removed);
    shared_.counters.evicted.fetch_add(1, std::memory_order_relaxed);
  }
}

std::size_t MemoryShard::batch() const noexcept {
  return shared_.ledger.is_mostly_beside() ? 1 : kBatch;
}

std::size_t MemoryShard::evict(std::uint64_t bytes, std::uint64_t entries, Evict which) {
  Removed removed(shared_.census);
  const std::lock_guard lock(mutex_);
  std::size_t evicted = 0;
  while (evicted < batch() && !shared_.ledger.fits(bytes, entries)) {
    if (which == Evict::from_share && !holds_its_share()) break;
    Entry* victim = take_victim();
    if (victim == nullptr) break;
    unlink(*victim, removed);
    ++evicted;
  }
  shared_.counters.evicted.fetch_add(evicted, std::memory_order_relaxed);
  return evicted;
}

void MemoryShard::expire(std::uint32_t now, std::size_t& budget) {
  Removed removed(shared_.census);
  const std::lock_guard lock(mutex_);
  while (ExpiryNode* due = wheel_.take_due(now, budget)) {
    discard(static_cast<Entry&>(*due), removed);
    shared_.counters.expired.fetch_add(1, std::memory_order_relaxed);
  }
}

MemoryShard::Walk MemoryShard::remove_purged(std::size_t& position, std::size_t& budget) {
  Removed removed(shared_.census);
  const std::lock_guard lock(mutex_);
  Entries purged;
  for (; position < index_.buckets(); ++position) {
    if (budget == 0) return Walk::unfinished;
    std::size_t seen = 1;  // an empty bucket is looked at, too
    purged.clear();
    index_.visit_bucket(position, [&](Entry& entry) {
      ++seen;
      if (response_of(entry).vouch(shared_.fence) == Trust::distrusted) purged.push_back(&entry);
    });
    discard_purged(purged, removed);
    budget -= std::min(budget, seen);
  }
  return Walk::at_end;
}

void MemoryShard::discard_purged(const Entries& purged, Removed& removed) noexcept {
  for (Entry* entry : purged) discard(*entry, removed);
  if (purged.empty()) return;  // mostly: what is counted is written by all threads
  shared_.counters.purged.fetch_add(purged.size(), std::memory_order_relaxed);
}

bool MemoryShard::holds_its_share() const noexcept {
  return index_.size() > 0 && (bytes_ * shared_.shards >= shared_.ledger.entry_bytes() ||
                               index_.size() * shared_.shards >= shared_.ledger.entries());
}

Entry* MemoryShard::take_victim() noexcept { return static_cast<Entry*>(policy_->victim()); }

void MemoryShard::discard(Entry& entry, Removed& removed) noexcept {
  policy_->on_remove(entry);
  unlink(entry, removed);
}

// The rest of what knows it. REQUIRES: the policy does not any more.
void MemoryShard::unlink(Entry& entry, Removed& removed) noexcept {
  index_.remove(entry);
  ExpiryWheel::remove(entry);
  bytes_ -= entry.bytes();
  shared_.ledger.release(entry.bytes(), 1);
  removed.add(entry);
}

}  // namespace hawkcache::store
