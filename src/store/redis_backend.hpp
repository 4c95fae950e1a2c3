// Redis as the store of a daemon, put together: what the workers share, the follower, the sweeper.
// Owned by the composition root; outlives the workers' stores.
#pragma once

#include "net/worker.hpp"
#include "store/redis_core.hpp"
#include "store/redis_figures.hpp"
#include "store/redis_follower.hpp"
#include "store/redis_sweeper.hpp"
#include "store/store.hpp"

#include <memory>
#include <string>

namespace hawkcache::store {

class RedisBackend {
 public:
  // `memory`: the tier in front of Redis; null: none. The follower and the sweeper run on `worker`.
  // All by reference outlive it, except for `worker`, which has to be stopped before it goes, and
  // to go after it.
  RedisBackend(RedisStoreSettings settings,
               std::unique_ptr<LocalStore> memory,
               net::Worker& worker,
               const Clock& clock);
  ~RedisBackend();

  // A worker's own store; goes as the backend does.
  std::unique_ptr<Store> open(net::Worker& worker);
  // Before `worker` starts.
  void start();
  // Any thread.
  PurgeFence& fence() noexcept { return core_.local; }
  RedisSnapshot snapshot() const;

 private:
  RedisCore core_;
  RedisFollower follower_;
  RedisSweeper sweeper_;
};

}  // namespace hawkcache::store
