// Log lines about connections that only an operator can mend: a wrong password, a certificate that
// is not trusted, a replica where a master should be. Every connection of every worker meets the
// same trouble again and again, so each text is written once in a while only. Any thread.
#pragma once

#include "base/clock.hpp"

#include <string_view>

namespace hawkcache::redis {

inline constexpr Duration kComplaintInterval{60'000};

// `where`: the server, as Target::text() has it.
void complain(std::string_view where, std::string_view what, SteadyTime now);

}  // namespace hawkcache::redis
