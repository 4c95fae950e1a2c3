#include "net/connection_gauge.hpp"

namespace hawkcache::net {

bool ConnectionGauge::try_add() noexcept {
  std::size_t open = open_.load(std::memory_order_relaxed);
  do {
    if (open >= max_) return false;
  } while (!open_.compare_exchange_weak(open, open + 1, std::memory_order_relaxed));
  accepted_.fetch_add(1, std::memory_order_relaxed);
  return true;
}

bool ConnectionGauge::may_ask_all(SteadyTime now, Duration pause) noexcept {
  SteadyTime before = asked_all_.load(std::memory_order_relaxed);
  return now - before >= pause &&
         asked_all_.compare_exchange_strong(before, now, std::memory_order_relaxed);
}

void ConnectionGauge::remove() noexcept { open_.fetch_sub(1, std::memory_order_release); }

}  // namespace hawkcache::net
