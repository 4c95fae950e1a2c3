#include "shared_store/recent_fetches.hpp"

#include <algorithm>
#include <limits>

namespace hawkcache::shared_store {

void RecentFetches::note(std::uint64_t sequence, SteadyTime begun) noexcept {
  const std::lock_guard lock(mutex_);
  if (begun < marks_[newest_].begun + kStep) return;
  newest_ = (newest_ + 1) % marks_.size();
  marks_[newest_] = {begun, sequence};
}

std::uint64_t RecentFetches::oldest(SteadyTime now) const noexcept {
  std::uint64_t oldest = std::numeric_limits<std::uint64_t>::max();
  const std::lock_guard lock(mutex_);
  for (const Mark& mark : marks_) {
    if (mark.begun >= now - kLag) oldest = std::min(oldest, mark.sequence);
  }
  return oldest;
}

}  // namespace hawkcache::shared_store
