#include "store/memory_store.hpp"

#include "base/hash.hpp"
#include "caching/freshness.hpp"
#include "store/census.hpp"
#include "store/memory_ledger.hpp"
#include "store/memory_shard.hpp"
#include "store/scope_hash.hpp"

#include <algorithm>
#include <atomic>
#include <bit>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

namespace hawkcache::store {

namespace {

constexpr std::uint64_t kBytesPerShard = 2ull << 20;
constexpr std::uint64_t kEntriesPerShard = 512;
constexpr std::uint64_t kMostShards = 128;

std::size_t shards_for(const MemoryStoreSettings& settings) {
  if (settings.shards != 0) return std::bit_ceil(settings.shards);
  const std::uint64_t wanted =
      std::min(settings.max_size / kBytesPerShard, settings.max_entries / kEntriesPerShard);
  return std::bit_floor(std::clamp<std::uint64_t>(wanted, 1, kMostShards));
}

// Remembered purges are paid from the budget, and should stay a small part of it.
PurgeFence::Limits limits_for(const MemoryStoreSettings& settings) {
  PurgeFence::Limits limits;
  limits.fences = std::clamp<std::uint64_t>(settings.max_size / 1024, 4096, limits.fences);
  return limits;
}

// The first second at which it is of no use.
std::uint32_t due_second(const StoredResponse& response) {
  const WallTime end = caching::useless_after(response.freshness(), response.validators());
  const auto useless = std::chrono::floor<std::chrono::seconds>(end.time_since_epoch());
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(useless.count(), 0, UINT32_MAX - 1) +
                                    1);
}

std::uint32_t second_of(WallTime now) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count();
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(seconds, 0, UINT32_MAX - 1));
}

// A second hash, with the process's seed: nobody outside can aim at a shard or a bucket.
std::uint64_t mixed(const Hash128& hash) noexcept {
  return hash64({reinterpret_cast<const char*>(&hash), sizeof hash}, process_seed());
}

}  // namespace

class MemoryStore final : public LocalStore {
 public:
  explicit MemoryStore(const MemoryStoreSettings& settings);
  void try_find(const caching::KeyView& key, Found& found) noexcept override;
  Awaitable<FindOutcome> find(caching::KeyView key,
                              const VariantSelector& selector,
                              Found& found,
                              Patience& patience) override;
  Awaitable<FindOutcome> find_all(caching::KeyView key, Found& found, Patience& patience) override;
  FetchTicket begin_fetch(WallTime now) override { return fence_.begin_fetch(now); }
  Awaitable<PutResult> put(NewResponsePtr response, Patience& patience) override;
  PutResult put_now(NewResponsePtr response) noexcept override;
  Awaitable<Result<Purged>> purge(PurgeRequest request, WallTime now) override;
  Purged purge_now(const PurgeRequest& request, WallTime now) override;
  void drop(const Hash128& key_hash) noexcept override;
  PurgeFence& fence() noexcept override { return fence_; }
  std::uint64_t max_object() const noexcept override {
    return std::min(settings_.max_object, settings_.max_size);
  }
  StoreStats stats() const override;
  Sweep sweep(WallTime now, std::size_t budget) override;

 private:
  // Where a sweep stands. Guarded by sweep_mutex_.
  struct Progress {
    std::size_t expiring_shard = 0;
    std::uint32_t expired_through = 0;  // the second up to which every shard was looked at
    bool walking = false;
    Epoch walk_began_at = 0;
    std::size_t shard = 0;
    std::size_t position = 0;
    WallTime walk_ended{};
    Duration rest{0};  // from then until the next walk
    WallTime slack_measured{};
  };

  std::size_t shard_number(std::uint64_t mixed_hash) const noexcept {
    return (mixed_hash >> 32) & (shards_.size() - 1);
  }
  bool can_never_fit(const StoredResponse& response, std::uint64_t bytes) const noexcept;
  bool adopt_tags(StoredResponse& response, std::size_t shard);
  PutResult place(const NewResponsePtr& response, std::size_t shard);
  bool make_room(std::size_t first_shard, std::uint64_t bytes, std::uint64_t entries);
  bool reserve_beside(std::size_t shard, std::uint64_t bytes);
  std::uint64_t bytes_to_remember(const PurgeRequest& request) const;
  Purged count(const PurgeRequest& request) const;
  void measure_slack(WallTime now);
  void expire(std::uint32_t now, std::size_t& budget);
  Sweep walk(WallTime now, std::size_t& budget);

