// The memory store's books: bytes and entries, against their limits. Room is reserved before
// anything goes in, so the limits hold at all times. Thread-safe.
#pragma once

#include "store/common_heads.hpp"
#include "store/purge_fence.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace hawkcache::store {

class MemoryLedger {
 public:
  MemoryLedger(std::uint64_t max_bytes,
               std::uint64_t max_entries,
               const PurgeFence& fence,
               const CommonHeads& heads) noexcept
      : max_bytes_(max_bytes), max_entries_(max_entries), fence_(fence), heads_(heads) {}

  // Tag records, fences and common heads are in it too; they keep books of their own.
  std::uint64_t bytes() const noexcept { return bytes_.load() + bytes_beside(); }
  std::uint64_t entry_bytes() const noexcept { return bytes_.load(); }
  std::uint64_t entries() const noexcept { return entries_.load(); }
  std::uint64_t max_bytes() const noexcept { return max_bytes_; }
  std::uint64_t max_entries() const noexcept { return max_entries_; }

  // What the heap takes beyond what is counted here (heap_slack.hpp): from now on the limit of
  // bytes is for both together. The most that is believed is a quarter of it: a store always has
  // room.
  void set_slack(std::uint64_t bytes) noexcept { slack_.store(std::min(bytes, max_bytes_ / 4)); }
  std::uint64_t slack() const noexcept { return slack_.load(); }
  // Bytes of all reservations since the beginning: how much has been put.
  std::uint64_t reserved_in_all() const noexcept {
    return reserved_in_all_.load(std::memory_order_relaxed);
  }
  // Whether so many bytes would fit if all entries went, and with them the tag records and common
  // heads that only they refer to.
  bool can_ever_fit(std::uint64_t bytes) const noexcept {
    return fence_.bytes_of_fences() + bytes <= room();
  }
  // Whether more lies beside the entries than in them: each that goes takes much along, but only
  // once it has been freed.
  bool is_mostly_beside() const noexcept { return bytes_beside() > bytes_.load(); }

  // Whether it takes more than that all entries went: records beside them have to go as well.
  bool needs_records_to_go(std::uint64_t bytes) const noexcept {
    return bytes_beside() + bytes > room();
  }

  // Whether a reservation would be granted now.
  bool fits(std::uint64_t more_bytes, std::uint64_t more_entries) const noexcept {
    return entries() + more_entries <= max_entries_ && bytes() + more_bytes <= room();
  }
  enum class Reservation : std::uint8_t { granted, full };
  [[nodiscard]] Reservation reserve(std::uint64_t bytes, std::uint64_t entries) noexcept {
    if (!raise(entries_, entries, max_entries_)) return Reservation::full;
    const std::uint64_t beside = bytes_beside();
    const std::uint64_t limit = room();
    if (beside <= limit && raise(bytes_, bytes, limit - beside)) {
      reserved_in_all_.fetch_add(bytes, std::memory_order_relaxed);
      return Reservation::granted;
    }
    entries_.fetch_sub(entries);
    return Reservation::full;
  }
  void release(std::uint64_t bytes, std::uint64_t entries) noexcept {
    bytes_.fetch_sub(bytes);
    entries_.fetch_sub(entries);
  }

  std::uint64_t bytes_beside() const noexcept { return fence_.bytes() + heads_.bytes(); }

 private:
  std::uint64_t room() const noexcept { return max_bytes_ - slack_.load(); }
  static bool raise(std::atomic<std::uint64_t>& used,
                    std::uint64_t amount,
                    std::uint64_t limit) noexcept {
    std::uint64_t now = used.load();
    do {
      if (amount > limit || now > limit - amount) return false;
    } while (!used.compare_exchange_weak(now, now + amount));
    return true;
  }

  const std::uint64_t max_bytes_;
  const std::uint64_t max_entries_;
  const PurgeFence& fence_;
  const CommonHeads& heads_;
  std::atomic<std::uint64_t> bytes_{0};
  std::atomic<std::uint64_t> entries_{0};
  std::atomic<std::uint64_t> slack_{0};
  std::atomic<std::uint64_t> reserved_in_all_{0};
};

// Evictions that make no room: where records have to go along, those that somebody else refers to
// (mostly slow clients' responses that are in the store no more) stay. One attempt to make room;
// one thread.
class EvictionsInVain {
 public:
  EvictionsInVain(const MemoryLedger& ledger, std::uint64_t bytes) noexcept
      : ledger_(ledger), bytes_(bytes), least_beside_(ledger.bytes_beside()) {}

  // After each eviction: whether there have been so many in vain, one after the other, that it is
  // time to give up.
  bool too_many(std::size_t evicted) noexcept {
    const std::uint64_t beside = ledger_.bytes_beside();
    if (!ledger_.needs_records_to_go(bytes_) || beside < least_beside_) {
      least_beside_ = std::min(beside, least_beside_);
      in_vain_ = 0;
    } else {
      in_vain_ += evicted;
    }
    return in_vain_ >= kMost;
  }

  static constexpr std::size_t kMost = 128;

 private:
  const MemoryLedger& ledger_;
  const std::uint64_t bytes_;
  std::uint64_t least_beside_;
  std::size_t in_vain_ = 0;
};

}  // namespace hawkcache::store
