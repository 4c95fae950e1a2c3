// The memory store under the contract, with each eviction policy, in one shard and in several.
#include "contract/store_contract.hpp"
#include "store/memory_store.hpp"

namespace hawkcache::store {
namespace {

StoreFactory memory(std::string name, Eviction eviction, std::size_t shards) {
  return {std::move(name),
          [eviction, shards](const StoreLimits& limits, const std::vector<net::Worker*>& workers) {
            MemoryStoreSettings settings;
            settings.max_size = limits.max_size;
            settings.max_entries = limits.max_entries;
            settings.max_object = limits.max_object;
            settings.eviction = eviction;
            settings.shards = shards;
            const std::shared_ptr<Store> store = make_memory_store(settings);
            return std::vector<std::shared_ptr<Store>>(workers.size(), store);
          }};
}

const auto kMemoryStores = testing::Values(memory("s3fifo", Eviction::s3fifo, 0),
                                           memory("sieve", Eviction::sieve, 0),
                                           memory("lru", Eviction::lru, 0),
                                           memory("one_shard", Eviction::s3fifo, 1),
                                           memory("eight_shards", Eviction::s3fifo, 8));

INSTANTIATE_TEST_SUITE_P(Memory, StoreContract, kMemoryStores, factory_name);
INSTANTIATE_TEST_SUITE_P(Memory, BoundedStoreContract, kMemoryStores, factory_name);
INSTANTIATE_TEST_SUITE_P(Memory, StoreStress, kMemoryStores, factory_name);

}  // namespace
}  // namespace hawkcache::store
