// The Redis store as one worker sees it: every look-up asks Redis, in one round trip where it is
// one server (docs/redis.md). The tiered store builds on it.
//
// Belongs to its worker's thread; what it shares with the others is the core.
#pragma once

#include "net/worker.hpp"
#include "redis/client.hpp"
#include "store/redis_core.hpp"
#include "store/redis_leases.hpp"
#include "store/redis_sweeper.hpp"
#include "store/store.hpp"
#include "store/vary_hints.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hawkcache::store {

class RedisStore : public Store {
 public:
  // The core, the sweeper and the worker outlive it.
  RedisStore(RedisCore& core, RedisSweeper& sweeper, net::Worker& worker);

  void try_find(const caching::KeyView& key, Found& found) noexcept override;
  Reach reach() const noexcept override { return Reach::remote; }
  WhenUnavailable when_unavailable() const noexcept override {
    return core_.settings.when_unavailable;
  }
  Awaitable<FindOutcome> find(caching::KeyView key,
                              const VariantSelector& selector,
                              Found& found) override;
  Awaitable<FindOutcome> find_all(caching::KeyView key, Found& found) override;
  FetchTicket begin_fetch(WallTime now) override;
  Awaitable<PutResult> put(std::shared_ptr<StoredResponse> response) override;
  Awaitable<Result<Purged>> purge(PurgeRequest request, WallTime now) override;
  PurgeFence& fence() noexcept override { return core_.local; }
  std::uint64_t max_object() const noexcept override { return core_.settings.max_object; }
  StoreStats stats() const override;
  Awaitable<LeaseState> try_lease(caching::KeyView key) override;
  void release_lease(caching::KeyView key, LeaseEnd end) noexcept override;
  Sweep sweep(WallTime now, std::size_t budget) override;

 protected:
  // As put(), of a response that others may have already.
  Awaitable<PutResult> write(StoredResponsePtr response);
  RedisCore& core() noexcept { return core_; }
  net::Worker& worker() noexcept { return worker_; }

 private:
  // A look-up under way.
  struct Reading {
    caching::KeyView key;
    std::shared_ptr<const Membership> membership;
    std::vector<std::string> asked;  // names of responses, in the order of the commands
  };
  struct Answered;
  using Replies = std::vector<redis::Reply>;

  Awaitable<Replies> ask(std::vector<redis::Command> commands, redis::Lane lane);
  Awaitable<std::optional<Answered>> read(const Reading& reading, bool with_index);
  Awaitable<bool> follow_through(const Membership& membership, const redis::Reply& epoch);
  void admit(const Reading& reading, std::size_t position, std::string value, Found& found);
  Awaitable<bool> make_way(const StoredResponse& response);
  Awaitable<std::uint64_t> count_tagged(const PurgeRequest& request);
  Awaitable<Result<Purged>> defer(PurgeRequest request, WallTime now);
  std::string name_of(const StoredResponse& response) const;

  RedisCore& core_;
  RedisSweeper& sweeper_;
  net::Worker& worker_;
  std::unique_ptr<redis::Client> client_;
  RedisLeases leases_;
  VaryHints hints_;
  std::shared_ptr<net::WakeUp> following_;  // while a caller follows the log for others as well
};

}  // namespace hawkcache::store
