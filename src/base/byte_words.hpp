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

// One to seven bytes, some of them perhaps twice; the rest is `filler`.
inline std::uint64_t load_few(const char* at, std::size_t size, char filler) noexcept {
  std::uint64_t word = kOnes * static_cast<unsigned char>(filler);
  if (size >= 4) {
    std::uint32_t halves[2];
    std::memcpy(&halves[0], at, 4);
    std::memcpy(&halves[1], at + size - 4, 4);
    std::memcpy(&word, halves, sizeof word);
  } else {
    const char bytes[4] = {at[0], at[size / 2], at[size - 1], filler};
    std::memcpy(&word, bytes, sizeof bytes);
  }
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

// Whether every byte of the word is ASCII from `lowest` (1 to 128) on, and none a double quote, a
// backslash or DEL: what stands for itself between quotes. Each term sets the high bit of a byte
// that is one of these; what a carry sets beside it makes no other answer.
constexpr bool is_plain(std::uint64_t word, unsigned char lowest) noexcept {
  const std::uint64_t below = word - kOnes * lowest;
  const std::uint64_t quote = (word ^ (kOnes * '"')) - kOnes;
  const std::uint64_t backslash = (word ^ (kOnes * '\\')) - kOnes;
  return ((word | below | quote | backslash | (word + kOnes)) & kHighs) == 0;
}

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
  return matches(load_few(at, left, filler));
}

// Calls visit(position) for each `c` in the text, in order.
template <class Visit>
void for_each(std::string_view text, char c, Visit visit) {
  std::size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    // Exact, unlike has(): no carry from one byte to the next.
    const std::uint64_t differ = load(text.data() + at) ^ (kOnes * static_cast<unsigned char>(c));
    std::uint64_t found = ~(((differ & ~kHighs) + ~kHighs) | differ | ~kHighs);
    for (; found != 0; found &= found - 1) {
      visit(at + static_cast<std::size_t>(std::countr_zero(found)) / 8);
    }
  }
  for (; at < text.size(); ++at) {
    if (text[at] == c) visit(at);
  }
}

// a == b, without a call: for texts of a few words.
inline bool same(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  const std::size_t size = a.size();
  const auto differ = [&](std::size_t at) { return load(a.data() + at) != load(b.data() + at); };
  std::size_t at = 0;
  for (; at + 8 <= size; at += 8) {
    if (differ(at)) return false;
  }
  if (size >= 8) return !differ(size - 8);  // some bytes once more
  for (; at < size; ++at) {
    if (a[at] != b[at]) return false;
  }
  return true;
}

// How many bytes at their beginnings are the same.
inline std::size_t common_prefix(std::string_view a, std::string_view b) noexcept {
  const std::size_t size = a.size() < b.size() ? a.size() : b.size();
  const auto differ = [&](std::size_t i) { return load(a.data() + i) ^ load(b.data() + i); };
  std::size_t at = 0;
  while (at + 32 <= size &&
         (differ(at) | differ(at + 8) | differ(at + 16) | differ(at + 24)) == 0) {
    at += 32;
  }
  while (at + 8 <= size && differ(at) == 0) at += 8;
  while (at < size && a[at] == b[at]) ++at;
  return at;
}

}  // namespace hawkcache::byte_words
