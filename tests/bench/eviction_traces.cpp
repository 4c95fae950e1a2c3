#include "eviction_traces.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

#include <fmt/format.h>

namespace hawkcache::bench {
namespace {

constexpr std::uint32_t kObjects = 100'000;
constexpr std::size_t kRequests = 1'000'000;

// Of ours: the distributions of the standard library differ between implementations.
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  double unit() { return static_cast<double>(engine_() >> 11) * 0x1p-53; }
  std::uint32_t below(std::uint32_t bound) {
    return static_cast<std::uint32_t>(unit() * static_cast<double>(bound));
  }
  void shuffle(std::vector<std::uint32_t>& values) {
    for (std::size_t i = values.size(); i > 1; --i) {
      std::swap(values[i - 1], values[below(static_cast<std::uint32_t>(i))]);
    }
  }

 private:
  std::mt19937_64 engine_;
};

// Ranks with probability proportional to 1 / (rank + 1)^skew.
class Zipf {
 public:
  Zipf(std::uint32_t count, double skew) : sums_(count) {
    double sum = 0;
    for (std::uint32_t rank = 0; rank < count; ++rank) {
      sums_[rank] = sum += std::pow(static_cast<double>(rank) + 1, -skew);
    }
  }
  std::uint32_t rank(Random& random) const {
    const double wanted = random.unit() * sums_.back();
    const auto found = std::lower_bound(sums_.begin(), sums_.end(), wanted);
    return static_cast<std::uint32_t>(std::min(found, sums_.end() - 1) - sums_.begin());
  }

