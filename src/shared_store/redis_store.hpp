// The Redis store as one worker sees it: every look-up asks Redis, in one round trip where it is
// one server (docs/redis.md). The tiered store builds on it.
//
// Belongs to its worker's thread; what it shares with the others is the core.
#pragma once

#include "net/wake_up.hpp"
#include "net/worker.hpp"
#include "redis/client.hpp"
#include "shared_store/redis_core.hpp"
#include "shared_store/redis_large_tags.hpp"
#include "shared_store/redis_leases.hpp"
#include "shared_store/redis_sweeper.hpp"
#include "shared_store/variant_index.hpp"
#include "shared_store/vary_hints.hpp"
#include "store/store.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hawkcache::shared_store {

struct PutArguments;

class RedisStore : public store::Store {
 public:
  // All of these outlive it; it goes with the worker stopped.
  RedisStore(RedisCore& core,
             RedisSweeper& sweeper,
             RedisLargeTags& large_tags,
             net::Worker& worker);
  ~RedisStore() override;

  void try_find(const caching::KeyView& key, store::Found& found) noexcept override;
  store::Reach reach() const noexcept override { return store::Reach::remote; }
  store::WhenUnavailable when_unavailable() const noexcept override {
    return core_.settings.when_unavailable;
  }
  store::Patience patience() const noexcept override {
    return store::Patience(core_.settings.connection.timeout);
  }
  net::Awaitable<store::FindOutcome> find(caching::KeyView key,
                                          const store::VariantSelector& selector,
                                          store::Found& found,
                                          store::Patience& patience) override;
  net::Awaitable<store::FindOutcome> find_all(caching::KeyView key,
                                              store::Found& found,
                                              store::Patience& patience) override;
  store::FetchTicket begin_fetch(WallTime now) override;
  net::Awaitable<store::PutResult> put(store::NewResponsePtr response,
                                       store::Patience& patience) override;
  net::Awaitable<Result<store::Purged>> purge(store::PurgeRequest request, WallTime now) override;
  bool stands_for(const store::StoredResponse& response,
                  std::string_view authority,
                  std::string_view path_and_query) noexcept override;
  store::PurgeFence& fence() noexcept override { return core_.local; }
  bool could_keep(store::Epoch epoch,
                  const store::SharedStamp& shared,
                  const store::Patience& patience) const noexcept override;
  std::uint64_t max_object() const noexcept override { return core_.settings.max_object; }
  store::StoreStats stats() const override;
  net::Awaitable<store::LeaseState> try_lease(store::LeaseRequest request,
                                              store::Patience& patience) override;
  void release_lease(caching::KeyView key,
                     std::uint64_t sequence,
                     store::LeaseEnd end) noexcept override;
  Sweep sweep(WallTime now, std::size_t budget) override;
  // Lets go of the sockets; see RedisBackend::close().
  void close() noexcept;

 protected:
  // What a look-up brings: responses that nobody else has yet.
  using Brought = std::vector<store::NewResponsePtr>;
  // What find() and, without a selector, find_all() do.
  virtual net::Awaitable<store::FindOutcome> look_up(caching::KeyView key,
                                                     const store::VariantSelector* selector,
                                                     store::Found& found,
                                                     store::Patience& patience);
  // The same, without the responses' having been handed out.
  net::Awaitable<store::FindOutcome> bring(caching::KeyView key,
                                           const store::VariantSelector* selector,
                                           Brought& brought,
                                           store::Patience& patience);
  // As put(), of a response that others may have already.
  net::Awaitable<store::PutResult> write(store::StoredResponsePtr response,
                                         store::Patience& patience);
  RedisCore& core() noexcept { return core_; }
  const RedisCore& core() const noexcept { return core_; }
  net::Worker& worker() noexcept { return worker_; }

 private:
  using Replies = std::vector<redis::Reply>;

  // Null: Redis is not in use.
  std::shared_ptr<const Membership> membership();
  // None of the commands is sent where no patience is left.
  net::Awaitable<Replies> ask(std::vector<redis::Command> commands,
                              redis::Lane lane,
                              store::Patience& patience);
  // Whether all that had been purged when this counter was read is known now.
  net::Awaitable<bool> has_followed(Membership membership,
                                    redis::Reply counter,
                                    store::Patience& patience);
  net::Awaitable<bool> catch_up(Membership membership, store::Patience& patience);
  void report_failed(const ErrorCode& failure, Duration share) noexcept;
  net::Awaitable<bool> read_values(caching::KeyView key,
                                   std::vector<Hash128> variants,
                                   Brought& brought,
                                   store::Patience& patience);
  net::Awaitable<store::FindOutcome> bring_selected(caching::KeyView key,
                                                    const store::VariantSelector& selector,
                                                    Brought& brought,
                                                    store::Patience& patience);
  net::Awaitable<store::FindOutcome> bring_all(caching::KeyView key,
                                               Brought& brought,
                                               store::Patience& patience);
  // These three count.
  std::shared_ptr<const Membership> begin_look_up();
  store::FindOutcome unanswered() noexcept;
  void count_found(const Brought& brought) noexcept;
  void take_values(caching::KeyView key,
                   const std::vector<std::string>& names,
                   redis::Reply& values,
                   Brought& brought);
  // What is malformed in it is counted.
  VariantIndex take_index(const redis::Reply& reply);
  void remember_vary(const Hash128& key, const VariantIndex& index);
  net::Awaitable<store::PutResult> send(const PutArguments& arguments,
                                        const std::string& name,
                                        const std::vector<std::string>& tags,
                                        store::Patience& patience);
  static net::Awaitable<void> take_back(RedisStore& self, redis::Command drop);
  void count_put(store::PutResult result) noexcept;
  bool have_taken(const Replies& replies, const std::vector<std::string>& tags, Duration ttl);
  net::Awaitable<bool> make_way(caching::KeyView key, store::Patience& patience);
  std::uint64_t known_in_memory(const store::PurgeRequest& request) const;
  net::Awaitable<void> follow(const store::PurgeRequest& request,
                              WallTime now,
                              Membership membership,
                              store::Epoch epoch);
  // After Redis was left: where nothing is distrusted for that, what was admitted until then is met
  // by this one.
  void raise_again(const store::PurgeRequest& request, WallTime now);
  store::Patience patience_for(const store::PurgeRequest& request) const;
  net::Awaitable<Result<store::Purged>> keep_for_later(store::PurgeRequest request,
                                                       WallTime now,
                                                       store::Patience& patience);

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

}  // namespace hawkcache::shared_store
