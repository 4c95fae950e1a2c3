// Stores over a real redis-server or a real cluster of three masters, for the contract: one of each
// for the test program, a prefix of its own for each store that is opened.
#pragma once

#include "contract/store_world.hpp"

namespace hawkcache::store {

enum class Servers : std::uint8_t { one, cluster };
enum class Tier : std::uint8_t { none, memory };
StoreMaker redis_stores(Servers servers, Tier tier);

}  // namespace hawkcache::store
