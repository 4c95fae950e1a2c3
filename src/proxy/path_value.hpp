// The converters of path parameters: which decoded segments they accept, and the value that tags
// and keys see, as HawkAPI's converters give it: `/users/007` with :int is 7. Pure; any thread.
#pragma once

#include "proxy/route.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace hawkcache::proxy {

// Whether a segment is a value of that kind.
//   str    anything but nothing
//   int    -?[0-9]+, of any size
//   float  -?, digits with at most one point and at least one digit, an exponent or none; finite
//   uuid   8-4-4-4-12 hex digits
//   slug   letters, digits, "-" and "_"
// REQUIRES: kind is neither literal nor path.
bool accepts(PathPatternSegment::Kind kind, std::string_view segment) noexcept;

// The value of an accepted segment: ints without leading zeros, floats in their shortest spelling
// ("1.50" is "1.5", "2" is "2.0"), uuids in lower case, everything else as it is. A view into
// `segment` where that will do, otherwise into `scratch`, to which the text is appended. REQUIRES:
// `scratch` has room for max_converted(segment) more bytes without reallocating.
std::string_view convert(PathPatternSegment::Kind kind,
                         std::string_view segment,
                         std::string& scratch);

// The room that convert() may need.
constexpr std::size_t max_converted(std::string_view segment) noexcept {
  return segment.size() + 32;
}

}  // namespace hawkcache::proxy
