// The leases that one worker holds: the right to fetch a key for all nodes (`coalesce: cluster`).
// A lease lasts for a short time and is renewed until it is given back, so that another node takes
// over within a second when this one dies. Belongs to its worker's thread.
#pragma once

#include "base/hash.hpp"
#include "net/asio.hpp"
#include "net/worker.hpp"
#include "redis/client.hpp"
#include "shared_store/redis_core.hpp"
#include "store/store.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace hawkcache::shared_store {

class RedisLeases {
 public:
  // All three outlive it, but for frames on the worker.
  RedisLeases(RedisCore& core, redis::Client& client, net::Worker& worker);

  net::Awaitable<store::LeaseState> take(store::LeaseRequest request, store::Patience& patience);
  // From now on nothing is sent.
  void close() noexcept { shared_->closed = true; }
  // Never waits. A lease that is not held is not missed.
  void give_back(const Hash128& key, std::uint64_t sequence, store::LeaseEnd end) noexcept;

 private:
  struct Held {
    Hash128 key;
    std::uint64_t sequence;  // of the fetch
    std::string token;       // ends with the fetch's stamp
  };
  // Frames outlive this object where they die with the worker.
  struct Shared {
    RedisCore& core;
    redis::Client& client;
    net::Worker& worker;
    std::vector<Held> held;
    bool renewing = false;
    bool closed = false;
    std::uint64_t tokens = 0;
    std::string token_stem;
  };
  static net::Awaitable<redis::Reply> acquire(std::shared_ptr<Shared> shared,
                                              Held wanted,
                                              std::string overtaken,
                                              store::Patience& patience);
  static net::Awaitable<void> renew(std::shared_ptr<Shared> shared);
  static net::Awaitable<void> release(std::shared_ptr<Shared> shared,
                                      Held held,
                                      store::LeaseEnd end);

  std::shared_ptr<Shared> shared_;
};

}  // namespace hawkcache::shared_store