  const MemoryStoreSettings settings_;
  const std::uint64_t slack_at_first_ = settings_.heap_slack();
  PurgeFence fence_;
  MemoryLedger ledger_;
  Census census_;
  MemoryCounters counters_;
  MemoryShared shared_;
  std::vector<std::unique_ptr<MemoryShard>> shards_;

  std::mutex purge_mutex_;  // a purge counts and raises in one go
  std::atomic<Epoch> last_hard_purge_{0};
  std::atomic<Epoch> swept_{0};  // everything stored has been asked at this epoch or later

  std::atomic<std::uint64_t> heap_slack_{0};  // as last measured, without what it was at first
  std::mutex sweep_mutex_;
  Progress progress_;
};

MemoryStore::MemoryStore(const MemoryStoreSettings& settings)
    : settings_(settings),
      fence_(limits_for(settings)),
      ledger_(settings.max_size, settings.max_entries, fence_),
      census_(fence_),
      shared_{fence_, ledger_, census_, counters_, shards_for(settings), settings.max_variants},
      swept_(fence_.current()) {
  shards_.reserve(shared_.shards);
  for (std::size_t i = 0; i < shared_.shards; ++i) {
    shards_.push_back(std::make_unique<MemoryShard>(shared_, settings.eviction));
  }
}

void MemoryStore::try_find(const caching::KeyView& key, Found& found) noexcept {
  found.clear();
  const std::uint64_t hash = mixed(key.hash);
  shards_[shard_number(hash)]->find(key, static_cast<std::uint32_t>(hash), found);
  const auto newer = [](const StoredResponsePtr& a, const StoredResponsePtr& b) {
    return a->sequence() > b->sequence();
  };
  if (!std::is_sorted(found.begin(), found.end(), newer)) {
    std::sort(found.begin(), found.end(), newer);
  }
}

Awaitable<FindOutcome> MemoryStore::find(caching::KeyView key,
                                         const VariantSelector& /*selector*/,
                                         Found& found,
                                         Patience& /*patience*/) {
  try_find(key, found);
  co_return FindOutcome::complete;
}

Awaitable<FindOutcome> MemoryStore::find_all(caching::KeyView key,
                                             Found& found,
                                             Patience& /*patience*/) {
  try_find(key, found);
  co_return FindOutcome::complete;
}

Awaitable<PutResult> MemoryStore::put(NewResponsePtr response, Patience& /*patience*/) {
  co_return put_now(std::move(response));
}

Awaitable<Result<Purged>> MemoryStore::purge(PurgeRequest request, WallTime now) {
  co_return purge_now(request, now);
}

void MemoryStore::drop(const Hash128& key_hash) noexcept {
  const std::uint64_t hash = mixed(key_hash);
  shards_[shard_number(hash)]->drop(key_hash, static_cast<std::uint32_t>(hash));
}

PutResult MemoryStore::put_now(NewResponsePtr response) noexcept {
  const std::uint64_t bytes = response->footprint() + MemoryShard::bytes_per_entry();
  if (response->body_size() > settings_.max_object || can_never_fit(*response, bytes)) {
    return PutResult::too_large;
  }
  // Before room is made for it.
  if (response->vouch(fence_) == Trust::distrusted) return PutResult::purged_meanwhile;
  const std::uint64_t hash = mixed(response->key_hash());
  const std::size_t shard = shard_number(hash);
  if (!adopt_tags(*response, shard)) return PutResult::no_room;

  Entry& entry = *response;
  entry.units = static_cast<std::uint32_t>((bytes + Entry::kUnit - 1) / Entry::kUnit) & 0xFFFFFFFu;
  entry.hash = static_cast<std::uint32_t>(hash);
  entry.due = due_second(*response);
  return place(response, shard);
}

// `bytes`: of the entry.
bool MemoryStore::can_never_fit(const StoredResponse& response,
                                std::uint64_t bytes) const noexcept {
  bytes += Entry::kUnit;
  for (const std::string& tag : response.unrecorded_tags()) bytes += TagTable::record_bytes(tag);
  return settings_.max_entries == 0 ||
         bytes > std::min<std::uint64_t>(settings_.max_size, Entry::kMaxBytes);
}

