#include "store/redis_backend.hpp"

#include "store/redis_store.hpp"
#include "store/tiered_store.hpp"

#include <utility>

namespace hawkcache::store {

RedisBackend::RedisBackend(RedisStoreSettings settings,
                           std::unique_ptr<LocalStore> memory,
                           net::Worker& worker,
                           const Clock& clock)
    : core_(std::move(settings), clock, std::move(memory)),
      follower_(core_, worker),
      sweeper_(core_, worker) {}

RedisBackend::~RedisBackend() = default;

std::unique_ptr<Store> RedisBackend::open(net::Worker& worker) {
  if (core_.memory) return std::make_unique<TieredStore>(core_, sweeper_, worker);
  return std::make_unique<RedisStore>(core_, sweeper_, worker);
}

void RedisBackend::start() { follower_.start(); }

RedisSnapshot RedisBackend::snapshot() const {
  RedisSnapshot taken = store::snapshot(core_.figures, core_.client_figures);
  taken.purges_waiting = core_.link.deferred();
  taken.followed_epoch = core_.fence.followed().epoch;
  return taken;
}

}  // namespace hawkcache::store
