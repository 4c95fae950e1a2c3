// What the workers of one daemon share when its store is Redis: the names and limits, the fences,
// the link's state, the figures. Outlives the stores and the follower that work on it.
#pragma once

#include "base/clock.hpp"
#include "redis/client.hpp"
#include "redis/settings.hpp"
#include "shared_store/own_writes.hpp"
#include "shared_store/recent_fetches.hpp"
#include "shared_store/redis_clock.hpp"
#include "shared_store/redis_figures.hpp"
#include "shared_store/redis_link.hpp"
#include "shared_store/redis_names.hpp"
#include "shared_store/shared_fence.hpp"
#include "store/memory_store.hpp"
#include "store/purge_fence.hpp"
#include "store/store.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace hawkcache::shared_store {

struct RedisStoreSettings {
  redis::Settings connection;
  std::string prefix = "hawkcache:";
  std::uint64_t max_object = 8ull << 20;  // bytes of body
  std::size_t max_variants = 64;          // per key: one more takes the place of the oldest
  store::WhenUnavailable when_unavailable = store::WhenUnavailable::ask_origin;
};

struct RedisCore {
  // `memory`: the tier in front of Redis; null: none. `clock` outlives it.
  RedisCore(RedisStoreSettings settings_,
            const Clock& clock_,
            std::unique_ptr<store::LocalStore> memory_);

  bool in_cluster() const noexcept {
    return settings.connection.kind == redis::Settings::Kind::cluster;
  }
  // Makes a purge hold on this node; returns what its memory knew under what is named.
  std::uint64_t raise_locally(const store::PurgeRequest& purge, WallTime now);
  // Of everything, for what this node cannot vouch for any more.
  void distrust_everything_here();
  // What was fetched before it is distrusted for want of Redis, whether it was purged or not.
  store::Epoch lost_sight_at() const noexcept { return lost_sight.load(std::memory_order_acquire); }
  // Where Redis's clock was set back: what this node has fetched by then is distrusted, and its
  // fetches are numbered anew.
  void keep_order();

  const RedisStoreSettings settings;
  const Clock& clock;
  RedisClock redis_clock;
  const RedisNames names;
  const std::unique_ptr<store::LocalStore> memory;
  store::PurgeFence own_fence;  // used where there is no memory tier
  store::PurgeFence& local;     // the node's fence
  SharedFence fence;
  RedisLink link;
  OwnWrites own_writes;
  ChangeCounts changes;
  RecentFetches recent_fetches;  // of those begun while Redis is away; with a memory tier
  RedisFigures figures;
  redis::ClientFigures client_figures;
  std::atomic<store::Epoch> lost_sight{0};         // see lost_sight_at()
  std::atomic<std::uint64_t> purges_under_way{0};  // asked of Redis, and not answered yet
};

// Counts something as long as it lives.
class UnderWay {
 public:
  explicit UnderWay(std::atomic<std::uint64_t>& count) noexcept : count_(count) { ++count_; }
  ~UnderWay() { --count_; }
  UnderWay(const UnderWay&) = delete;
  UnderWay& operator=(const UnderWay&) = delete;

 private:
  std::atomic<std::uint64_t>& count_;
};

}  // namespace hawkcache::shared_store
