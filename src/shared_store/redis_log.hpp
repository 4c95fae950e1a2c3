// Following the shared fence in Redis, and asking it to take a purge: on the follower's connection,
// and on a worker's that has read something beside an epoch that is ahead of what is followed.
// Coroutines on the client's worker.
#pragma once

#include "base/result.hpp"
#include "net/asio.hpp"
#include "redis/client.hpp"
#include "shared_store/fence_log.hpp"
#include "shared_store/redis_core.hpp"
#include "shared_store/redis_link.hpp"

#include <cstddef>

namespace hawkcache::shared_store {

// Purges that are read in one go.
inline constexpr std::size_t kReadLimit = 2000;

// How long a reading may take. The follower holds up nobody: it waits for each page by itself. A
// request waits for all of them together.
struct ReadingTime {
  Duration page;
  Duration whole = Duration::max();
  static ReadingTime in_all(Duration time) noexcept { return {.page = time, .whole = time}; }
};

// Reads what was purged since, a bounded number of purges at a time, and applies it when all is
// there (why not before: LogReading); returns where the counter stood then. Errors: as
// Client::call(); store_protocol: the counter is missing, of another generation than the one that
// is followed, or answered by another server.
net::Awaitable<Result<store::Epoch>> follow_log(RedisCore& core,
                                                redis::Client& client,
                                                Membership membership,
                                                ReadingTime time);

// The first half of it: what was purged after `from`, whole, not applied. As above, but of any
// generation (then it need not be whole).
net::Awaitable<Result<LogReading>> read_log(RedisCore& core,
                                            redis::Client& client,
                                            Membership membership,
                                            store::Epoch from,
                                            ReadingTime time);

// The second half: soft purges are in the log by Redis's clock, and on this node by its own.
void apply_log(RedisCore& core, LogReading reading);

struct TakenPurge {
  store::Epoch epoch = 0;  // of the last, where it is made of several
  // Names in the tags' sets, of which some are dead; for everything, all names in the database.
  // Nothing is known of URLs and prefixes.
  std::uint64_t counted = 0;
};
// Asks Redis to take a purge: one round trip for each kMostFenceMembers of what it names, with what
// counts it. Errors: as above; store_unavailable: Redis refused it. What cannot be counted is not.
enum class Counting : std::uint8_t { nothing, names };
net::Awaitable<Result<TakenPurge>> send_purge(RedisCore& core,
                                              redis::Client& client,
                                              Membership membership,
                                              KeptPurge purge,
                                              Counting counting,
                                              Duration timeout);

}  // namespace hawkcache::shared_store