// Room for new records is reserved while they are made; from then on they are in the fence's own
// books.
bool MemoryStore::adopt_tags(StoredResponse& response, std::size_t shard) {
  const std::span<const std::string> texts = response.unrecorded_tags();
  std::vector<TagRef> records;
  records.reserve(texts.size());
  std::uint64_t missing = 0;
  for (const std::string& text : texts) {
    records.push_back(fence_.find_tag(text));
    if (!records.back()) missing += TagTable::record_bytes(text);
  }
  if (missing > 0) {
    if (!reserve_beside(shard, missing)) return false;
    for (std::size_t i = 0; i < records.size(); ++i) {
      if (!records[i]) records[i] = fence_.intern(texts[i]);
    }
    ledger_.release(missing, 0);
  }
  response.adopt_tags(records);
  return true;
}

PutResult MemoryStore::place(const NewResponsePtr& response, std::size_t shard) {
  const std::uint64_t bytes = response->bytes();
  census_.add(*response);
  PutResult result = PutResult::no_room;
  for (bool again = true; again;) {
    again = false;
    switch (shards_[shard]->place(response)) {
      case MemoryShard::Placed::stored:
        return PutResult::stored;
      case MemoryShard::Placed::purged_meanwhile:
        result = PutResult::purged_meanwhile;
        break;
      case MemoryShard::Placed::superseded:
        result = PutResult::superseded;
        break;
      case MemoryShard::Placed::again:
        again = true;
        break;
      case MemoryShard::Placed::full:
        again = make_room(shard, bytes, 1);
        break;
    }
  }
  census_.remove(*response);
  return result;
}

// Never called with a shard's lock held; takes one at a time. First from the shards that hold their
// share, which is fair to all; the second round is for when others change the shares meanwhile.
bool MemoryStore::make_room(std::size_t first_shard, std::uint64_t bytes, std::uint64_t entries) {
  for (const auto which : {MemoryShard::Evict::from_share, MemoryShard::Evict::anything}) {
    for (std::size_t i = 0; i < shards_.size(); ++i) {
      MemoryShard& shard = *shards_[(first_shard + i) & (shards_.size() - 1)];
      while (!ledger_.fits(bytes, entries) && shard.evict(bytes, entries, which) > 0) {
      }
      if (ledger_.fits(bytes, entries)) return true;
    }
  }
  return false;
}

bool MemoryStore::reserve_beside(std::size_t shard, std::uint64_t bytes) {
  while (ledger_.reserve(bytes, 0) != MemoryLedger::Reservation::granted) {
    if (!make_room(shard, bytes, 0)) return false;
  }
  return true;
}

Purged MemoryStore::purge_now(const PurgeRequest& request, WallTime now) {
  if (request.names_nothing()) return {};
  const std::lock_guard lock(purge_mutex_);
  const std::uint64_t bytes = bytes_to_remember(request);
  // A purge is carried out even where no room can be made for remembering it.
  const bool reserved = bytes == 0 || reserve_beside(0, bytes);
  const Purged purged = count(request);
  const Epoch epoch = fence_.raise(request, now);
  if (reserved) ledger_.release(bytes, 0);
  const bool nothing_known = purged.count == 0 && purged.accuracy == Purged::Accuracy::exact;
  if (request.kind == PurgeKind::hard && !nothing_known) last_hard_purge_.store(epoch);
  return purged;
}

std::uint64_t MemoryStore::bytes_to_remember(const PurgeRequest& request) const {
  constexpr std::uint64_t kOrder = 64;  // its place among the fences, and a URL's or prefix's fence
  std::uint64_t bytes = kOrder * (request.urls.size() + request.prefixes.size());
  for (const std::string& tag : request.tags) {
    bytes += kOrder + (fence_.find_tag(tag) ? 0 : TagTable::record_bytes(tag));
  }
  return std::min(bytes, settings_.max_size);
}

