// The store of a daemon as its workers see it: one memory store for all of them, or one store each
// over one Redis. Owned by the server.
#pragma once

#include "base/clock.hpp"
#include "config/config.hpp"
#include "net/worker.hpp"
#include "shared_store/redis_backend.hpp"
#include "store/memory_store.hpp"
#include "store/store.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hawkcache::server {

class Stores {
 public:
  // `background` runs what looks after the store. Workers and clock outlive it, but for what
  // close() is for.
  Stores(const config::Config& config,
         const std::vector<std::unique_ptr<net::Worker>>& workers,
         net::Worker& background,
         const Clock& clock);

  // By worker; `background` has one too.
  store::Store& of(const net::Worker& worker) noexcept { return *stores_[worker.index()]; }
  store::PurgeFence& fence() noexcept { return stores_.front()->fence(); }

  // Before the workers start.
  void start();
  // After `background` has started: requests that come before Redis has been found would not be
  // stored. Bounded.
  void wait_until_ready() const;
  // After all workers have been stopped and joined, before they go.
  void close();

  // Any thread. `backend`: as the configuration calls it; `state`: a word or two beside it.
  std::string_view backend() const noexcept { return backend_; }
  std::string state() const;
  std::optional<shared_store::RedisSnapshot> redis() const;
  // Kept, to be handed on to Redis.
  std::uint64_t purges_waiting() const;
  std::uint64_t purges_under_way() const;

 private:
  std::string_view backend_;
  std::unique_ptr<store::LocalStore> memory_;          // of the backend `memory`
  std::unique_ptr<shared_store::RedisBackend> redis_;  // of the others
  std::vector<store::Store*> stores_;                  // by worker index
};

}  // namespace hawkcache::server
