// Tells what repeats from what is one's own: remembers, in fixed memory, which things came, and
// whether they came from one owner or from several. What does not come again is forgotten first.
// May mistake a thing for another, or forget it: use it where that only costs something.
// Thread-safe.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace hawkcache::store {

class RepeatFilter {
 public:
  // No other filter of this process has it, ever.
  std::uint64_t number() const noexcept { return number_; }

  // Whether the thing came from another owner before; from now on it came from this one too. Both
  // by their hashes.
  bool repeats(std::uint64_t thing, std::uint64_t owner) noexcept {
    std::array<Slot, kWays>& set = sets_[thing % kSets];
    const std::uint64_t mark = thing & ~kOwner;
    // Never that of several.
    const std::uint64_t mine = mark | (owner & kOwner) | 1;
    for (std::size_t way = 0; way < kWays; ++way) {
      const std::uint64_t known = set[way].load(std::memory_order_relaxed);
      if ((known & ~kOwner) != mark) continue;
      if (known == mine) return false;
      set_if_other(set[way], known, mark | kSeveral);
      if (way > 0) move_up(set, way, mark | kSeveral);
      return true;
    }
    set.back().store(mine, std::memory_order_relaxed);
    return false;
  }

 private:
  using Slot = std::atomic<std::uint64_t>;
  static constexpr std::size_t kSets = 1024;
  static constexpr std::size_t kWays = 4;
  static constexpr std::uint64_t kOwner = 0xFFFF;  // the rest of a slot is the thing's hash
  static constexpr std::uint64_t kSeveral = 0;

  // What everybody has must not be written by everybody.
  static void set_if_other(Slot& slot, std::uint64_t known, std::uint64_t wanted) noexcept {
    if (known != wanted) slot.store(wanted, std::memory_order_relaxed);
  }
  // Past what came less often of late. New things take the last place, so they only push out what
  // never came again.
  static void move_up(std::array<Slot, kWays>& set, std::size_t way, std::uint64_t mark) noexcept {
    set[way].store(set[way - 1].load(std::memory_order_relaxed), std::memory_order_relaxed);
    set[way - 1].store(mark, std::memory_order_relaxed);
  }

  static inline std::atomic<std::uint64_t> filters_{0};
  const std::uint64_t number_ = 1 + filters_.fetch_add(1, std::memory_order_relaxed);
  std::array<std::array<Slot, kWays>, kSets> sets_{};
};

}  // namespace hawkcache::store
