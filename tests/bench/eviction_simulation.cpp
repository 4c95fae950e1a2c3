// Miss ratios of the store's eviction policies over generated traces, beside LRU and the optimum: a
// table in Markdown.
//
//   eviction_simulation      the traces that the default policy was tuned with
//   eviction_simulation N    others: a variation of them in seeds and skews (N from 1)
//
// Status 1 where the default policy misses more often than LRU.
#include "eviction_traces.hpp"
#include "store/eviction.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <queue>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace hawkcache::bench {
namespace {

using store::Eviction;
using store::EvictionNode;

struct Cached : EvictionNode {
  bool inside = false;
  std::uint32_t expires = kForever;
};

struct Tally {
  std::size_t requests = 0;
  std::size_t misses = 0;
  double ratio() const { return static_cast<double>(misses) / static_cast<double>(requests); }
};

// What happened before is for filling the cache.
std::size_t first_counted(const Trace& trace) { return trace.requests.size() / 5; }

std::uint32_t expiry(const Trace& trace, std::uint32_t object, std::size_t now) {
  const std::uint32_t lifetime = trace.lifetimes[object];
  return lifetime == kForever ? kForever : static_cast<std::uint32_t>(now) + lifetime;
}

// A cache as the store is one: room is made before anything goes in, and what has expired is
// removed.
class Cache {
 public:
  Cache(const Trace& trace, Eviction kind, std::uint64_t capacity)
      : trace_(trace),
        policy_(store::make_eviction_policy(kind)),
        objects_(trace.units.size()),
        capacity_(capacity) {}

  // Whether it was there; if not, it is now.
  bool ask(std::uint32_t number, std::size_t now) {
    remove_expired(now);
    Cached& object = objects_[number];
    if (object.inside) {
      policy_->on_hit(object);
      return true;
    }
    object.hash = number * 0x9E3779B1u;
    object.units = trace_.units[number] & 0xFFFFFFFu;
    if (object.units <= capacity_) insert(object, number, now);
    return false;
  }

 private:
  void insert(Cached& object, std::uint32_t number, std::size_t now) {
    while (used_ + object.units > capacity_) leave(static_cast<Cached&>(*policy_->victim()));
    used_ += object.units;
    object.inside = true;
    object.expires = expiry(trace_, number, now);
    policy_->on_insert(object);
    if (object.expires != kForever) expiring_.emplace(object.expires, number);
  }
  void remove_expired(std::size_t now) {
    for (; !expiring_.empty() && expiring_.top().first <= now; expiring_.pop()) {
      const auto [time, number] = expiring_.top();
      Cached& object = objects_[number];
      if (!object.inside || object.expires != time) continue;  // evicted meanwhile
      policy_->on_remove(object);
      leave(object);
    }
  }
  void leave(Cached& object) {
    object.inside = false;
    used_ -= object.units;
  }

  using Expiry = std::pair<std::uint32_t, std::uint32_t>;  // when, which
  const Trace& trace_;
  std::unique_ptr<store::EvictionPolicy> policy_;
  std::vector<Cached> objects_;
  std::priority_queue<Expiry, std::vector<Expiry>, std::greater<>> expiring_;
  std::uint64_t capacity_;
  std::uint64_t used_ = 0;
};

Tally simulate(const Trace& trace, Eviction kind, std::uint64_t capacity) {
  Cache cache(trace, kind, capacity);
  Tally tally;
  for (std::size_t now = 0; now < trace.requests.size(); ++now) {
    const bool hit = cache.ask(trace.requests[now], now);
    if (now < first_counted(trace)) continue;
    ++tally.requests;
    tally.misses += hit ? 0 : 1;
  }
  return tally;
}

// Belady's: who is asked for again last, or not within its lifetime, goes; nothing need be kept.
// The least possible where all are of one size, and close to it otherwise.
Tally simulate_optimum(const Trace& trace, std::uint64_t capacity) {
  std::vector<std::uint32_t> next_use(trace.requests.size());
  std::vector<std::uint32_t> seen(trace.units.size(), kForever);
  for (std::size_t i = trace.requests.size(); i-- > 0;) {
    next_use[i] = std::exchange(seen[trace.requests[i]], static_cast<std::uint32_t>(i));
  }
  struct Kept {
    bool inside = false;
    std::uint32_t next = 0;
    std::uint32_t expires = 0;
  };
  std::vector<Kept> objects(trace.units.size());
  std::set<std::pair<std::uint32_t, std::uint32_t>> order;  // by next use
  std::uint64_t used = 0;
  Tally tally;
  for (std::size_t now = 0; now < trace.requests.size(); ++now) {
    const std::uint32_t number = trace.requests[now];
    Kept& object = objects[number];
    if (now >= first_counted(trace)) {
      ++tally.requests;
      tally.misses += object.inside ? 0 : 1;
    }
    if (object.inside) {
      order.erase({object.next, number});
      used -= trace.units[number];
    } else {
      object.expires = expiry(trace, number, now);
    }
    // What is not asked for while it lives is not kept.
    object.next = next_use[now];
    object.inside = object.next != kForever && object.next < object.expires;
    if (!object.inside) continue;
    order.insert({object.next, number});
    used += trace.units[number];
    while (used > capacity) {
      const auto last = std::prev(order.end());
      objects[last->second].inside = false;
      used -= trace.units[last->second];
      order.erase(last);
    }
  }
  return tally;
}

struct Row {
  std::string trace;
  double optimum = 0;
  double lru = 0;
  double sieve = 0;
  double s3fifo = 0;
};

Row measure(const Trace& trace, double share) {
  const auto capacity =
      static_cast<std::uint64_t>(static_cast<double>(trace.population_units) * share);
  return {trace.name,
          simulate_optimum(trace, capacity).ratio(),
          simulate(trace, Eviction::lru, capacity).ratio(),
          simulate(trace, Eviction::sieve, capacity).ratio(),
          simulate(trace, Eviction::s3fifo, capacity).ratio()};
}

void print(const Row& row, double share) {
  fmt::print("| {} | {:.0f} % | {:.3f} | {:.3f} | {:.3f} | **{:.3f}** | {:+.3f} |\n",
             row.trace,
             share * 100,
             row.optimum,
             row.lru,
             row.sieve,
             row.s3fifo,
             row.s3fifo - row.lru);
  std::fflush(stdout);
}

int run(unsigned variation) {
  constexpr double kSame = 0.002;  // less than this is a tie
  int worse = 0;
  fmt::print(
      "| trace | cache | optimum | LRU | SIEVE | hawkcache | less LRU |\n"
      "| --- | --: | --: | --: | --: | --: | --: |\n");
  for (const double share : {0.01, 0.1, 0.3}) {
    for (const Trace& trace : make_traces(share, variation)) {
      const Row row = measure(trace, share);
      print(row, share);
      if (row.s3fifo > row.lru + kSame) ++worse;
    }
  }
  return worse == 0 ? 0 : 1;
}

}  // namespace
}  // namespace hawkcache::bench

int main(int argc, char** argv) {
  const int variation = argc > 1 ? std::atoi(argv[1]) : 0;
  return hawkcache::bench::run(static_cast<unsigned>(std::max(variation, 0)));
}