Purged MemoryStore::count(const PurgeRequest& request) const {
  Purged purged = census_.count(request, ledger_.entries());
  // What an earlier purge has doomed is still counted until the sweep has passed.
  if (last_hard_purge_.load() > swept_.load()) purged.accuracy = Purged::Accuracy::estimate;
  // Never too low, so nothing is nothing.
  if (purged.count == 0 && request.prefixes.empty()) purged.accuracy = Purged::Accuracy::exact;
  return purged;
}

Store::Sweep MemoryStore::sweep(WallTime now, std::size_t budget) {
  const std::unique_lock lock(sweep_mutex_, std::try_to_lock);
  if (!lock.owns_lock()) return Sweep::done;  // another thread is at it
  measure_slack(now);
  expire(second_of(now), budget);
  const Sweep result = budget == 0 ? Sweep::more : walk(now, budget);
  fence_.retire_through(std::min(swept_.load(), fence_.oldest_fetch()));
  return result;
}

// Nothing is evicted for it here: that would leave holes, which are slack too. What is put from now
// on makes more room than it takes.
void MemoryStore::measure_slack(WallTime now) {
  constexpr Duration kInterval{900};  // somewhat less than that of the sweeps
  if (now >= progress_.slack_measured && now < progress_.slack_measured + kInterval) return;
  progress_.slack_measured = now;
  const std::uint64_t whole = settings_.heap_slack();
  const std::uint64_t grown = whole > slack_at_first_ ? whole - slack_at_first_ : 0;
  heap_slack_.store(grown, std::memory_order_relaxed);
  const std::uint64_t tolerated = settings_.max_size / 20;
  ledger_.set_slack(grown > tolerated ? grown - tolerated : 0);
}

void MemoryStore::expire(std::uint32_t now, std::size_t& budget) {
  while (progress_.expired_through < now && budget > 0) {
    std::size_t batch = std::min(budget, MemoryShard::kBatch);
    const std::size_t granted = batch;
    shards_[progress_.expiring_shard]->expire(now, batch);
    budget -= granted - batch;
    if (batch == 0) continue;  // perhaps not finished with this shard
    if (++progress_.expiring_shard < shards_.size()) continue;
    progress_.expiring_shard = 0;
    progress_.expired_through = now;
  }
}

// Asks the fence about everything stored, after purges. When it has passed, no stored response is
// older than a fence that concerns it, and the fences up to the epoch at its beginning have nothing
// left to do.
Store::Sweep MemoryStore::walk(WallTime now, std::size_t& budget) {
  if (!progress_.walking) {
    const bool resting = now >= progress_.walk_ended && now < progress_.walk_ended + progress_.rest;
    if (fence_.current() == swept_.load() || resting) return Sweep::done;
    progress_.walking = true;
    progress_.walk_began_at = fence_.current();
    progress_.shard = progress_.position = 0;
  }
  while (progress_.shard < shards_.size()) {
    if (budget == 0) return Sweep::more;
    std::size_t batch = std::min(budget, MemoryShard::kBatch);
    budget -= batch;
    const auto walked = shards_[progress_.shard]->remove_purged(progress_.position, batch);
    budget += batch;
    if (walked == MemoryShard::Walk::unfinished) continue;
    ++progress_.shard;
    progress_.position = 0;
  }
  progress_.walking = false;
  swept_.store(progress_.walk_began_at);
  // Purges without end must not keep a large store walking without end.
  progress_.walk_ended = now;
  progress_.rest = Duration(static_cast<std::int64_t>(ledger_.entries() / 1000));
  return fence_.current() == swept_.load() ? Sweep::done : Sweep::more;
}

StoreStats MemoryStore::stats() const {
  StoreStats stats;
  stats.entries = ledger_.entries();
  stats.bytes = ledger_.bytes();
  stats.max_bytes = ledger_.max_bytes();
  stats.max_entries = ledger_.max_entries();
  stats.slack = heap_slack_.load(std::memory_order_relaxed);
  stats.evicted = counters_.evicted.load(std::memory_order_relaxed);
  stats.expired = counters_.expired.load(std::memory_order_relaxed);
  stats.purged = counters_.purged.load(std::memory_order_relaxed);
  stats.fences = fence_.fence_count();
  stats.tags = fence_.tag_count();
  return stats;
}

std::unique_ptr<LocalStore> make_memory_store(const MemoryStoreSettings& settings) {
  return std::make_unique<MemoryStore>(settings);
}

}  // namespace hawkcache::store
