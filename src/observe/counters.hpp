// Counters from one table: each worker counts into its own, a scrape sums them. Adding is one
// relaxed store on the worker's own cache line; reading is for any thread.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace hawkcache::observe {

// X(enumerator, "prometheus_name", "help"): names get the prefix hawkcache_ and the suffix _total.
#define HAWKCACHE_COUNTERS(X)                                                                      \
  X(requests, "requests", "Requests answered, whatever the outcome")                               \
  X(hits, "hits", "Requests answered from the store (fresh, stale, 206 and 304 included)")         \
  X(hits_stale, "hits_stale", "Of these, answered with a stale response")                          \
  X(misses, "misses", "Requests that a rule caches and that were answered over a fetch")           \
  X(collapsed, "collapsed", "Of these, answered over another request's fetch")                     \
  X(bypasses, "bypasses", "Requests that matched a rule and bypassed the cache")                   \
  X(passes, "passes", "Requests that no rule concerns")                                            \
  X(rejected, "rejected", "Requests refused for being malformed or over a limit")                  \
  X(not_modified, "not_modified", "Answers 304 made of what is stored or fetched")                 \
  X(ranges, "ranges", "Answers 206 made of what is stored or fetched")                             \
  X(fetches, "fetches", "Requests sent upstream")                                                  \
  X(fetch_errors, "fetch_errors", "Of these, failed: refused, timed out, malformed or broken off") \
  X(fetches_unread,                                                                                \
    "fetches_unread",                                                                              \
    "Fetches given up after five minutes in which nobody read a response that did not end")        \
  X(refreshes, "refreshes", "Background refreshes begun")                                          \
  X(revalidated, "revalidated", "Fetches that freshened what is stored, instead of storing")       \
  X(stored, "stored", "Responses stored")                                                          \
  X(not_stored, "not_stored", "Responses of caching rules that were not stored")                   \
  X(not_stored_in_flight,                                                                          \
    "not_stored_in_flight",                                                                        \
    "Of these, given up on their way: the bodies being fetched took all the memory for them")      \
  X(purges, "purges", "Purges carried out")                                                        \
  X(purges_by_response, "purges_by_response", "Of these, by rules or by response fields")          \
  X(purges_deferred,                                                                               \
    "purges_deferred",                                                                             \
    "Purges in force on this node that wait to be handed on to the shared store")                  \
  X(bytes_to_clients, "bytes_to_clients", "Bytes of responses written to clients")                 \
  X(client_aborts, "client_aborts", "Responses that the client did not wait for, or that broke off")

enum class Counter : std::uint8_t {
#define X(enumerator, name, help) enumerator,
  HAWKCACHE_COUNTERS(X)
#undef X
      count_
};
inline constexpr std::size_t kCounterCount = static_cast<std::size_t>(Counter::count_);

// How a request ended, per route.
enum class RouteOutcome : std::uint8_t { hit, miss, bypass, error, count_ };
inline constexpr std::size_t kRouteOutcomeCount = static_cast<std::size_t>(RouteOutcome::count_);

// The counters of one worker. Written by its thread only, read by any.
class WorkerCounters {
 public:
  void add(Counter counter, std::uint64_t n = 1) noexcept {
    auto& slot = values_[static_cast<std::size_t>(counter)];
    slot.store(slot.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  std::uint64_t value(Counter counter) const noexcept {
    return values_[static_cast<std::size_t>(counter)].load(std::memory_order_relaxed);
  }

 private:
  alignas(64) std::array<std::atomic<std::uint64_t>, kCounterCount> values_{};
};

// The counters of one route, of each worker apart: no cache line that two workers write. Kept by
// name over reloads. add() on that worker's thread only; value(), of all workers, on any.
class RouteCounters {
 public:
  explicit RouteCounters(std::size_t workers) : rows_(workers) {}

  void add(std::size_t worker, RouteOutcome outcome) noexcept {
    auto& slot = rows_[worker].values[static_cast<std::size_t>(outcome)];
    slot.store(slot.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }
  std::uint64_t value(RouteOutcome outcome) const noexcept;

 private:
  struct alignas(64) Row {
    std::array<std::atomic<std::uint64_t>, kRouteOutcomeCount> values{};
  };
  std::vector<Row> rows_;
};

// All of them. Created once by the server; outlives the workers.
class Counters {
 public:
  explicit Counters(std::size_t workers);
  WorkerCounters& worker(std::size_t index) noexcept { return *workers_[index]; }
  std::uint64_t total(Counter counter) const noexcept;
  // The counters of a route of that name; made at the first call. Any thread; locks: asked for when
  // routes are compiled, not per request.
  std::shared_ptr<RouteCounters> route(const std::string& name);
  // A snapshot for the admin listener: name and counters, in order of first appearance.
  std::vector<std::pair<std::string, std::shared_ptr<const RouteCounters>>> routes() const;

 private:
  std::vector<std::unique_ptr<WorkerCounters>> workers_;
  mutable std::mutex mutex_;
  std::vector<std::pair<std::string, std::shared_ptr<RouteCounters>>> routes_;
  std::unordered_map<std::string, std::size_t> places_;  // in routes_, by name
};

std::string_view name_of(Counter counter) noexcept;
std::string_view help_of(Counter counter) noexcept;

}  // namespace hawkcache::observe
