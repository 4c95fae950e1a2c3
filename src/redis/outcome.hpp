// What the servers' errors mean to a caller.
#pragma once

#include "redis/client.hpp"
#include "redis/reply.hpp"

#include <span>

namespace hawkcache::redis {

// The server cannot do it now, whatever "it" is; another one may, or the same one later: LOADING,
// READONLY, MASTERDOWN, MOVED, ASK, TRYAGAIN, CLUSTERDOWN, NOSCRIPT.
bool is_of_no_use_now(const Reply& reply) noexcept;

// The last step before a caller gets its replies: those become store_unavailable, and the errors
// that are left are counted.
void settle(std::span<Reply> replies, ClientFigures& figures) noexcept;

}  // namespace hawkcache::redis
