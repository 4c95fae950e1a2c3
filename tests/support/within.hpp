// For what a server of another process gives no signal of: asks again and again, within bounds.
#pragma once

#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>

namespace hawkcache::testing_support {

using Milliseconds = std::chrono::milliseconds;

// For servers that start, end or take over.
constexpr Milliseconds kPatience{30'000};

template <class Predicate>
[[nodiscard]] bool within(Milliseconds patience, Predicate predicate) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!predicate()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(Milliseconds(5));
  }
  return true;
}

// Throws std::runtime_error with `what` when it does not come true.
template <class Predicate>
void require_within(Milliseconds patience, const std::string& what, Predicate predicate) {
  if (!within(patience, predicate)) throw std::runtime_error("waited in vain: " + what);
}

}  // namespace hawkcache::testing_support
