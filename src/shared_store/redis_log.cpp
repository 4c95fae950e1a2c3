#include "shared_store/redis_log.hpp"

#include "shared_store/fence_scripts.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace hawkcache::shared_store {

namespace {

using redis::Reply;

// Purges that Redis remembers; beyond that the oldest are forgotten, and what is older than them
// is distrusted by nodes that did not follow them.
constexpr std::size_t kMaxLog = 100'000;

SharedCounter expected(const Membership& membership) {
  return {.generation = membership.generation, .identity = membership.server, .epoch = 1};
}

// What was known when Redis was asked, and what it said then: it has forgotten purges.
bool runs_backwards(const store::SharedStamp& known,
                    const Membership& membership,
                    store::Epoch now) {
  return known.generation == membership.generation && now < known.epoch;
}

// What a script answered, or why that is none.
Result<Reply> answer_of(Reply reply, const Membership& membership) {
  if (reply.is(Reply::Type::none)) return reply.failure;
  if (reply.server != membership.server) return Errc::store_protocol;
  if (reply.is(Reply::Type::error)) return Errc::store_unavailable;
  return reply;
}

net::Awaitable<Result<Reply>> call_one(redis::Client& client,
                                       redis::Command command,
                                       Membership membership,
                                       Duration timeout) {
  std::vector<redis::Command> commands;
  commands.push_back(std::move(command));
  std::vector<Reply> replies =
      co_await client.call(redis::Lane::lookups, std::move(commands), timeout);
  co_return answer_of(std::move(replies.front()), membership);
}

// Of the sets of the tags among these members; of everything, of all masters.
std::vector<redis::Command> counts_of(const RedisCore& core,
                                      const redis::Client& client,
                                      std::span<const std::string> members) {
  std::vector<redis::Command> commands;
  for (const std::string& text : members) {
    const auto member = parse_member(text);
    if (!member) continue;
    if (member->what == FenceMember::What::tag) {
      const std::string name = core.names.tag(member->tag);
      commands.push_back(redis::Command(name, {"SCARD", name}));
    } else if (member->what == FenceMember::What::everything) {
      for (std::size_t master = 0; master < client.masters(); ++master) {
        commands.push_back(redis::Command::to_master(master, {"DBSIZE"}));
      }
    }
  }
  return commands;
}

std::uint64_t sum_of(std::span<const Reply> counts) {
  std::uint64_t sum = 0;
  for (const Reply& count : counts) {
    if (count.is(Reply::Type::integer)) sum += static_cast<std::uint64_t>(count.integer);
  }
  return sum;
}

bool any_missing(std::span<const Reply> replies) {
  return std::any_of(replies.begin(), replies.end(), [](const Reply& reply) {
    return reply.is(Reply::Type::none);
  });
}

}  // namespace

net::Awaitable<Result<LogReading>> read_log(RedisCore& core,
                                            redis::Client& client,
                                            Membership membership,
                                            store::Epoch from,
                                            ReadingTime time) {
  const SteadyTime began = core.clock.steady();
  std::optional<LogReading> whole;
  for (;;) {
    redis::Command command = fence_read(core.names, expected(membership), from, kReadLimit);
    const auto taken = std::chrono::floor<Duration>(core.clock.steady() - began);
    const Duration left = std::max(time.whole - taken, Duration::zero());
    if (left == Duration::zero()) co_return Errc::store_timeout;
    auto reply =
        co_await call_one(client, std::move(command), membership, std::min(time.page, left));
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

void apply_log(RedisCore& core, LogReading reading) {
  for (LoggedPurge& purge : reading.purges)
    purge.soft_at = core.redis_clock.of_this_node(purge.soft_at);
  core.fence.apply(reading, core.clock.wall());
}

net::Awaitable<Result<store::Epoch>> follow_log(RedisCore& core,
                                                redis::Client& client,
                                                Membership membership,
                                                ReadingTime time) {
  const store::SharedStamp known = core.fence.followed();
  auto reading = co_await read_log(core, client, membership, known.epoch, time);
  if (!reading) co_return reading.error();
  if (reading->counter.generation != membership.generation) co_return Errc::store_protocol;
  if (runs_backwards(known, membership, reading->counter.epoch)) co_return Errc::store_protocol;
  const store::Epoch through = reading->counter.epoch;
  apply_log(core, std::move(*reading));
  co_return through;
}

net::Awaitable<Result<TakenPurge>> send_purge(RedisCore& core,
                                              redis::Client& client,
                                              Membership membership,
                                              KeptPurge purge,
                                              Counting counting,
                                              Duration timeout) {
  const std::vector<std::string> members = members_of(purge.request);
  const store::SharedStamp known = core.fence.followed();
  const WallTime asked_at = core.redis_clock.of_redis(purge.asked_at);
  TakenPurge taken;
  const SteadyTime end = core.clock.steady() + timeout;
  std::span<const std::string> rest(members);
  while (!rest.empty()) {
    const auto parts_left = static_cast<Duration::rep>(1 + (rest.size() - 1) / kMostFenceMembers);
    const auto part = rest.first(std::min(rest.size(), kMostFenceMembers));
    rest = rest.subspan(part.size());
    std::vector<redis::Command> commands;
    if (counting == Counting::names) commands = counts_of(core, client, part);
    // With its source: a server that does not know the script yet would cost another round trip.
    commands.push_back(
        fence_purge(core.names, expected(membership), asked_at, kMaxLog, part).with_source());
    const auto left = std::chrono::ceil<Duration>(end - core.clock.steady());
    std::vector<Reply> replies = co_await client.call(
        redis::Lane::lookups, std::move(commands), std::max(left / parts_left, Duration::zero()));
    const auto reply = answer_of(std::move(replies.back()), membership);
    if (!reply) co_return reply.error();
    if (!reply->is(Reply::Type::integer)) co_return Errc::store_protocol;
    replies.pop_back();
    taken.counted += sum_of(replies);
    // A master that is silent has cost this part's time: no count is worth another's.
    if (any_missing(replies)) counting = Counting::nothing;
    taken.epoch = static_cast<store::Epoch>(reply->integer);
    // An epoch that was followed already would be passed over by everybody.
    if (runs_backwards(known, membership, taken.epoch - 1)) co_return Errc::store_protocol;
  }
  co_return taken;
}

}  // namespace hawkcache::shared_store
