// What the allocator holds of the machine's memory beyond what is in use of it.
#pragma once

#include <cstdint>

namespace hawkcache::store {

// Bytes: pages of which only a part is in use, freed ones that have not gone back to the system
// yet, the allocator's own books. 0 with an allocator that does not tell (only jemalloc does).
// Takes some hundred microseconds, and a lock of each arena for a moment. Any thread.
std::uint64_t heap_slack() noexcept;

}  // namespace hawkcache::store
