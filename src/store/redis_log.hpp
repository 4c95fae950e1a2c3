// Following the shared fence in Redis, and asking it to take a purge: on the follower's connection,
// and on a worker's that has read something beside an epoch that is ahead of what is followed.
// Coroutines on the client's worker.
#pragma once

#include "base/result.hpp"
#include "net/asio.hpp"
#include "redis/client.hpp"
#include "store/fence_log.hpp"
#include "store/redis_core.hpp"
#include "store/redis_link.hpp"

#include <cstddef>

namespace hawkcache::store {

// Purges that are read in one go.
inline constexpr std::size_t kReadLimit = 2000;

// Reads what was purged since, a bounded number of purges at a time, and applies it when all is
// there (why not before: LogReading); returns where the counter stood then. Errors: as
// Client::call(); store_protocol: the counter is missing, of another generation than the one that
// is followed, or answered by another server.
net::Awaitable<Result<Epoch>> follow_log(RedisCore& core,
                                         redis::Client& client,
                                         Membership membership,
                                         Duration timeout);

// The first half of it: what was purged after `from`, whole, not applied. As above, but of any
// generation (then it need not be whole).
net::Awaitable<Result<LogReading>> read_log(
    RedisCore& core, redis::Client& client, Membership membership, Epoch from, Duration timeout);

// Asks Redis to take a purge; returns its epoch (of the last, where it is made of several). Errors:
// as above; store_unavailable: Redis refused it.
net::Awaitable<Result<Epoch>> send_purge(RedisCore& core,
                                         redis::Client& client,
                                         Membership membership,
                                         KeptPurge purge,
                                         Duration timeout);

}  // namespace hawkcache::store
