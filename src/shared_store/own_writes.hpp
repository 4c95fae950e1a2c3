// Which keys this node has just written to Redis itself. Whoever is told that a key has changed can
// so tell its own echo from another's change: the echo is looked at, anything else is obeyed at
// once. Bounded; what is forgotten is obeyed, which costs a look-up in Redis and nothing else.
//
// Also counts, per key, how often it was reported as changed: who reads a value from Redis in order
// to keep it in memory compares before and after, and drops it where a change came in between.
//
// Thread-safe.
#pragma once

#include "base/hash.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

namespace hawkcache::shared_store {

class OwnWrites {
 public:
  // `value_header`: the header of the value as it was sent (stored_format).
  void remember(const std::string& name, std::string value_header);
  // The header of the last write under the name, if it is remembered.
  std::optional<std::string> header_of(const std::string& name) const;
  void forget(const std::string& name);

 private:
  // Two halves: when one is full the older one is dropped.
  static constexpr std::size_t kHalf = 16'384;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, std::string> newer_;
  std::unordered_map<std::string, std::string> older_;
};

// How often keys were reported as changed, by hash; several keys may share a count.
class ChangeCounts {
 public:
  std::uint32_t of(const Hash128& key) const noexcept {
    return counts_[key.low % kCounts].load(std::memory_order_acquire);
  }
  void changed(const Hash128& key) noexcept {
    counts_[key.low % kCounts].fetch_add(1, std::memory_order_acq_rel);
  }
  void everything_changed() noexcept {
    for (auto& count : counts_) count.fetch_add(1, std::memory_order_acq_rel);
  }

 private:
  static constexpr std::size_t kCounts = 8192;
  std::array<std::atomic<std::uint32_t>, kCounts> counts_{};
};

}  // namespace hawkcache::shared_store
