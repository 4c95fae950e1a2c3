// Stores over a real redis-server, for the contract: one server for the test program, a prefix of
// its own for each store that is opened.
#pragma once

#include "contract/store_world.hpp"

namespace hawkcache::store {

enum class Tier : std::uint8_t { none, memory };
StoreMaker redis_stores(Tier tier);

}  // namespace hawkcache::store
