// Range requests (RFC 9110 section 14) in the unit of bytes: what a Range field asks for, what of
// it a representation of some length can satisfy, and what a Content-Range says. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace hawkcache::http {

struct ByteRange {
  std::uint64_t first = 0;
  std::uint64_t last = 0;  // inclusive
  std::uint64_t size() const noexcept { return last - first + 1; }
  bool operator==(const ByteRange&) const = default;
};

enum class RangeVerdict : std::uint8_t {
  whole,    // no range, another unit, malformed, or more ranges than are worth it: answer 200 with
            // everything, as section 14.2 allows
  single,   // answer 206 with `range`
  several,  // answer 206 with a part for each of `ranges`
  unsatisfiable,  // answer 416
};

using ByteRanges = std::vector<ByteRange>;

struct RangeDecision {
  RangeVerdict verdict = RangeVerdict::whole;
  ByteRange range{};
  // Two or more, neither overlapping nor touching; in the order in which they were asked for, or,
  // where some had to be merged, in ascending order. Empty for the other verdicts: a single range
  // does not allocate.
  ByteRanges ranges{};
};

// More ranges than these, what overlaps or touches merged, are answered with the whole.
inline constexpr std::size_t kMostRanges = 64;

// `value` is the Range field's value, `length` the representation's.
RangeDecision decide_ranges(std::string_view value, std::uint64_t length);

// Whether the value asks for exactly one range of bytes, in any of its forms ("0-9", "5-", "-5"),
// whatever the representation's length.
bool is_single_range(std::string_view value) noexcept;

// "bytes 0-9/10" (section 14.4).
struct ContentRange {
  ByteRange range;
  std::uint64_t complete_length = 0;
};
// nullopt: invalid, another unit, without range or without complete length.
std::optional<ContentRange> parse_content_range(std::string_view value) noexcept;

}  // namespace hawkcache::http
