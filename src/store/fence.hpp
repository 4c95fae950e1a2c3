// The words of the purge fence: epochs, verdicts, and one fence as an atomic value. What they are
// for is told in purge_fence.hpp.
#pragma once

#include "base/clock.hpp"
#include "store/purge.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>

namespace hawkcache::store {

using Epoch = std::uint64_t;

// Fetches are numbered by their time: in milliseconds, with room for a million fetches in each. The
// lowest number of those that begin then; times before 1970 and after 2248 count as these.
constexpr std::uint64_t sequence_at(WallTime time) noexcept {
  constexpr std::int64_t kLatest = (std::int64_t{1} << 43) - 1;
  const std::int64_t count = std::clamp<std::int64_t>(time.time_since_epoch().count(), 0, kLatest);
  return static_cast<std::uint64_t>(count) << 20;
}

// Where a fetch stands among the purges of a store that several nodes share (docs/purging.md). A
// generation is a stretch of time in which the shared counter was never lost or turned back;
// epochs of two generations do not compare. Generation 0: unknown.
struct SharedStamp {
  std::uint64_t generation = 0;
  Epoch epoch = 0;
  bool operator==(const SharedStamp&) const = default;
};

// The stamp of what is put together of two fetches: trusted as far as the older of them.
constexpr SharedStamp older_of(const SharedStamp& a, const SharedStamp& b) noexcept {
  if (a.generation != b.generation) return {};
  return {a.generation, std::min(a.epoch, b.epoch)};
}

// What a fence says of a response.
enum class Trust : std::uint8_t { trusted, distrusted, expired_by_soft_purge };

struct FenceVerdict {
  Trust trust = Trust::trusted;
  // For expired_by_soft_purge: the time of the earliest soft purge that concerns it, as far as it
  // is remembered (of each thing the newest is).
  WallTime expired_at{};

  void distrust() noexcept { trust = Trust::distrusted; }
  // A hard purge wins over any soft one.
  void soften(WallTime at) noexcept {
    if (trust == Trust::distrusted) return;
    expired_at = trust == Trust::trusted ? at : std::min(expired_at, at);
    trust = Trust::expired_by_soft_purge;
  }
};

// The newest hard and the newest soft purge of one thing. Only rises. Raised by one thread at a
// time (the purge lock), judged by any.
class AtomicFence {
 public:
  void raise(PurgeKind kind, Epoch epoch, WallTime now) noexcept {
    if (kind == PurgeKind::hard) {
      hard_.store(epoch, std::memory_order_release);
      return;
    }
    // The time first: whoever sees the epoch sees this time or a later purge's.
    soft_ms_.store(now.time_since_epoch().count(), std::memory_order_relaxed);
    soft_.store(epoch, std::memory_order_release);
  }

  void judge(Epoch epoch, FenceVerdict& verdict) const noexcept {
    if (hard_.load(std::memory_order_acquire) > epoch) {
      verdict.distrust();
    } else if (soft_.load(std::memory_order_acquire) > epoch) {
      verdict.soften(WallTime(Duration(soft_ms_.load(std::memory_order_relaxed))));
    }
  }

  Epoch newest() const noexcept {
    return std::max(hard_.load(std::memory_order_acquire), soft_.load(std::memory_order_acquire));
  }

 private:
  std::atomic<Epoch> hard_{0};
  std::atomic<Epoch> soft_{0};
  std::atomic<std::int64_t> soft_ms_{0};
};

}  // namespace hawkcache::store
