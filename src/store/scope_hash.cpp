#include "store/scope_hash.hpp"

#include "base/hash.hpp"
#include "store/purge.hpp"

#include <algorithm>
#include <random>

namespace hawkcache::store {

std::uint64_t process_seed() noexcept {
  static const std::uint64_t seed = [] {
    std::random_device random;
    return (std::uint64_t{random()} << 32) | random();
  }();
  return seed;
}

std::uint64_t authority_hash(std::string_view authority) noexcept {
  if (authority.empty()) return 0;
  const auto plain = [](char c) { return (c < 'A' || c > 'Z') && c != ':'; };
  const bool normal = std::all_of(authority.begin(), authority.end(), plain);
  const std::uint64_t hash = normal ? hash64(authority, process_seed())
                                    : hash64(normalized_authority(authority), process_seed());
  return hash | 1;  // never that of every host
}

std::uint64_t path_hash(std::string_view path_and_query) noexcept {
  return hash64(path_and_query, process_seed());
}

}  // namespace hawkcache::store
