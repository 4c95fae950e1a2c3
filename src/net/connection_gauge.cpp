#include "net/connection_gauge.hpp"

namespace hawkcache::net {

bool ConnectionGauge::try_add() noexcept {
  if (open_.fetch_add(1, std::memory_order_relaxed) >= max_) {
    open_.fetch_sub(1, std::memory_order_relaxed);
    return false;
  }
  accepted_.fetch_add(1, std::memory_order_relaxed);
  return true;
}

void ConnectionGauge::remove() noexcept { open_.fetch_sub(1, std::memory_order_release); }

}  // namespace hawkcache::net
