#include "shared_store/redis_backend.hpp"

#include "shared_store/tiered_store.hpp"

#include <utility>

namespace hawkcache::shared_store {

RedisBackend::RedisBackend(RedisStoreSettings settings,
                           std::unique_ptr<store::LocalStore> memory,
                           net::Worker& worker,
                           const Clock& clock)
    : core_(std::move(settings), clock, std::move(memory)),
      follower_(core_, worker),
      sweeper_(core_, worker),
      large_tags_(core_, worker) {}

RedisBackend::~RedisBackend() = default;

store::Store& RedisBackend::open(net::Worker& worker) {
  if (core_.memory) {
    stores_.push_back(std::make_unique<TieredStore>(core_, sweeper_, large_tags_, worker));
  } else {
    stores_.push_back(std::make_unique<RedisStore>(core_, sweeper_, large_tags_, worker));
  }
  return *stores_.back();
}

void RedisBackend::start() {
  follower_.start();
  large_tags_.start();
}

void RedisBackend::wait_until_looked_for(Duration patience) const {
  core_.link.wait_until_looked_for(patience);
}

void RedisBackend::close() {
  for (const auto& store : stores_) store->close();
  sweeper_.close();
  large_tags_.close();
  follower_.close();
  core_.link.close();
}

RedisSnapshot RedisBackend::snapshot() const {
  RedisSnapshot taken = shared_store::snapshot(core_.figures, core_.client_figures);
  taken.state = core_.link.state();
  taken.purges_waiting = purges_waiting();
  taken.followed_epoch = core_.fence.followed().epoch;
  return taken;
}

}  // namespace hawkcache::shared_store
