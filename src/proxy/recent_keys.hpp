// Keys of which something was found out lately: that their last answer could not be shared
// (requests for them do not wait for each other), or that a refresh has just failed. A fixed table
// of hashes with expiry times: bounded, lossy on collisions (which cost a wait or a fetch, or put a
// refresh off, never a wrong answer). Thread-safe, without locks.
#pragma once

#include "base/clock.hpp"
#include "base/hash.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace hawkcache::proxy {

class RecentKeys {
 public:
  // `slots`: a power of two. A key is remembered for less than a day.
  RecentKeys(Duration remembered, std::size_t slots)
      : remembered_(remembered), mask_(slots - 1), slots_(std::make_unique<Slot[]>(slots)) {}

  void remember(const Hash128& key, SteadyTime now) noexcept;
  void forget(const Hash128& key) noexcept;
  // Reads the clock only where there is something to compare: mostly there is not.
  bool contains(const Hash128& key, const Clock& clock) const noexcept;

 private:
  // The upper 32 bits of the key's hash, and the millisecond (steady, its lower 32 bits) at which
  // it is forgotten.
  using Slot = std::atomic<std::uint64_t>;
  Slot& slot_of(const Hash128& key) const noexcept { return slots_[key.low & mask_]; }

  const Duration remembered_;
  const std::size_t mask_;
  const std::unique_ptr<Slot[]> slots_;
};

// Whose last answer could not be shared.
struct UncacheableKeys : RecentKeys {
  UncacheableKeys() : RecentKeys(Duration(120'000), 64 * 1024) {}
};
// Whose last refresh in the background failed: the next is begun no sooner.
struct FailedRefreshes : RecentKeys {
  FailedRefreshes() : RecentKeys(Duration(1000), 16 * 1024) {}
};

}  // namespace hawkcache::proxy
