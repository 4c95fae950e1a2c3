#include "store/memory_store.hpp"

#include "base/hash.hpp"
#include "caching/freshness.hpp"
#include "store/head_split.hpp"
#include "store/memory_store_impl.hpp"
#include "store/scope_hash.hpp"

#include <algorithm>
#include <bit>
#include <span>
#include <utility>

#include <boost/container/small_vector.hpp>

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

// A second hash, with the process's seed: nobody outside can aim at a shard or a bucket.
std::uint64_t mixed(const Hash128& hash) noexcept {
  return hash64({reinterpret_cast<const char*>(&hash), sizeof hash}, process_seed());
}

// Room that was reserved, given back at its end.
class Reserved {
 public:
  Reserved(MemoryLedger& ledger, std::uint64_t bytes) noexcept : ledger_(ledger), bytes_(bytes) {}
  ~Reserved() { ledger_.release(bytes_, 0); }
  Reserved(const Reserved&) = delete;
  Reserved& operator=(const Reserved&) = delete;

 private:
  MemoryLedger& ledger_;
  std::uint64_t bytes_;
};

}  // namespace

MemoryStore::MemoryStore(const MemoryStoreSettings& settings)
    : settings_(settings),
      fence_(limits_for(settings)),
      ledger_(settings.max_size, settings.max_entries, fence_, *heads_),
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

// What is common is kept apart once it has come with two keys: most such heads stay the only ones.
NewResponsePtr MemoryStore::make(const StoredPartsView& parts) {
  thread_local HeadSplitter splitter;
  const std::uint64_t owner = hash64(parts.key);
  if (const HeadSplit* split = splitter.split(parts.head, owner, repeats_)) {
    CommonHeadRef common = heads_->find(split->common);
    if (!common && repeats_.repeats(hash64(split->common), owner)) {
      common = intern_head(split->common);
    }
    if (common) {
      StoredPartsView rest = parts;
      rest.head = split->own;
      return StoredResponse::make(rest, std::move(common));
    }
  }
  return StoredResponse::make(parts);
}

// Empty: there is no room for it. As with tags, room is reserved while it is made.
CommonHeadRef MemoryStore::intern_head(std::string_view common) {
  const std::size_t bytes = CommonHeads::record_bytes(common);
  if (!reserve_beside(0, bytes)) return {};
  const Reserved reserved(ledger_, bytes);
  return heads_->intern(common);
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
  // Whom would it help to evict others?
  if (!ledger_.can_ever_fit(bytes + bytes_of_new_tags(*response))) return PutResult::no_room;
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

// Of the records, if nothing else had these tags.
std::uint64_t MemoryStore::bytes_of_new_tags(const StoredResponse& response) noexcept {
  std::uint64_t bytes = 0;
  for (const std::string& tag : response.unrecorded_tags()) bytes += TagTable::record_bytes(tag);
  return bytes;
}

// `bytes`: of the entry.
bool MemoryStore::can_never_fit(const StoredResponse& response,
                                std::uint64_t bytes) const noexcept {
  bytes += Entry::kUnit + bytes_of_new_tags(response);
  return settings_.max_entries == 0 ||
         bytes > std::min<std::uint64_t>(settings_.max_size, Entry::kMaxBytes);
}

// Room for new records is reserved while they are made; from then on they are in the fence's own
// books.
bool MemoryStore::adopt_tags(StoredResponse& response, std::size_t shard) {
  const std::span<const std::string> texts = response.unrecorded_tags();
  boost::container::small_vector<TagRef, 8> records;
  records.reserve(texts.size());
  std::uint64_t missing = 0;
  for (const std::string& text : texts) {
    records.push_back(fence_.find_tag(text));
    if (!records.back()) missing += TagTable::record_bytes(text);
  }
  if (missing > 0) {
    if (!reserve_beside(shard, missing)) return false;
    const Reserved reserved(ledger_, missing);
    for (std::size_t i = 0; i < records.size(); ++i) {
      if (!records[i]) records[i] = fence_.intern(texts[i]);
    }
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
  if (!ledger_.can_ever_fit(bytes)) return false;  // nobody has to go in vain
  EvictionsInVain in_vain(ledger_, bytes);
  for (const auto which : {MemoryShard::Evict::from_share, MemoryShard::Evict::anything}) {
    for (std::size_t i = 0; i < shards_.size(); ++i) {
      MemoryShard& shard = *shards_[(first_shard + i) & (shards_.size() - 1)];
      while (!ledger_.fits(bytes, entries)) {
        const std::size_t evicted = shard.evict(bytes, entries, which);
        if (evicted == 0) break;
        if (in_vain.too_many(evicted)) return false;
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
