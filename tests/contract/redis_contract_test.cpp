// The Redis store and the memory tier in front of it under the contract, over a real redis-server
// and over a real cluster.
#include "contract/redis_stores.hpp"
#include "contract/store_contract.hpp"

namespace hawkcache::store {
namespace {

const auto kRedisStores = testing::Values(
    StoreFactory{"one_server", redis_stores(Servers::one, Tier::none)},
    StoreFactory{"tiered", redis_stores(Servers::one, Tier::memory)},
    StoreFactory{"cluster", redis_stores(Servers::cluster, Tier::none)},
    StoreFactory{"tiered_on_a_cluster", redis_stores(Servers::cluster, Tier::memory)});

INSTANTIATE_TEST_SUITE_P(Redis, StoreContract, kRedisStores, factory_name);
INSTANTIATE_TEST_SUITE_P(Redis, StoreStress, kRedisStores, factory_name);

}  // namespace
}  // namespace hawkcache::store
