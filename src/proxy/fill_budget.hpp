// What the bodies that are being fetched for the store may take of memory, all of a node together:
// until they are stored no other budget counts them. Thread-safe; owned by the server.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

namespace hawkcache::proxy {

class FillBudget {
 public:
  // Half of what the store may hold, but room for one object in any case. Bytes.
  FillBudget(std::uint64_t max_size, std::uint64_t max_object) noexcept
      : limit_(std::max(max_size / 2, max_object)) {}

  std::uint64_t used() const noexcept { return used_.load(std::memory_order_relaxed); }
  // What waits for slow clients is not to take it all from what comes in as fast as it can.
  bool is_half_used() const noexcept { return used() > limit_ / 2; }

 private:
  friend class FillShare;
  // False: nothing was taken.
  [[nodiscard]] bool take(std::uint64_t bytes) noexcept {
    // Not added and taken back: meanwhile others would be refused what there is room for.
    std::uint64_t used = used_.load(std::memory_order_relaxed);
    do {
      if (bytes > limit_ - used) return false;
    } while (!used_.compare_exchange_weak(used, used + bytes, std::memory_order_relaxed));
    return true;
  }
  void give_back(std::uint64_t bytes) noexcept {
    used_.fetch_sub(bytes, std::memory_order_relaxed);
  }

  const std::uint64_t limit_;
  std::atomic<std::uint64_t> used_{0};
};

// What one body has of it; given back at the end. The budget outlives it.
class FillShare {
 public:
  explicit FillShare(FillBudget& budget) noexcept : budget_(budget) {}
  ~FillShare() { give_back(); }
  FillShare(const FillShare&) = delete;
  FillShare& operator=(const FillShare&) = delete;

  // False: there is no room for so many bytes; what it had it keeps.
  [[nodiscard]] bool grow_to(std::uint64_t bytes) noexcept {
    if (bytes <= taken_) return true;
    if (!budget_.take(bytes - taken_)) return false;
    taken_ = bytes;
    return true;
  }
  // Whether the others' bodies take half of the budget and more.
  bool is_half_used_by_others() const noexcept {
    return budget_.used() > budget_.limit_ / 2 + taken_;
  }
  void give_back() noexcept {
    if (taken_ > 0) budget_.give_back(taken_);
    taken_ = 0;
  }

 private:
  FillBudget& budget_;
  std::uint64_t taken_ = 0;
};

}  // namespace hawkcache::proxy
