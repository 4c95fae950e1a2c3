// Hashes: Hash128 for indexes (XXH3, fast, not for adversaries: whoever looks up by it compares the
// full text too), credential_digest for values that must never be kept in clear (SHA-256).
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace hawkcache {

struct Hash128 {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  auto operator<=>(const Hash128&) const = default;
};

Hash128 hash128(std::string_view bytes) noexcept;
std::uint64_t hash64(std::string_view bytes, std::uint64_t seed = 0) noexcept;

// 32 lower-case hex digits: the first half of the value's SHA-256.
std::string credential_digest(std::string_view value);

// Compares in time that depends only on the lengths.
bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept;

}  // namespace hawkcache

template <>
struct std::hash<hawkcache::Hash128> {
  std::size_t operator()(const hawkcache::Hash128& h) const noexcept { return h.low; }
};
