#include "redis/breaker.hpp"

namespace hawkcache::redis {

// A late success of a call that began before it opened does not close it.
void Breaker::report_success() noexcept {
  // Read first: a store by every call of every worker would fight over the cache line.
  if (failures_.load(std::memory_order_relaxed) != 0) failures_.store(0, std::memory_order_relaxed);
}

bool Breaker::report_failure(SteadyTime now) noexcept {
  if (failures_.fetch_add(1, std::memory_order_relaxed) + 1 < failures_to_open_) return false;
  return report_lost(now);
}

bool Breaker::report_lost(SteadyTime now) noexcept {
  const std::lock_guard lock(mutex_);
  if (state_.load(std::memory_order_relaxed) == State::open) return false;
  open_since_ = now;
  state_.store(State::open, std::memory_order_release);
  return true;
}

bool Breaker::close() noexcept {
  const std::lock_guard lock(mutex_);
  failures_.store(0, std::memory_order_relaxed);
  return state_.exchange(State::closed, std::memory_order_acq_rel) == State::open;
}

std::optional<SteadyTime> Breaker::open_since() const noexcept {
  const std::lock_guard lock(mutex_);
  if (state_.load(std::memory_order_relaxed) == State::closed) return std::nullopt;
  return open_since_;
}

}  // namespace hawkcache::redis
