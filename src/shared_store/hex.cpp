#include "shared_store/hex.hpp"

#include <cstddef>

namespace hawkcache::shared_store {
namespace {

constexpr std::size_t kDigits = 16;

int lower_case_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

}  // namespace

std::string to_hex(std::uint64_t number) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string text(kDigits, '0');
  for (std::size_t i = kDigits; i-- > 0; number >>= 4) text[i] = kHex[number & 15];
  return text;
}

std::string to_hex(const Hash128& hash) { return to_hex(hash.high) + to_hex(hash.low); }

std::optional<std::uint64_t> number_from_hex(std::string_view text) noexcept {
  if (text.size() != kDigits) return std::nullopt;
  std::uint64_t number = 0;
  for (const char c : text) {
    const int digit = lower_case_digit(c);
    if (digit < 0) return std::nullopt;
    number = (number << 4) | static_cast<std::uint64_t>(digit);
  }
  return number;
}

std::optional<Hash128> hash_from_hex(std::string_view text) noexcept {
  if (text.size() != 2 * kDigits) return std::nullopt;
  const auto high = number_from_hex(text.substr(0, kDigits));
  const auto low = number_from_hex(text.substr(kDigits));
  if (!high || !low) return std::nullopt;
  return Hash128{.low = *low, .high = *high};
}

}  // namespace hawkcache::shared_store
