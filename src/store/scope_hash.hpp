// Hashes of URLs and prefixes as purges compare them. Two that collide share a fence or a counter:
// that can only cost a response too many, never serve one, so no texts are kept beside them.
#pragma once

#include <cstdint>
#include <string_view>

namespace hawkcache::store {

// Chosen at random once per process, so that nobody outside can aim at a bucket.
std::uint64_t process_seed() noexcept;

// Of the authority, normalised (purge.hpp); 0 for the empty one, which stands for every host.
std::uint64_t authority_hash(std::string_view authority) noexcept;
std::uint64_t path_hash(std::string_view path_and_query) noexcept;

// One hash of both.
constexpr std::uint64_t scope_hash(std::uint64_t authority, std::uint64_t path) noexcept {
  std::uint64_t mixed = path ^ (authority * 0x9E3779B97F4A7C15ull);
  mixed ^= mixed >> 32;
  mixed *= 0xD6E8FEB86659FD93ull;
  return mixed ^ (mixed >> 32);
}

}  // namespace hawkcache::store
