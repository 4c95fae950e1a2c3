#include "base/clock.hpp"

namespace hawkcache {

WallTime SystemClock::wall() const noexcept {
  return std::chrono::floor<Duration>(std::chrono::system_clock::now());
}

SteadyTime SystemClock::steady() const noexcept { return steady_now(); }

}  // namespace hawkcache
