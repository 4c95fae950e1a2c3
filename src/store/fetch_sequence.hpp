// The numbers that order fetches, those of several nodes too: milliseconds since 1970, with room
// for a million fetches in each.
#pragma once

#include "base/clock.hpp"

#include <algorithm>
#include <cstdint>

namespace hawkcache::store {

// The lowest of a fetch that begins then; times before 1970 and after 2248 count as these.
constexpr std::uint64_t first_sequence_at(WallTime time) noexcept {
  constexpr int kShift = 20;
  constexpr std::int64_t kLatest = (std::int64_t{1} << 43) - 1;
  const std::int64_t since_1970 = time.time_since_epoch().count();
  return static_cast<std::uint64_t>(std::clamp<std::int64_t>(since_1970, 0, kLatest)) << kShift;
}

}  // namespace hawkcache::store
