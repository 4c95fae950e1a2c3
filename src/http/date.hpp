// HTTP dates (RFC 9110 section 5.6.7).
#pragma once

#include "base/clock.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace hawkcache::http {

// IMF-fixdate, RFC 850 and asctime, letter case ignored (RFC 9111 section 4.2). The zone must be
// GMT: "a cache recipient SHOULD consider a date with a zone abbreviation other than GMT to be
// invalid", UTC included. Two-digit years, single-digit hours, doubled blanks and impossible days
// in IMF-fixdate are errors; a weekday that does not fit the date is not. RFC 850's two-digit years
// are read relative to `now` (no more than 50 years ahead).
std::optional<WallTime> parse_date(std::string_view text, WallTime now) noexcept;

// "Sun, 06 Nov 1994 08:49:37 GMT"
std::string format_date(WallTime time);

}  // namespace hawkcache::http
