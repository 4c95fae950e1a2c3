// A tag's set as those see it who take the dead names out of it: read in steps, so that Redis is
// never held for long. Coroutines of the client's worker; core and client outlive them.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "net/asio.hpp"
#include "redis/client.hpp"
#include "redis/reply.hpp"
#include "shared_store/redis_core.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hawkcache::shared_store {

// What those who sweep wait for an answer: they hold up nobody.
inline constexpr Duration kSweepPatience{800};
// Members, or names, looked at in one step: some tenths of a millisecond of the server's time.
inline constexpr std::size_t kSweepStep = 100;

// again: what has expired of these names was freed by a look a moment ago. At the first look Redis
// frees it, so that few can be looked at in one go where objects may be large.
enum class Look : std::uint8_t { first, again };
// How many names may be looked at in one go at the first look.
std::size_t names_at_once(const RedisCore& core) noexcept;
// Takes as many of these names as may be looked at in one go.
std::vector<std::string> take_some(const RedisCore& core,
                                   std::vector<std::string>& names,
                                   Look look);

// Of the reply to SSCAN or SCAN: the cursor to go on from ("0": the end) and what was found.
struct Scanned {
  std::string cursor;
  std::vector<std::string> names;
};
std::optional<Scanned> parse_scan(redis::Reply reply);

// The next step's members of the tag's set. Errors: store_protocol (Redis said no: it will again),
// others (it said nothing).
net::Awaitable<Result<Scanned>> scan_members(RedisCore& core,
                                             redis::Client& client,
                                             std::string tag,
                                             std::string cursor);

// Takes those of these members out of the tag's set under whose names nothing lies, a few at a
// time; returns how many. A name that comes alive meanwhile stays, or is back when this ends.
net::Awaitable<std::size_t> forget_dead_members(RedisCore& core,
                                                redis::Client& client,
                                                std::string tag,
                                                std::vector<std::string> names,
                                                Look look);

}  // namespace hawkcache::shared_store
