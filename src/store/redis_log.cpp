#include "store/redis_log.hpp"

#include "store/fence_scripts.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace hawkcache::store {

namespace {

using redis::Reply;

// Purges that Redis remembers; beyond that the oldest are forgotten, and what is older than them
// is distrusted by nodes that did not follow them.
constexpr std::size_t kMaxLog = 100'000;

SharedCounter expected(const Membership& membership) {
  return {.generation = membership.generation, .identity = membership.server, .epoch = 1};
}

// What was known when Redis was asked, and what it said then: it has forgotten purges.
bool runs_backwards(const SharedStamp& known, const Membership& membership, Epoch now) {
  return known.generation == membership.generation && now < known.epoch;
}

net::Awaitable<Result<Reply>> call_one(redis::Client& client,
                                       redis::Command command,
                                       Membership membership,
                                       Duration timeout) {
  std::vector<redis::Command> commands;
  commands.push_back(std::move(command));
  std::vector<Reply> replies =
      co_await client.call(redis::Lane::lookups, std::move(commands), timeout);
  Reply& reply = replies.front();
  if (reply.is(Reply::Type::none)) co_return reply.failure;
  if (reply.server != membership.server) co_return Errc::store_protocol;
  if (reply.is(Reply::Type::error)) co_return Errc::store_unavailable;
  co_return std::move(reply);
}

}  // namespace

net::Awaitable<Result<LogReading>> read_log(
    RedisCore& core, redis::Client& client, Membership membership, Epoch from, Duration timeout) {
  std::optional<LogReading> whole;
  for (;;) {
    redis::Command command = fence_read(core.names, expected(membership), from, kReadLimit);
    auto reply = co_await call_one(client, std::move(command), membership, timeout);
    if (!reply) co_return reply.error();
    auto reading = parse_log_reading(*reply);
    if (!reading) co_return Errc::store_protocol;
    if (reading->counter.generation != membership.generation) co_return std::move(*reading);
    if (whole) {
      extend(*whole, std::move(*reading));
    } else {
      whole = std::move(*reading);
    }
    if (whole->is_whole()) co_return std::move(*whole);
    if (whole->through <= from) co_return Errc::store_protocol;
    from = whole->through;
  }
}

net::Awaitable<Result<Epoch>> follow_log(RedisCore& core,
                                         redis::Client& client,
                                         Membership membership,
                                         Duration timeout) {
  const SharedStamp known = core.fence.followed();
  const auto reading = co_await read_log(core, client, membership, known.epoch, timeout);
  if (!reading) co_return reading.error();
  if (reading->counter.generation != membership.generation) co_return Errc::store_protocol;
  if (runs_backwards(known, membership, reading->counter.epoch)) co_return Errc::store_protocol;
  core.fence.apply(*reading, core.clock.wall());
  co_return reading->counter.epoch;
}

net::Awaitable<Result<Epoch>> send_purge(RedisCore& core,
                                         redis::Client& client,
                                         Membership membership,
                                         KeptPurge purge,
                                         Duration timeout) {
  const std::vector<std::string> members = members_of(purge.request);
  const SharedStamp known = core.fence.followed();
  Epoch epoch = 0;
  const SteadyTime end = core.clock.steady() + timeout;
  std::span<const std::string> rest(members);
  while (!rest.empty()) {
    const auto part = rest.first(std::min(rest.size(), kMostFenceMembers));
    rest = rest.subspan(part.size());
    redis::Command command =
        fence_purge(core.names, expected(membership), purge.asked_at, kMaxLog, part);
    const auto left = std::chrono::ceil<Duration>(end - core.clock.steady());
    const auto reply =
        co_await call_one(client, std::move(command), membership, std::max(left, Duration::zero()));
    if (!reply) co_return reply.error();
    if (!reply->is(Reply::Type::integer)) co_return Errc::store_protocol;
    epoch = static_cast<Epoch>(reply->integer);
    // An epoch that was followed already would be passed over by everybody.
    if (runs_backwards(known, membership, epoch - 1)) co_return Errc::store_protocol;
  }
  co_return epoch;
}

}  // namespace hawkcache::store
