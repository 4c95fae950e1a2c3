// Generated request traces for the simulation of eviction. Deterministic: the same trace in every
// run.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace hawkcache::bench {

inline constexpr std::uint32_t kForever = UINT32_MAX;

struct Trace {
  std::string name;
  std::vector<std::uint32_t> requests;   // which object, by number; a request's place is its time
  std::vector<std::uint32_t> units;      // each object's size
  std::vector<std::uint32_t> lifetimes;  // each object's lifetime, in requests; kForever: none
  std::uint64_t population_units = 0;    // what the cache's size is a share of
};

// Those that stand by themselves, and those that are made for a cache of `share` of the population.
// `variation` 0 is what the policies were tuned with; others have other seeds and skews.
std::vector<Trace> make_traces(double share, unsigned variation);

}  // namespace hawkcache::bench
