// Time as an argument. Decisions take a WallTime; only the shell reads a Clock. The two kinds of
// time do not mix: wall time is what HTTP dates speak of, steady time is what timeouts are measured
// in.
#pragma once

#include <chrono>

namespace hawkcache {

using Duration = std::chrono::milliseconds;
using WallTime = std::chrono::sys_time<Duration>;
using SteadyTime = std::chrono::steady_clock::time_point;

inline SteadyTime steady_now() noexcept { return std::chrono::steady_clock::now(); }

// Thread-safe; outlives everything that is given one.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual WallTime wall() const noexcept = 0;
  virtual SteadyTime steady() const noexcept = 0;
};

class SystemClock final : public Clock {
 public:
  WallTime wall() const noexcept override;
  SteadyTime steady() const noexcept override;
};

}  // namespace hawkcache
