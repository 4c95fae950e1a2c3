// A response's place in a shard of the memory store: its links in the hash index, in the eviction
// policy and in the expiry wheel. It lies within the response itself (StoredResponse), so that
// storing one takes no further allocation. Guarded by the shard's lock.
#pragma once

#include "store/eviction.hpp"
#include "store/expiry_wheel.hpp"

#include <cstdint>

namespace hawkcache::store {

struct Entry;

struct IndexNode {
  Entry* chained = nullptr;  // the next in its bucket, or in a list of removed ones
};

// EvictionNode::hash is that of the key, mixed (MemoryStore). The expiry's node comes last: behind
// it there is room for four bytes more.
struct Entry : EvictionNode, IndexNode, ExpiryNode {
  std::uint64_t bytes() const noexcept { return std::uint64_t{units} * kUnit; }
};

}  // namespace hawkcache::store
