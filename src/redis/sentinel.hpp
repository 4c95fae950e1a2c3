// Where the one server is: as the settings say, or as the sentinels say.
#pragma once

#include "redis/session.hpp"

#include <memory>

namespace hawkcache::redis {

// For every kind but cluster. With Sentinel each call asks anew: the sentinels in turn, beginning
// with the one that answered last, or after the one that did not, each within kSentinelTimeout.
// Whether the server that they name is a master in its own opinion is for the session's greeting.
std::shared_ptr<Locator> make_server_locator(const std::shared_ptr<Environment>& environment);

inline constexpr Duration kSentinelTimeout{250};

}  // namespace hawkcache::redis
