// A circuit breaker: after so many failures in a row, or at once when it is told that all is lost,
// nobody asks any more, until a prober says that it may be tried again. Pure: time is an argument.
//
// Thread-safe; allows() is one load.
#pragma once

#include "base/clock.hpp"

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>

namespace hawkcache::redis {

class Breaker {
 public:
  // It begins closed. REQUIRES: failures_to_open > 0.
  explicit Breaker(std::uint32_t failures_to_open) noexcept : failures_to_open_(failures_to_open) {}

  enum class State : std::uint8_t { closed, open };
  bool allows() const noexcept { return state_.load(std::memory_order_acquire) == State::closed; }
  State state() const noexcept { return state_.load(std::memory_order_acquire); }

  // What came of a call. These return whether this very report has opened it.
  void report_success() noexcept;
  bool report_failure(SteadyTime now) noexcept;
  bool report_lost(SteadyTime now) noexcept;

  // The prober's: what is reported next counts from zero. Returns whether it was open.
  bool close() noexcept;

  // nullopt: it is closed.
  std::optional<SteadyTime> open_since() const noexcept;

 private:
  const std::uint32_t failures_to_open_;
  std::atomic<State> state_{State::closed};
  std::atomic<std::uint32_t> failures_{0};  // in a row
  mutable std::mutex mutex_;                // for changes of state_, with open_since_
  SteadyTime open_since_{};
};

}  // namespace hawkcache::redis
