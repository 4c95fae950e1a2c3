#include "proxy/uncacheable_keys.hpp"

#include <chrono>

namespace hawkcache::proxy {
namespace {

std::uint64_t seconds_of(SteadyTime time) noexcept {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count());
}
std::size_t slot_of(const Hash128& key, std::size_t slots) noexcept { return key.low % slots; }
constexpr std::uint64_t kTagMask = 0xffffffff00000000;

}  // namespace

void UncacheableKeys::remember(const Hash128& key, SteadyTime now) noexcept {
  const std::uint64_t until = seconds_of(now + kRemembered) & ~kTagMask;
  (*slots_)[slot_of(key, kSlots)].store((key.high & kTagMask) | until, std::memory_order_relaxed);
}

void UncacheableKeys::forget(const Hash128& key) noexcept {
  Slot& slot = (*slots_)[slot_of(key, kSlots)];
  std::uint64_t seen = slot.load(std::memory_order_relaxed);
  if ((seen & kTagMask) == (key.high & kTagMask)) {
    slot.compare_exchange_strong(seen, 0, std::memory_order_relaxed);
  }
}

bool UncacheableKeys::contains(const Hash128& key, SteadyTime now) const noexcept {
  const std::uint64_t seen = (*slots_)[slot_of(key, kSlots)].load(std::memory_order_relaxed);
  return seen != 0 && (seen & kTagMask) == (key.high & kTagMask) &&
         (seen & ~kTagMask) > (seconds_of(now) & ~kTagMask);
}

}  // namespace hawkcache::proxy
