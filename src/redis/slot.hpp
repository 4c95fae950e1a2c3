// Which of a Redis Cluster's 16384 slots a key lies in. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace hawkcache::redis {

inline constexpr std::size_t kSlots = 16'384;

// CRC16 (XMODEM) modulo 16384 of what stands between the key's first '{' and the next '}', or of
// the whole key where there is no such pair or nothing in between.
std::uint16_t slot_of(std::string_view key) noexcept;

}  // namespace hawkcache::redis
