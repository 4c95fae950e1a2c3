// The inside of the memory store. Private to memory_store.cpp and memory_purge.cpp.
#pragma once

#include "store/census.hpp"
#include "store/common_heads.hpp"
#include "store/memory_ledger.hpp"
#include "store/memory_shard.hpp"
#include "store/memory_store.hpp"
#include "store/repeat_filter.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

namespace hawkcache::store {

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
  NewResponsePtr make(const StoredPartsView& parts) override;
  Awaitable<PutResult> put(NewResponsePtr response, Patience& patience) override;
  PutResult put_now(NewResponsePtr response) noexcept override;
  Awaitable<Result<Purged>> purge(PurgeRequest request, WallTime now) override;
  Purged purge_now(const PurgeRequest& request, WallTime now) override;
  Purged known(const PurgeRequest& request) const override;
  void drop(const Hash128& key_hash) noexcept override;
  PurgeFence& fence() noexcept override { return fence_; }
  std::uint64_t max_object() const noexcept override {
    // The rest is for the key, the head, and what the allocator adds to each chunk of the body.
    const std::uint64_t most = std::min<std::uint64_t>(settings_.max_size, Entry::kMaxBytes);
    return std::min(settings_.max_object, most - most / 32);
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
    Sweep pace = Sweep::done;  // where there is nothing to do at once; soon: much is being put
    std::array<std::uint64_t, 3> slacks{};  // the last measurements, the newest first
    std::uint64_t reserved_then = 0;        // when the slack was measured
    std::uint64_t slack_wanted = 0;         // what the ledger is to take for it
  };

  std::size_t shard_number(std::uint64_t mixed_hash) const noexcept {
    return (mixed_hash >> 32) & (shards_.size() - 1);
  }
  static std::uint64_t bytes_of_new_tags(const StoredResponse& response) noexcept;
  bool can_never_fit(const StoredResponse& response, std::uint64_t bytes) const noexcept;
  CommonHeadRef intern_head(std::string_view common);
  bool adopt_tags(StoredResponse& response, std::size_t shard);
  PutResult place(const NewResponsePtr& response, std::size_t shard);
  bool make_room(std::size_t first_shard, std::uint64_t bytes, std::uint64_t entries);
  bool reserve_beside(std::size_t shard, std::uint64_t bytes);
  std::uint64_t bytes_to_remember(const PurgeRequest& request) const;
  void measure_slack(WallTime now);
  Sweep follow_slack();
  void expire(std::uint32_t now, std::size_t& budget);
  Sweep walk(WallTime now, std::size_t& budget);

  const MemoryStoreSettings settings_;
  const std::uint64_t slack_at_first_ = settings_.heap_slack();
  PurgeFence fence_;
  const CommonHeads::Owner heads_ = CommonHeads::create();
  RepeatFilter repeats_;  // lines of heads, and what is common to heads
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

}  // namespace hawkcache::store
