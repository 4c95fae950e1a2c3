// Questions about text, eight bytes at a time: what a request's target, path and key are looked
// through for is mostly not there, and byte by byte costs five times as much.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace hawkcache::byte_words {

inline constexpr std::uint64_t kOnes = 0x0101010101010101u;
inline constexpr std::uint64_t kHighs = 0x8080808080808080u;

inline std::uint64_t load(const char* at) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  return word;
}

// Whether any byte of the word is below `bound`, 1 to 128. (Bit twiddling hacks, "hasless": which
// of them it is, a carry may blur.)
constexpr bool has_below(std::uint64_t word, unsigned char bound) noexcept {
  return ((word - kOnes * bound) & ~word & kHighs) != 0;
}
constexpr bool has(std::uint64_t word, char c) noexcept {
  return has_below(word ^ (kOnes * static_cast<unsigned char>(c)), 1);
}
constexpr bool has_above_ascii(std::uint64_t word) noexcept { return (word & kHighs) != 0; }

// Whether `matches` says so of any word of the text. What is missing to a whole word is `filler`,
// which must not match.
template <class Matches>
bool any(std::string_view text, char filler, Matches matches) noexcept {
  const char* at = text.data();
  std::size_t left = text.size();
  for (; left >= 8; at += 8, left -= 8) {
    if (matches(load(at))) return true;
  }
  if (left == 0) return false;
  if (text.size() >= 8) return matches(load(at + left - 8));  // some bytes once more
  std::uint64_t word = kOnes * static_cast<unsigned char>(filler);
  std::memcpy(&word, at, left);
  return matches(word);
}

// How many bytes at their beginnings are the same.
inline std::size_t common_prefix(std::string_view a, std::string_view b) noexcept {
  const std::size_t size = a.size() < b.size() ? a.size() : b.size();
  const auto differ = [&](std::size_t i) { return load(a.data() + i) ^ load(b.data() + i); };
  std::size_t at = 0;
  while (at + 16 <= size && (differ(at) | differ(at + 8)) == 0) at += 16;
  while (at + 8 <= size && differ(at) == 0) at += 8;
  while (at < size && a[at] == b[at]) ++at;
  return at;
}

}  // namespace hawkcache::byte_words
