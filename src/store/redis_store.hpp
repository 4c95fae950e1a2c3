// The Redis store as one worker sees it: every look-up asks Redis, in one round trip where it is
// one server (docs/redis.md). The tiered store builds on it.
//
// Belongs to its worker's thread; what it shares with the others is the core.
#pragma once

#include "net/wake_up.hpp"
#include "net/worker.hpp"
#include "redis/client.hpp"
#include "store/redis_core.hpp"
#include "store/redis_large_tags.hpp"
#include "store/redis_leases.hpp"
#include "store/redis_sweeper.hpp"
#include "store/store.hpp"
#include "store/variant_index.hpp"
#include "store/vary_hints.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hawkcache::store {

struct PutArguments;

class RedisStore : public Store {
 public:
  // All of these outlive it; it goes with the worker stopped.
  RedisStore(RedisCore& core,
             RedisSweeper& sweeper,
             RedisLargeTags& large_tags,
             net::Worker& worker);
  ~RedisStore() override;

  void try_find(const caching::KeyView& key, Found& found) noexcept override;
  Reach reach() const noexcept override { return Reach::remote; }
  WhenUnavailable when_unavailable() const noexcept override {
    return core_.settings.when_unavailable;
  }
  Patience patience() const noexcept override {
    return Patience(core_.settings.connection.timeout);
  }
  Awaitable<FindOutcome> find(caching::KeyView key,
                              const VariantSelector& selector,
                              Found& found,
                              Patience& patience) override;
  Awaitable<FindOutcome> find_all(caching::KeyView key, Found& found, Patience& patience) override;
  FetchTicket begin_fetch(WallTime now) override;
  Awaitable<PutResult> put(NewResponsePtr response, Patience& patience) override;
  Awaitable<Result<Purged>> purge(PurgeRequest request, WallTime now) override;
  bool stands_for(const StoredResponse& response,
                  std::string_view authority,
                  std::string_view path_and_query) noexcept override;
  PurgeFence& fence() noexcept override { return core_.local; }
  bool could_keep(Epoch epoch,
                  const SharedStamp& shared,
                  const Patience& patience) const noexcept override;
  std::uint64_t max_object() const noexcept override { return core_.settings.max_object; }
  StoreStats stats() const override;
  Awaitable<LeaseState> try_lease(LeaseRequest request, Patience& patience) override;
  void release_lease(caching::KeyView key, std::uint64_t sequence, LeaseEnd end) noexcept override;
  Sweep sweep(WallTime now, std::size_t budget) override;
  // Lets go of the sockets; see RedisBackend::close().
  void close() noexcept;

 protected:
  // What a look-up brings: responses that nobody else has yet.
  using Brought = std::vector<NewResponsePtr>;
  // The look-ups, without the responses' having been handed out.
  Awaitable<FindOutcome> bring(caching::KeyView key,
                               const VariantSelector& selector,
                               Brought& brought,
                               Patience& patience);
  Awaitable<FindOutcome> bring_all(caching::KeyView key, Brought& brought, Patience& patience);
  // As put(), of a response that others may have already.
  Awaitable<PutResult> write(StoredResponsePtr response, Patience& patience);
  RedisCore& core() noexcept { return core_; }
  const RedisCore& core() const noexcept { return core_; }
  net::Worker& worker() noexcept { return worker_; }

 private:
  using Replies = std::vector<redis::Reply>;

  // Null: Redis is not in use.
  std::shared_ptr<const Membership> membership();
  // None of the commands is sent where no patience is left.
  Awaitable<Replies> ask(std::vector<redis::Command> commands,
                         redis::Lane lane,
                         Patience& patience);
  // Whether all that had been purged when this counter was read is known now.
  Awaitable<bool> has_followed(Membership membership, redis::Reply counter, Patience& patience);
  Awaitable<bool> catch_up(Membership membership, Patience& patience);
  void report_failed(const ErrorCode& failure, Duration share) noexcept;
  Awaitable<bool> read_values(caching::KeyView key,
                              std::vector<Hash128> variants,
                              Brought& brought,
                              Patience& patience);
  FindOutcome unanswered() noexcept;
  void take_values(caching::KeyView key,
                   const std::vector<std::string>& names,
                   redis::Reply& values,
                   Brought& brought);
  void count_malformed(const VariantIndex& index) noexcept;
  void remember_vary(const Hash128& key, const VariantIndex& index);
  Awaitable<PutResult> send(const PutArguments& arguments,
                            const std::string& name,
                            const std::vector<std::string>& tags,
                            Patience& patience);
  static Awaitable<void> take_back(RedisStore& self, redis::Command drop);
  void count_put(PutResult result) noexcept;
  bool have_taken(const Replies& replies, const std::vector<std::string>& tags, Duration ttl);
  Awaitable<bool> make_way(caching::KeyView key, Patience& patience);
  std::uint64_t known_in_memory(const PurgeRequest& request) const;
  Awaitable<void> follow(const PurgeRequest& request,
                         WallTime now,
                         Membership membership,
                         Epoch epoch);
  // After Redis was left: where nothing is distrusted for that, what was admitted until then is met
  // by this one.
  void raise_again(const PurgeRequest& request, WallTime now);
  Patience patience_for(const PurgeRequest& request) const;
  Awaitable<Result<Purged>> keep_for_later(PurgeRequest request, WallTime now, Patience& patience);

  RedisCore& core_;
  RedisSweeper& sweeper_;
  RedisLargeTags& large_tags_;
  net::Worker& worker_;
  std::unique_ptr<redis::Client> client_;
  RedisLeases leases_;
  VaryHints hints_;
  std::vector<std::shared_ptr<net::WakeUp>> following_;  // who waits while another follows the log
  bool follows_ = false;
  redis::ServerIdentity server_ = 0;  // as of the last call
};

}  // namespace hawkcache::store
