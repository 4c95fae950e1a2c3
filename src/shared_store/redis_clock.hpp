// Redis's clock as this node knows it: what the fetches of all nodes are ordered by, and what the
// times of soft purges are told in (docs/purging.md).
//
// It is counted on from this node's steady time, so that whoever sets this node's clock does not
// move it; the follower measures it again whenever it looks at Redis. Until it was measured for the
// first time it is this node's own.
//
// Thread-safe.
#pragma once

#include "base/clock.hpp"
#include "redis/reply.hpp"

#include <atomic>
#include <cstdint>
#include <optional>

namespace hawkcache::shared_store {

class RedisClock {
 public:
  explicit RedisClock(const Clock& clock) noexcept;  // outlives it

  WallTime now() const noexcept;
  // A time by this node's clock, told by Redis's; and the other way round.
  WallTime of_redis(WallTime local) const noexcept;
  WallTime of_this_node(WallTime redis) const noexcept;
  // What has a higher sequence was numbered by another clock than this: that of a Redis that was
  // set back since. It is newer than nothing.
  std::uint64_t highest_sequence() const noexcept;

  // Redis answered that it was `time`; it was asked and had answered then. Moves the clock no
  // further than it is proven wrong, and returns by how much.
  Duration measure(WallTime time, SteadyTime asked, SteadyTime answered) noexcept;

 private:
  const Clock& clock_;
  std::atomic<std::int64_t> offset_;  // ms to be added to the steady time
};

// The reply to TIME; nullopt: it is none.
std::optional<WallTime> parse_time_reply(const redis::Reply& reply) noexcept;

}  // namespace hawkcache::shared_store
