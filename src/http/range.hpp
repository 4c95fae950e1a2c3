// Range requests (RFC 9110 section 14), single byte ranges.
#pragma once

#include <cstdint>
#include <string_view>

namespace hawkcache::http {

struct ByteRange {
  std::uint64_t first = 0;
  std::uint64_t last = 0;  // inclusive
  std::uint64_t size() const noexcept { return last - first + 1; }
};

enum class RangeVerdict : std::uint8_t {
  whole,  // no range, another unit, malformed, or several: answer 200 with everything (section 14.2
          // allows that)
  partial,        // answer 206 with `range`
  unsatisfiable,  // answer 416
};

struct RangeDecision {
  RangeVerdict verdict = RangeVerdict::whole;
  ByteRange range;
};

// `value` is the Range field's value, `length` the representation's.
RangeDecision decide_range(std::string_view value, std::uint64_t length) noexcept;

}  // namespace hawkcache::http
