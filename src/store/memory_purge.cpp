// Purges of the memory store, and the sweeps that clear away what they leave, and what has expired.
#include "store/memory_store_impl.hpp"

#include <algorithm>
#include <chrono>
#include <mutex>

namespace hawkcache::store {

namespace {

std::uint32_t second_of(WallTime now) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count();
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(seconds, 0, UINT32_MAX - 1));
}

}  // namespace

Purged MemoryStore::purge_now(const PurgeRequest& request, WallTime now) {
  if (request.names_nothing()) return {};
  const std::lock_guard lock(purge_mutex_);
  const std::uint64_t bytes = bytes_to_remember(request);
  // A purge is carried out even where no room can be made for remembering it.
  const bool reserved = bytes == 0 || reserve_beside(0, bytes);
  const Purged purged = known(request);
  const Epoch epoch = fence_.raise(request, now);
  if (reserved) ledger_.release(bytes, 0);
  const bool nothing_known = purged.count == 0 && purged.accuracy == Purged::Accuracy::exact;
  if (request.kind == PurgeKind::hard && !nothing_known) last_hard_purge_.store(epoch);
  return purged;
}

std::uint64_t MemoryStore::bytes_to_remember(const PurgeRequest& request) const {
  // Its place among the fences, and a URL's or prefix's fence, or the soft purge before this one.
  constexpr std::uint64_t kOrder = 72;
  std::uint64_t bytes = kOrder * (request.urls.size() + request.prefixes.size());
  for (const std::string& tag : request.tags) {
    bytes += kOrder + (fence_.find_tag(tag) ? 0 : TagTable::record_bytes(tag));
  }
  return std::min(bytes, settings_.max_size);
}

Purged MemoryStore::known(const PurgeRequest& request) const {
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
  Sweep result = progress_.pace;
  expire(second_of(now), budget);
  if (budget == 0 || walk(now, budget) == Sweep::more) result = Sweep::more;
  if (follow_slack() == Sweep::more) result = Sweep::more;
  const auto retired = fence_.retire_through(std::min(swept_.load(), fence_.oldest_fetch()));
  return retired == PurgeFence::Retired::in_part ? Sweep::more : result;
}

// What lasts is counted, not what is on its way back to the system (a tenth of a second,
// src/allocator.cpp). Little changes where little is put; where much is put, and of other sizes
// than before, the process grows with it.
void MemoryStore::measure_slack(WallTime now) {
  constexpr Duration kInterval{90};
  if (now >= progress_.slack_measured && now < progress_.slack_measured + kInterval) return;
  progress_.slack_measured = now;
  const std::uint64_t tolerated = settings_.max_size / 40;
  const std::uint64_t reserved = ledger_.reserved_in_all();
  const bool much_was_put = reserved - progress_.reserved_then >= settings_.max_size / 64;
  const bool was_small = progress_.slacks.front() <= tolerated && progress_.slack_wanted == 0;
  progress_.pace = much_was_put ? Sweep::soon : Sweep::done;
  if (!much_was_put && was_small) return;
  progress_.reserved_then = reserved;
  std::uint64_t whole = settings_.heap_slack();
  for (const auto& shard : shards_) whole += shard->spare_bytes();
  const std::uint64_t grown = whole > slack_at_first_ ? whole - slack_at_first_ : 0;
  heap_slack_.store(grown, std::memory_order_relaxed);
  std::shift_right(progress_.slacks.begin(), progress_.slacks.end(), 1);
  progress_.slacks.front() = grown;
  const std::uint64_t lasting = *std::min_element(progress_.slacks.begin(), progress_.slacks.end());
  progress_.slack_wanted = lasting > tolerated ? lasting - tolerated : 0;
}

// Less room little by little, and made here: nobody who puts something has to evict more than it
// takes.
Store::Sweep MemoryStore::follow_slack() {
  constexpr std::uint64_t kStep = 128 << 10;
  const std::uint64_t before = ledger_.slack();
  ledger_.set_slack(std::min(progress_.slack_wanted, before + kStep));
  if (ledger_.slack() <= before) return Sweep::done;
  make_room(0, 0, 0);
  return ledger_.slack() < progress_.slack_wanted ? Sweep::more : Sweep::done;
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

}  // namespace hawkcache::store
