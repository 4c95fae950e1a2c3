#include "shared_store/redis_clock.hpp"

#include "base/ascii.hpp"
#include "store/fetch_sequence.hpp"

#include <algorithm>

namespace hawkcache::shared_store {

namespace {

// What the clocks of two nodes may differ by, and more: what is counted here and there is measured
// over one round trip each.
constexpr Duration kTolerance{5000};
// Seconds; in the year 2223.
constexpr std::uint64_t kLatest = 8'000'000'000;

std::int64_t milliseconds(SteadyTime time) noexcept {
  return std::chrono::floor<Duration>(time.time_since_epoch()).count();
}

}  // namespace

RedisClock::RedisClock(const Clock& clock) noexcept
    : clock_(clock),
      offset_(clock.wall().time_since_epoch().count() - milliseconds(clock.steady())) {}

WallTime RedisClock::now() const noexcept {
  return WallTime(
      Duration(milliseconds(clock_.steady()) + offset_.load(std::memory_order_relaxed)));
}

WallTime RedisClock::of_redis(WallTime local) const noexcept {
  return now() - (clock_.wall() - local);
}

WallTime RedisClock::of_this_node(WallTime redis) const noexcept {
  return clock_.wall() - (now() - redis);
}

std::uint64_t RedisClock::highest_sequence() const noexcept {
  return store::first_sequence_at(now() + kTolerance);
}

Duration RedisClock::measure(WallTime time, SteadyTime asked, SteadyTime answered) noexcept {
  const std::int64_t said = time.time_since_epoch().count();
  const std::int64_t before = offset_.load(std::memory_order_relaxed);
  const std::int64_t after =
      std::clamp(before, said - milliseconds(answered), said - milliseconds(asked));
  offset_.store(after, std::memory_order_relaxed);
  return Duration(after - before);
}

std::optional<WallTime> parse_time_reply(const redis::Reply& reply) noexcept {
  using Type = redis::Reply::Type;
  if (!reply.is(Type::array) || reply.elements.size() != 2) return std::nullopt;
  const redis::Reply& first = reply.elements[0];
  const redis::Reply& second = reply.elements[1];
  if (!first.is(Type::text) || !second.is(Type::text)) return std::nullopt;
  const auto seconds = ascii::parse_digits(first.text);
  const auto micros = ascii::parse_digits(second.text);
  if (!seconds || *seconds > kLatest || !micros || *micros > 999'999) return std::nullopt;
  return WallTime(Duration(static_cast<std::int64_t>(*seconds * 1000 + *micros / 1000)));
}

}  // namespace hawkcache::shared_store
