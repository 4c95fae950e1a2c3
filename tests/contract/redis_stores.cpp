#include "contract/redis_stores.hpp"

#include "shared_store/redis_backend.hpp"
#include "support/redis_cluster.hpp"
#include "support/redis_server.hpp"

#include <string>
#include <utility>

namespace hawkcache::store {
namespace {

constexpr Duration kPatience{5000};

// Backends whose stores are gone: their workers are about to go, and what dies with these still
// refers to the backends.
std::vector<std::shared_ptr<shared_store::RedisBackend>>& waiting_for_their_workers() {
  static std::vector<std::shared_ptr<shared_store::RedisBackend>> backends;
  return backends;
}

// One worker's store, which keeps what all of them share.
class SharedStore final : public Store {
 public:
  SharedStore(std::shared_ptr<shared_store::RedisBackend> backend, Store& store)
      : backend_(std::move(backend)), store_(store) {}
  ~SharedStore() override {
    backend_->close();
    waiting_for_their_workers().push_back(std::move(backend_));
  }

  void try_find(const caching::KeyView& key, Found& found) noexcept override {
    store_.try_find(key, found);
  }
  Reach reach() const noexcept override { return store_.reach(); }
  Patience patience() const noexcept override { return store_.patience(); }
  Awaitable<FindOutcome> find(caching::KeyView key,
                              const VariantSelector& selector,
                              Found& found,
                              Patience& patience) override {
    return store_.find(key, selector, found, patience);
  }
  Awaitable<FindOutcome> find_all(caching::KeyView key, Found& found, Patience& patience) override {
    return store_.find_all(key, found, patience);
  }
  FetchTicket begin_fetch(WallTime now) override { return store_.begin_fetch(now); }
  Awaitable<PutResult> put(NewResponsePtr response, Patience& patience) override {
    return store_.put(std::move(response), patience);
  }
  Awaitable<Result<Purged>> purge(PurgeRequest request, WallTime now) override {
    return store_.purge(std::move(request), now);
  }
  bool stands_for(const StoredResponse& response,
                  std::string_view authority,
                  std::string_view path_and_query) noexcept override {
    return store_.stands_for(response, authority, path_and_query);
  }
  PurgeFence& fence() noexcept override { return store_.fence(); }
  std::uint64_t max_object() const noexcept override { return store_.max_object(); }
  StoreStats stats() const override { return store_.stats(); }
  Awaitable<LeaseState> try_lease(LeaseRequest request, Patience& patience) override {
    return store_.try_lease(request, patience);
  }
  void release_lease(caching::KeyView key, std::uint64_t sequence, LeaseEnd end) noexcept override {
    store_.release_lease(key, sequence, end);
  }
  Sweep sweep(WallTime now, std::size_t budget) override { return store_.sweep(now, budget); }

 private:
  std::shared_ptr<shared_store::RedisBackend> backend_;
  Store& store_;
};

testing_support::RedisServer& server() {
  static testing_support::RedisServer the_server;
  return the_server;
}

testing_support::RedisCluster& cluster() {
  static testing_support::RedisCluster the_cluster;
  return the_cluster;
}

redis::Settings connection_to(Servers servers) {
  redis::Settings settings;
  settings.timeout = kPatience;
  settings.stall_timeout = 2 * kPatience;
  if (servers == Servers::one) {
    settings.nodes = {{"127.0.0.1", server().port()}};
    return settings;
  }
  settings.kind = redis::Settings::Kind::cluster;
  for (std::size_t i = 0; i < cluster().masters(); ++i) {
    settings.nodes.push_back({"127.0.0.1", cluster().node(i).port()});
  }
  return settings;
}

std::string next_prefix() {
  static int stores = 0;
  return "store" + std::to_string(++stores) + ":";
}

}  // namespace

StoreMaker redis_stores(Servers servers, Tier tier) {
  return [servers, tier](const StoreLimits& limits, const std::vector<net::Worker*>& workers) {
    waiting_for_their_workers().clear();
    shared_store::RedisStoreSettings settings;
    settings.connection = connection_to(servers);
    settings.prefix = next_prefix();
    settings.max_object = limits.max_object;
    std::unique_ptr<LocalStore> memory;
    if (tier == Tier::memory) {
      memory = make_memory_store({.max_size = limits.max_size,
                                  .max_entries = limits.max_entries,
                                  .max_object = limits.max_object});
    }
    static const StandingWallClock clock;
    auto backend = std::make_shared<shared_store::RedisBackend>(
        std::move(settings), std::move(memory), *workers.front(), clock);
    std::vector<std::shared_ptr<Store>> stores;
    for (net::Worker* worker : workers) {
      stores.push_back(std::make_shared<SharedStore>(backend, backend->open(*worker)));
    }
    backend->start();
    backend->wait_until_looked_for(kPatience);
    return stores;
  };
}

}  // namespace hawkcache::store