 private:
  std::vector<double> sums_;
};

std::vector<std::uint32_t> shuffled(std::uint32_t count, Random& random) {
  std::vector<std::uint32_t> values(count);
  std::iota(values.begin(), values.end(), 0u);
  random.shuffle(values);
  return values;
}

// All objects of one size, that live for ever, unless said otherwise afterwards.
Trace finish(std::string name, std::vector<std::uint32_t> requests) {
  Trace trace;
  trace.name = std::move(name);
  const std::uint32_t most = *std::max_element(requests.begin(), requests.end());
  trace.requests = std::move(requests);
  trace.units.assign(std::size_t{most} + 1, 1);
  trace.lifetimes.assign(std::size_t{most} + 1, kForever);
  trace.population_units = kObjects;
  return trace;
}

std::vector<std::uint32_t> zipf_requests(double skew, std::uint64_t seed) {
  Random random(seed);
  const Zipf zipf(kObjects, skew);
  const std::vector<std::uint32_t> object_of = shuffled(kObjects, random);
  std::vector<std::uint32_t> requests(kRequests);
  for (std::uint32_t& request : requests) request = object_of[zipf.rank(random)];
  return requests;
}

// Between the requests of the one, again and again a run of objects that nobody asks for otherwise.
Trace with_scans(double skew, std::uint64_t seed) {
  std::vector<std::uint32_t> requests;
  std::uint32_t scanned = kObjects;
  for (const std::uint32_t request : zipf_requests(skew, seed)) {
    requests.push_back(request);
    if (requests.size() % 100'000 != 60'000) continue;
    for (int i = 0; i < 30'000; ++i) requests.push_back(scanned++);
  }
  return finish(fmt::format("Zipf {:.3g}, scans of new objects", skew), std::move(requests));
}

// A crawler reads the whole population in order, one request in four.
Trace with_crawler(double skew, std::uint64_t seed) {
  std::vector<std::uint32_t> requests = zipf_requests(skew, seed);
  std::uint32_t next = 0;
  for (std::size_t i = 0; i < requests.size(); i += 4) requests[i] = next++ % kObjects;
  return finish(fmt::format("Zipf {:.3g}, a crawler reads everything", skew), std::move(requests));
}

// Half of the requests are for what nobody asks for twice.
Trace with_one_hit_wonders(double skew, std::uint64_t seed) {
  std::vector<std::uint32_t> requests = zipf_requests(skew, seed);
  std::uint32_t next = kObjects;
  for (std::size_t i = 0; i < requests.size(); i += 2) requests[i] = next++;
  return finish(fmt::format("Zipf {:.3g}, half asked for once", skew), std::move(requests));
}

// Popularity wanders: every 1,000 requests 100 objects change places with others.
Trace with_churn(double skew, std::uint64_t seed) {
  Random random(seed);
  const Zipf zipf(kObjects, skew);
  std::vector<std::uint32_t> object_of = shuffled(kObjects, random);
  std::vector<std::uint32_t> requests(kRequests);
  for (std::size_t i = 0; i < requests.size(); ++i) {
    requests[i] = object_of[zipf.rank(random)];
    if (i % 1000 != 0) continue;
    for (int swaps = 0; swaps < 100; ++swaps) {
      std::swap(object_of[zipf.rank(random)], object_of[random.below(kObjects)]);
    }
  }
  return finish(fmt::format("Zipf {:.3g}, popularity wanders", skew), std::move(requests));
}

// News: the population is replaced by new objects at its most popular end, bit by bit.
Trace with_news(double skew, std::uint64_t seed) {
  Random random(seed);
  const Zipf zipf(kObjects, skew);
  std::vector<std::uint32_t> object_of = shuffled(kObjects, random);
  std::uint32_t next = kObjects;
  std::vector<std::uint32_t> requests(kRequests);
  for (std::size_t i = 0; i < requests.size(); ++i) {
    if (i % 100 == 0) object_of[zipf.rank(random)] = next++;
    requests[i] = object_of[zipf.rank(random)];
  }
  return finish(fmt::format("Zipf {:.3g}, new objects become popular", skew), std::move(requests));
}

// In turn through a little more than the cache holds, one request in `every`; the rest Zipf.
Trace with_loop(double share, std::size_t every, double skew, std::uint64_t seed) {
  const auto length = static_cast<std::uint32_t>(share * kObjects * 1.1);
  std::vector<std::uint32_t> requests = zipf_requests(skew, seed);
  std::uint32_t next = 0;
  for (std::size_t i = 0; i < requests.size(); i += every) requests[i] = kObjects + next++ % length;
  return finish(every == 1
                    ? std::string("a loop of 1.1 times the cache")
                    : fmt::format("Zipf {:.3g}, half in a loop of 1.1 times the cache", skew),
                std::move(requests));
}

// Sessions: each object is asked for four times within a while, and then no more. The next request
// comes after at most so many requests as `reach` times the cache holds.
Trace with_sessions(double share, double reach, std::uint64_t seed) {
  Random random(seed);
  const auto window = static_cast<std::uint32_t>(share * kObjects * reach);
  std::vector<std::uint32_t> requests(kRequests, kForever);
  std::uint32_t object = 0;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    if (requests[i] != kForever) continue;
    std::size_t place = i;
    for (int visits = 0; visits < 4 && place < requests.size(); ++visits) {
      requests[place] = object;
      place += 1 + random.below(window);
      while (place < requests.size() && requests[place] != kForever) ++place;
    }
    ++object;
  }
  return finish(fmt::format("sessions of four requests, the next within {} of the cache", reach),
                std::move(requests));
}

// 200 bytes to 1 MiB and more, most of them small; a unit is 16 bytes.
Trace with_sizes(double skew, std::uint64_t seed) {
  Trace trace =
      finish(fmt::format("Zipf {:.3g}, sizes of 200 B to 2 MiB", skew), zipf_requests(skew, seed));
  Random random(seed + 1);
  trace.population_units = 0;
  for (std::uint32_t& units : trace.units) {
    units = static_cast<std::uint32_t>(12.5 * std::pow(10'000, std::pow(random.unit(), 2)));
    trace.population_units += units;
  }
  return trace;
}

// Lifetimes of 2,000 to 200,000 requests.
Trace with_lifetimes(double skew, std::uint64_t seed) {
  Trace trace = finish(fmt::format("Zipf {:.3g}, objects expire", skew), zipf_requests(skew, seed));
  Random random(seed + 1);
  for (std::uint32_t& lifetime : trace.lifetimes) {
    lifetime = static_cast<std::uint32_t>(2'000 * std::pow(100, random.unit()));
  }
  return trace;
}

}  // namespace

std::vector<Trace> make_traces(double share, unsigned variation) {
  // Each variation has seeds and skews of its own.
  const std::uint64_t seed = 10 + 100 * std::uint64_t{variation};
  const auto skewed = [&](double skew) { return skew + 0.03 * variation; };
  std::vector<Trace> traces;
  for (const double skew : {0.6, 0.8, 0.9, 1.0, 1.2}) {
    traces.push_back(
        finish(fmt::format("Zipf {:.3g}", skewed(skew)), zipf_requests(skewed(skew), seed)));
  }
  for (const double skew : {0.8, 1.0}) {
    traces.push_back(with_scans(skewed(skew), seed + 1));
    traces.push_back(with_crawler(skewed(skew), seed + 2));
  }
  traces.push_back(with_one_hit_wonders(skewed(0.9), seed + 3));
  traces.push_back(with_churn(skewed(0.9), seed + 4));
  traces.push_back(with_news(skewed(0.9), seed + 5));
  traces.push_back(with_sizes(skewed(0.9), seed + 8));
  traces.push_back(with_lifetimes(skewed(0.9), seed + 10));
  traces.push_back(with_loop(share, 2, skewed(0.9), seed + 6));
  traces.push_back(with_loop(share, 1, skewed(0.9), seed + 6));
  traces.push_back(with_sessions(share, 0.5, seed + 7));
  traces.push_back(with_sessions(share, 1, seed + 7));
  return traces;
}

}  // namespace hawkcache::bench
