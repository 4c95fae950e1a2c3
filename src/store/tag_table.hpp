// Interned tags. A tag's record holds its fence and the number of stored responses that carry it;
// whoever refers to it (a stored response, the fence's memory of a purge) holds a TagRef, so that
// asking whether a response's tags were purged takes a few atomic loads and no look-up.
#pragma once

#include "store/fence.hpp"
#include "store/intern_table.hpp"

#include <atomic>
#include <cstdint>

namespace hawkcache::store {

class TagState {
 public:
  AtomicFence& fence() noexcept { return fence_; }
  const AtomicFence& fence() const noexcept { return fence_; }

  // Stored responses that carry the tag. Kept by the store: counted before a response goes in and
  // after it went out, so that it is never too low.
  std::uint64_t members() const noexcept { return members_.load(std::memory_order_relaxed); }
  void add_member() noexcept { members_.fetch_add(1, std::memory_order_relaxed); }
  void remove_member() noexcept { members_.fetch_sub(1, std::memory_order_relaxed); }

 private:
  friend class TagFences;
  AtomicFence fence_;
  std::atomic<std::uint64_t> members_{0};
  bool remembered_ = false;  // its fence is among those remembered; guarded by the purge lock
};

using TagRef = InternRef<TagState>;
using TagTable = InternTable<TagState>;

}  // namespace hawkcache::store
