// Keys whose last answer could not be shared: requests for them do not wait for each other. A fixed
// table of hashes with expiry times: bounded, lossy on collisions (which cost a wait or a fetch,
// never a wrong answer). Thread-safe, without locks.
#pragma once

#include "base/clock.hpp"
#include "base/hash.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>

namespace hawkcache::proxy {

class UncacheableKeys {
 public:
  static constexpr Duration kRemembered{120'000};

  void remember(const Hash128& key, SteadyTime now) noexcept;
  void forget(const Hash128& key) noexcept;
  bool contains(const Hash128& key, SteadyTime now) const noexcept;

 private:
  static constexpr std::size_t kSlots = 64 * 1024;
  // The upper 32 bits of the key's hash, and the second (steady) at which it is forgotten.
  using Slot = std::atomic<std::uint64_t>;
  std::unique_ptr<std::array<Slot, kSlots>> slots_ = std::make_unique<std::array<Slot, kSlots>>();
};

}  // namespace hawkcache::proxy
