// The replies to a look-up in Redis, read: which variants there are, which of them the request may
// be answered by, and the stored responses themselves, judged. No I/O.
#pragma once

#include "caching/cache_key.hpp"
#include "redis/command.hpp"
#include "redis/reply.hpp"
#include "shared_store/redis_core.hpp"
#include "shared_store/variant_index.hpp"
#include "store/store.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hawkcache::shared_store {

// The variants of a key that a request may be answered by: one for each set of names in Vary, if it
// is there at all.
std::vector<Hash128> selected_variants(const VariantIndex& index,
                                       const store::VariantSelector& selector);
// All of them, newest first.
std::vector<Hash128> all_variants(const VariantIndex& index);
// The first of these that may be read in one go: more are not worth it, and the replies are
// bounded, whatever their sizes.
inline constexpr std::size_t kMostRead = 16;
void keep_what_fits(std::vector<Hash128>& variants, std::uint64_t max_object);

// The variant that a request asks for under these names (null: no Vary).
Hash128 variant_of(const store::VariantSelector& selector,
                   const std::shared_ptr<const caching::VaryNames>& names);

// The commands of a look-up. In a cluster the counter lies elsewhere than the responses.
redis::Command ask_for_index(const RedisCore& core, const Hash128& key);
// MGET of the responses' names, and of the counter where it is wanted beside them.
enum class Counter : std::uint8_t { beside, apart };
redis::Command ask_for_values(const RedisCore& core,
                              const std::vector<std::string>& names,
                              Counter counter);
redis::Command ask_for_counter(const RedisCore& core);

// One value that was read: decoded, compared with the key, judged. Null: absent, damaged (counted),
// another key's, or purged.
store::NewResponsePtr admit_value(RedisCore& core,
                                  const caching::KeyView& key,
                                  std::string value,
                                  const std::string& name);

void sort_newest_first(store::Found& found);

}  // namespace hawkcache::shared_store
