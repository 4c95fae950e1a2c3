// What a store on Redis tells of itself: one object for the daemon, made by the composition root.
// Any thread counts (relaxed) and any thread takes a snapshot; what is read together need not fit
// together to the last unit.
#pragma once

#include "redis/client.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace hawkcache::shared_store {

// How far Redis is trusted (docs/redis.md); joining: being looked at, not used meanwhile. The
// numbers are those of the metric.
enum class RedisState : std::uint8_t { up = 0, joining = 1, down = 2 };

// Why something under a name of ours was treated as absent.
enum class RejectedValue : std::uint8_t {
  foreign,    // another type, or nothing that begins like a value of ours
  version,    // written by a version that this one does not read
  truncated,  // shorter or longer than it says
  checksum,   // altered, or another name's value
  malformed,  // whole, but what is in it makes no sense
  count_
};
inline constexpr std::size_t kRejectedValueCount = static_cast<std::size_t>(RejectedValue::count_);

// X(member, "help"): the metric is hawkcache_redis_<member>_total.
#define HAWKCACHE_REDIS_COUNTERS(X)                                                             \
  X(finds, "Look-ups that Redis was asked")                                                     \
  X(hits, "Of these, found something that can be trusted")                                      \
  X(misses, "Of these, found nothing that can be trusted")                                      \
  X(finds_unavailable, "Look-ups that Redis did not answer in time, or was not asked")          \
  X(stores, "Responses stored in Redis")                                                        \
  X(puts_unavailable, "Responses that Redis did not take")                                      \
  X(purges, "Purges that took effect in Redis when they were asked for")                        \
  X(purges_deferred, "Purges that Redis did not take in time; in force on this node, and kept") \
  X(purges_handed_on, "Kept purges that Redis has taken since")                                 \
  X(purge_overflows, "Times when too many purges were kept, and became one of everything")      \
  X(state_changes, "Changes of the state of the link to Redis")                                 \
  X(generations_begun, "Times when all that is older was distrusted, here or by another node")  \
  X(invalidations_received, "Keys that changed in Redis, as told by push")                      \
  X(push_losses, "Times when the push from Redis was lost")                                     \
  X(leases_taken, "Fetches for all nodes (coalesce: cluster)")                                  \
  X(leases_waited, "Look-ups that waited for another node's fetch")                             \
  X(swept, "Purged responses, and dead members of large sets, removed from Redis")

struct RedisFigures {
#define X(member, help) std::atomic<std::uint64_t> member{0};
  HAWKCACHE_REDIS_COUNTERS(X)
#undef X
  std::array<std::atomic<std::uint64_t>, kRejectedValueCount> values_rejected{};
  std::atomic<RedisState> state{RedisState::down};
  std::atomic<bool> push_connected{false};

  void reject(RejectedValue why) noexcept {
    values_rejected[static_cast<std::size_t>(why)].fetch_add(1, std::memory_order_relaxed);
  }
  // Counts a change where it is one; returns whether it is. One thread at a time changes the state.
  bool change_state(RedisState to) noexcept {
    if (state.exchange(to, std::memory_order_relaxed) == to) return false;
    state_changes.fetch_add(1, std::memory_order_relaxed);
    return true;
  }
};

// The same as plain values, with those of the clients (redis::ClientFigures).
struct RedisSnapshot {
#define X(member, help) std::uint64_t member = 0;
  HAWKCACHE_REDIS_COUNTERS(X)
#undef X
  std::array<std::uint64_t, kRejectedValueCount> values_rejected{};
  RedisState state = RedisState::down;
  std::uint64_t purges_waiting = 0;  // to be handed on
  std::uint64_t followed_epoch = 0;  // of the shared fence
  bool push_connected = false;

  struct Clients {
    std::uint64_t commands = 0;
    std::uint64_t command_errors = 0;
    std::uint64_t timeouts = 0;
    std::uint64_t refused = 0;
    std::uint64_t connects = 0;
    std::uint64_t connect_failures = 0;
    std::uint64_t disconnects = 0;
    std::uint64_t redirections = 0;
    std::uint64_t bytes_sent = 0;
    std::uint64_t bytes_received = 0;
    std::uint64_t connections = 0;
    std::uint64_t waiting = 0;
    std::array<std::uint64_t, redis::ClientFigures::kBuckets> latency{};  // not cumulative
    std::uint64_t latency_sum_us = 0;
  } clients;
};

// Without what RedisBackend adds: purges_waiting, followed_epoch.
RedisSnapshot snapshot(const RedisFigures& figures, const redis::ClientFigures& clients) noexcept;

// "up", "joining", "down".
std::string_view name_of(RedisState state) noexcept;
// "foreign", "checksum" ...
std::string_view name_of(RejectedValue why) noexcept;

}  // namespace hawkcache::shared_store
