#include "shared_store/redis_tag_members.hpp"

#include "shared_store/tag_scripts.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string_view>
#include <utility>

namespace hawkcache::shared_store {

namespace {

using redis::Command;
using redis::Lane;
using redis::Reply;

// What may be freed in one go: a megabyte takes about 0.1 ms.
constexpr std::uint64_t kMostFreed = 64u << 20;

// By the reply to PTTL.
bool is_dead(const Reply& reply) noexcept {
  return reply.is(Reply::Type::integer) && reply.integer == -2;
}

net::Awaitable<std::vector<Reply>> call(redis::Client& client, std::vector<Command> commands) {
  std::vector<Reply> replies =
      co_await client.call(Lane::writes, std::move(commands), kSweepPatience);
  co_return replies;
}

net::Awaitable<Reply> call_one(redis::Client& client, Command command) {
  std::vector<Command> commands;
  commands.push_back(std::move(command));
  std::vector<Reply> replies = co_await call(client, std::move(commands));
  co_return std::move(replies.front());
}

std::size_t count_of(const Reply& reply) noexcept {
  return reply.is(Reply::Type::integer) ? static_cast<std::size_t>(reply.integer) : 0;
}

// How long each of these has to live, in milliseconds; see PTTL.
net::Awaitable<std::vector<Reply>> lives(redis::Client& client, std::vector<std::string> names) {
  std::vector<Command> commands;
  for (const std::string& name : names) commands.push_back(Command(name, {"PTTL", name}));
  std::vector<Reply> replies = co_await call(client, std::move(commands));
  co_return replies;
}

// Of one that is alive, or of which Redis did not tell. What has no end keeps its set for as long
// as it takes to be put again.
Duration life_of(const Reply& reply) noexcept {
  const bool ends = reply.is(Reply::Type::integer) && reply.integer >= 0;
  return ends ? Duration(reply.integer) : kOutliving;
}

// In a cluster the members lie in other slots than their set: those that look dead are removed, and
// looked at once more, which finds what came alive since the first look. Only one whose value is on
// its way for longer than that stays without its name (docs/redis.md).
net::Awaitable<std::size_t> forget_dead_elsewhere(RedisCore& core,
                                                  redis::Client& client,
                                                  std::string tag,
                                                  std::vector<std::string> names,
                                                  Look look) {
  std::vector<std::string> dead;
  while (!names.empty()) {
    std::vector<std::string> some = take_some(core, names, look);
    const std::vector<Reply> first = co_await lives(client, some);
    for (std::size_t i = 0; i < some.size(); ++i) {
      if (is_dead(first[i])) dead.push_back(std::move(some[i]));
    }
  }
  if (dead.empty()) co_return 0;
  const std::string set = core.names.tag(tag);
  std::vector<std::string_view> words{"SREM", set};
  words.insert(words.end(), dead.begin(), dead.end());
  Command forget(set, words);
  const Reply forgotten = co_await call_one(client, std::move(forget));
  // All at once: what was dead just now has nothing to be freed.
  const std::vector<Reply> second = co_await lives(client, dead);
  std::vector<Command> add;
  for (std::size_t i = 0; i < dead.size(); ++i) {
    if (is_dead(second[i])) continue;
    add.push_back(tag_response(core.names, tag, dead[i], life_of(second[i]), 0));
  }
  const std::size_t added = add.size();
  if (added > 0) co_await call(client, std::move(add));
  co_return count_of(forgotten) - std::min(count_of(forgotten), added);
}

}  // namespace

std::size_t names_at_once(const RedisCore& core) noexcept {
  const std::uint64_t largest = std::max<std::uint64_t>(core.settings.max_object, 1);
  return static_cast<std::size_t>(std::clamp<std::uint64_t>(kMostFreed / largest, 1, kSweepStep));
}

std::vector<std::string> take_some(const RedisCore& core,
                                   std::vector<std::string>& names,
                                   Look look) {
  const std::size_t fit = look == Look::again ? kSweepStep : names_at_once(core);
  const auto first = names.end() - static_cast<std::ptrdiff_t>(std::min(fit, names.size()));
  std::vector<std::string> some(std::make_move_iterator(first),
                                std::make_move_iterator(names.end()));
  names.erase(first, names.end());
  return some;
}

std::optional<Scanned> parse_scan(Reply reply) {
  if (!reply.is(Reply::Type::array) || reply.elements.size() != 2) return std::nullopt;
  Scanned scanned{.cursor = std::move(reply.elements[0].text), .names = {}};
  for (Reply& name : reply.elements[1].elements) scanned.names.push_back(std::move(name.text));
  return scanned;
}

net::Awaitable<Result<Scanned>> scan_members(RedisCore& core,
                                             redis::Client& client,
                                             std::string tag,
                                             std::string cursor) {
  const std::string set = core.names.tag(tag);
  const std::string step = std::to_string(kSweepStep);
  Command scan(set, {"SSCAN", set, cursor, "COUNT", step});
  Reply reply = co_await call_one(client, std::move(scan));
  if (reply.is(Reply::Type::none)) co_return reply.failure;
  auto scanned = parse_scan(std::move(reply));
  if (!scanned) co_return Errc::store_protocol;
  co_return std::move(*scanned);
}

// On one server in one step, so that no name is lost that comes back meanwhile.
net::Awaitable<std::size_t> forget_dead_members(RedisCore& core,
                                                redis::Client& client,
                                                std::string tag,
                                                std::vector<std::string> names,
                                                Look look) {
  if (core.in_cluster()) {
    const std::size_t forgotten =
        co_await forget_dead_elsewhere(core, client, std::move(tag), std::move(names), look);
    co_return forgotten;
  }
  std::size_t forgotten = 0;
  while (!names.empty()) {
    const std::vector<std::string> some = take_some(core, names, look);
    const std::vector<std::string_view> members(some.begin(), some.end());
    Command forget = forget_dead(core.names, tag, members);
    const Reply reply = co_await call_one(client, std::move(forget));
    forgotten += count_of(reply);
  }
  co_return forgotten;
}

}  // namespace hawkcache::shared_store
