// Counting into ClientFigures.
#pragma once

#include "redis/client.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace hawkcache::redis {

inline void add(std::atomic<std::uint64_t>& figure, std::uint64_t more = 1) noexcept {
  figure.fetch_add(more, std::memory_order_relaxed);
}

// `replies` replies came, all after `took`.
void observe_latency(ClientFigures& figures,
                     std::chrono::steady_clock::duration took,
                     std::size_t replies) noexcept;

}  // namespace hawkcache::redis
