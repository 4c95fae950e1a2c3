// Redis as the store of a daemon, put together: what the workers share, the follower, those who
// sweep, and a store for each worker. Owned by the composition root.
#pragma once

#include "net/worker.hpp"
#include "shared_store/redis_core.hpp"
#include "shared_store/redis_figures.hpp"
#include "shared_store/redis_follower.hpp"
#include "shared_store/redis_large_tags.hpp"
#include "shared_store/redis_store.hpp"
#include "shared_store/redis_sweeper.hpp"
#include "store/store.hpp"

#include <memory>
#include <vector>

namespace hawkcache::shared_store {

class RedisBackend {
 public:
  // `memory`: the tier in front of Redis; null: none. The follower and those who sweep run on
  // `worker`. Worker and clock outlive it, but for what close() is for.
  RedisBackend(RedisStoreSettings settings,
               std::unique_ptr<store::LocalStore> memory,
               net::Worker& worker,
               const Clock& clock);
  ~RedisBackend();

  // The store of a worker, which is the backend's. Before the workers start.
  store::Store& open(net::Worker& worker);
  // Begins to look for Redis. Before `worker` starts.
  void start();
  // Waits until Redis has been found, or looked for once in vain, but no longer than this. Not on
  // a worker.
  void wait_until_looked_for(Duration patience) const;
  // Lets go of all sockets. After all workers have been stopped and joined, before they go: their
  // frames may still refer to the stores, but call nothing any more.
  void close();

  // Any thread.
  store::PurgeFence& fence() noexcept { return core_.local; }
  RedisSnapshot snapshot() const;
  std::uint64_t purges_waiting() const { return core_.link.deferred(); }
  // Asked of Redis, and not answered yet; some may be among those that wait.
  std::uint64_t purges_under_way() const { return core_.purges_under_way; }

 private:
  RedisCore core_;
  RedisFollower follower_;
  RedisSweeper sweeper_;
  RedisLargeTags large_tags_;
  std::vector<std::unique_ptr<RedisStore>> stores_;
};

}  // namespace hawkcache::shared_store
