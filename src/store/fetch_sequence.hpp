// The numbers that order fetches, those of several nodes too: milliseconds since 1970, with room
// for a million fetches in each.
#pragma once

#include "base/clock.hpp"

#include <algorithm>
#include <cstdint>

namespace hawkcache::store {

// What lies between fetches that began so far apart; less than none, or more than 278 years, count
// as these.
constexpr std::uint64_t sequence_span(Duration span) noexcept {
  constexpr int kShift = 20;
  constexpr std::int64_t kLongest = (std::int64_t{1} << 43) - 1;
  return static_cast<std::uint64_t>(std::clamp<std::int64_t>(span.count(), 0, kLongest)) << kShift;
}

// The lowest of a fetch that begins then; times before 1970 and after 2248 count as these.
constexpr std::uint64_t first_sequence_at(WallTime time) noexcept {
  return sequence_span(time.time_since_epoch());
}

// How old a fetch may be whose answer is given out on a node that does not hear what other nodes
// purge: with the way to the client, less than the second that is promised.
inline constexpr Duration kLagWhileAway{900};

}  // namespace hawkcache::store
