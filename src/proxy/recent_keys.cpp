#include "proxy/recent_keys.hpp"

#include <chrono>

namespace hawkcache::proxy {
namespace {

constexpr std::uint64_t kTagMask = 0xffffffff00000000;

std::uint32_t milliseconds_of(SteadyTime time) noexcept {
  return static_cast<std::uint32_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count());
}

}  // namespace

void RecentKeys::remember(const Hash128& key, SteadyTime now) noexcept {
  const std::uint64_t until = milliseconds_of(now + remembered_);
  slot_of(key).store((key.high & kTagMask) | until, std::memory_order_relaxed);
}

void RecentKeys::forget(const Hash128& key) noexcept {
  Slot& slot = slot_of(key);
  std::uint64_t seen = slot.load(std::memory_order_relaxed);
  if ((seen & kTagMask) == (key.high & kTagMask)) {
    slot.compare_exchange_strong(seen, 0, std::memory_order_relaxed);
  }
}

// The milliseconds come round every 49 days: what lies further ahead than anything is remembered
// for was remembered long ago.
bool RecentKeys::contains(const Hash128& key, const Clock& clock) const noexcept {
  const std::uint64_t seen = slot_of(key).load(std::memory_order_relaxed);
  if (seen == 0 || (seen & kTagMask) != (key.high & kTagMask)) return false;
  const std::uint32_t left = static_cast<std::uint32_t>(seen) - milliseconds_of(clock.steady());
  return left != 0 && left <= remembered_.count();
}

}  // namespace hawkcache::proxy
