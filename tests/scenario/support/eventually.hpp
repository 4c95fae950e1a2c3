// For what the daemon gives no other signal of: asks again and again, within bounds.
#pragma once

#include <chrono>
#include <thread>

namespace hawkcache::scenario {

template <class Predicate>
[[nodiscard]] bool eventually(
    Predicate predicate, std::chrono::milliseconds patience = std::chrono::milliseconds(10'000)) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!predicate()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

}  // namespace hawkcache::scenario
