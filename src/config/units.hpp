// Durations (250ms 60s 5m 1h 1d) and sizes (64KiB 512MiB 1GB) as text: whole numbers with a unit.
// Pure; any thread.
#pragma once

#include "base/clock.hpp"
#include "config/syntax_error.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace hawkcache::config {

inline constexpr Duration kLongestDuration = std::chrono::hours{24 * 3650};
inline constexpr std::uint64_t kLargestSize = std::uint64_t{1} << 50;  // 1024 TiB

[[nodiscard]] std::variant<Duration, SyntaxError> parse_duration(std::string_view text);
[[nodiscard]] std::variant<std::uint64_t, SyntaxError> parse_size(std::string_view text);

// In the largest unit that gives a whole number: "90s", "1h", "0s"; "64KiB", "1000B".
std::string duration_text(Duration duration);
std::string size_text(std::uint64_t bytes);

// ECMA-262 patterns of the two, for the JSON Schema.
inline constexpr std::string_view kDurationPattern = "^[0-9]+(ms|s|m|h|d)$";
inline constexpr std::string_view kSizePattern = "^[0-9]+(B|KB|MB|GB|TB|KiB|MiB|GiB|TiB)$";

}  // namespace hawkcache::config
