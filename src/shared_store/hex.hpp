// Numbers and hashes as they are written in Redis: lower-case hex digits, all of them, so that
// texts of one kind have one length. Pure.
#pragma once

#include "base/hash.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hawkcache::shared_store {

// 16 digits.
std::string to_hex(std::uint64_t number);
// 32 digits: high, then low.
std::string to_hex(const Hash128& hash);

// Nothing but that many lower-case hex digits; nullopt otherwise.
std::optional<std::uint64_t> number_from_hex(std::string_view text) noexcept;
std::optional<Hash128> hash_from_hex(std::string_view text) noexcept;

}  // namespace hawkcache::shared_store
