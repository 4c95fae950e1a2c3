// Following the log of purges in Redis: on the follower's own connection, and on a worker's that
// has read something beside an epoch that is ahead of what is followed.
#pragma once

#include "base/result.hpp"
#include "net/asio.hpp"
#include "redis/client.hpp"
#include "store/fence_log.hpp"
#include "store/redis_core.hpp"

namespace hawkcache::store {

// Reads what was purged since, a bounded number of purges at a time, and applies it, until all is
// followed. Returns where the counter stood then, and who answered. Errors: as Client::call();
// store_protocol: the counter is missing or is none.
struct FollowedLog {
  EpochText at;
  redis::ServerIdentity server = 0;
};
net::Awaitable<Result<FollowedLog>> follow_log(RedisCore& core,
                                               redis::Client& client,
                                               Duration timeout);

// Asks Redis to take a purge; returns its epoch. Errors: as Client::call(); store_protocol: Redis's
// counter is another than the one that is followed; store_overloaded: Redis has no room for it.
net::Awaitable<Result<Epoch>> send_purge(RedisCore& core,
                                         redis::Client& client,
                                         const Membership& membership,
                                         const PurgeRequest& purge,
                                         Duration timeout);

}  // namespace hawkcache::store
