#include "redis/figures.hpp"

#include <algorithm>
#include <array>

namespace hawkcache::redis {

void observe_latency(ClientFigures& figures,
                     std::chrono::steady_clock::duration took,
                     std::size_t replies) noexcept {
  static constexpr std::array<std::uint64_t, ClientFigures::kBuckets - 1> kUpTo{
      100, 250, 500, 1'000, 2'500, 5'000, 10'000, 25'000, 50'000, 100'000};
  const auto us = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(took).count());
  const auto bucket = static_cast<std::size_t>(std::ranges::lower_bound(kUpTo, us) - kUpTo.begin());
  add(figures.latency[bucket], replies);
  add(figures.latency_sum_us, us * replies);
}

}  // namespace hawkcache::redis
