// Wall time that a test moves by hand; steady time (timeouts) stays real. Thread-safe.
#pragma once

#include "base/clock.hpp"

#include <atomic>
#include <string>

namespace hawkcache::scenario {

class ManualClock final : public Clock {
 public:
  WallTime wall() const noexcept override { return WallTime(Duration(now_.load())); }
  SteadyTime steady() const noexcept override { return std::chrono::steady_clock::now(); }
  void advance(Duration by) noexcept { now_.fetch_add(by.count()); }
  // An HTTP date, `offset` from now.
  std::string http_date(Duration offset = Duration{0}) const;

 private:
  std::atomic<std::int64_t> now_{1'767'225'600'000};  // 2026-01-01 00:00:00 UTC
};

}  // namespace hawkcache::scenario
