#include "redis/slot.hpp"

#include <array>

namespace hawkcache::redis {
namespace {

constexpr std::uint16_t kPolynomial = 0x1021;

constexpr std::array<std::uint16_t, 256> make_table() {
  std::array<std::uint16_t, 256> table{};
  for (unsigned byte = 0; byte < table.size(); ++byte) {
    unsigned remainder = byte << 8U;
    for (int bit = 0; bit < 8; ++bit) {
      const bool carry = (remainder & 0x8000U) != 0;
      remainder <<= 1U;
      if (carry) remainder ^= kPolynomial;
    }
    table[byte] = static_cast<std::uint16_t>(remainder);
  }
  return table;
}

constexpr std::array<std::uint16_t, 256> kTable = make_table();

std::uint16_t crc16(std::string_view text) noexcept {
  unsigned crc = 0;
  for (const char character : text) {
    const unsigned byte = static_cast<unsigned char>(character);
    crc = ((crc << 8U) ^ kTable[((crc >> 8U) ^ byte) & 0xffU]) & 0xffffU;
  }
  return static_cast<std::uint16_t>(crc);
}

std::string_view hashed_part(std::string_view key) noexcept {
  const std::size_t open = key.find('{');
  if (open == std::string_view::npos) return key;
  const std::size_t close = key.find('}', open + 1);
  if (close == std::string_view::npos || close == open + 1) return key;
  return key.substr(open + 1, close - open - 1);
}

}  // namespace

std::uint16_t slot_of(std::string_view key) noexcept { return crc16(hashed_part(key)) % kSlots; }

}  // namespace hawkcache::redis
