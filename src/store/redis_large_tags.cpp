#include "store/redis_large_tags.hpp"

#include "store/redis_tag_members.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace hawkcache::store {

namespace asio = boost::asio;

namespace {

using redis::Command;
using redis::Lane;
using redis::Reply;

constexpr Duration kRound{500};
// For so long a tag is one node's own. If that node is lost, another one has time for it still.
constexpr Duration kClaim = std::chrono::minutes(15);
static_assert(3 * kClaim < kOutliving);
// After each step of a set: nobody is in a hurry, and a million names take about a minute.
constexpr Duration kBetweenSteps{5};
// Steps in a row that got no answer, half a second apart, before a walk is given up.
constexpr int kMostFailures = 60;
// Redis frees what has expired when it is looked at, a megabyte in about 0.1 ms.
constexpr std::uint64_t kMostFreed = 64u << 20;
// Tags entered in one go.
constexpr std::size_t kMostEntered = 100;

// Names to be looked at in one go.
std::size_t names_at_once(std::uint64_t max_object) {
  const std::uint64_t fit = kMostFreed / std::max<std::uint64_t>(max_object, 1);
  return static_cast<std::size_t>(std::clamp<std::uint64_t>(fit, 1, kSweepStep));
}

}  // namespace

RedisLargeTags::RedisLargeTags(RedisCore& core, net::Worker& worker)
    : core_(core),
      worker_(worker),
      client_(redis::make_client(worker, core.settings.connection, core.client_figures)) {}

RedisLargeTags::~RedisLargeTags() = default;

void RedisLargeTags::start() {
  asio::co_spawn(worker_.executor(), enter_forever(*this), asio::detached);
  asio::co_spawn(worker_.executor(), visit_forever(*this), asio::detached);
}

void RedisLargeTags::note(std::string_view tag, std::size_t members, Duration ttl) {
  if (members <= kLargeSet) return;
  const std::lock_guard lock(mutex_);
  if (!noted_.contains(tag)) noted_.emplace(tag, ttl);
}

RedisLargeTags::Noted RedisLargeTags::take_noted() {
  const std::lock_guard lock(mutex_);
  return std::exchange(noted_, {});
}

net::Awaitable<void> RedisLargeTags::enter_forever(RedisLargeTags& self) {
  for (;;) {
    co_await self.pause(kRound);
    if (!self.core_.link.usable()) continue;
    Noted noted = self.take_noted();
    if (!noted.empty()) co_await self.enter(std::move(noted));
  }
}

net::Awaitable<void> RedisLargeTags::visit_forever(RedisLargeTags& self) {
  for (;;) {
    std::optional<std::string> tag;
    if (self.core_.link.usable()) tag = co_await self.claim();
    if (tag) {
      co_await self.visit(std::move(*tag));
    } else {
      co_await self.pause(kRound);
    }
  }
}

// What Redis does not take is noted again.
net::Awaitable<void> RedisLargeTags::enter(Noted noted) {
  while (!noted.empty()) {
    std::vector<Command> commands;
    std::vector<Noted::node_type> entered;
    while (!noted.empty() && entered.size() < kMostEntered) {
      entered.push_back(noted.extract(noted.begin()));
      commands.push_back(enter_large_tag(
          core_.names, entered.back().key(), entered.back().mapped(), EnterTag::if_new));
    }
    const std::vector<Reply> replies = co_await call(std::move(commands));
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < entered.size(); ++i) {
      if (replies[i].is(Reply::Type::none)) noted_.insert(std::move(entered[i]));
    }
  }
}

net::Awaitable<std::optional<std::string>> RedisLargeTags::claim() {
  std::vector<Command> commands;
  commands.push_back(claim_large_tag(core_.names, kClaim));
  std::vector<Reply> replies = co_await call(std::move(commands));
  if (!replies.front().is(Reply::Type::text)) co_return std::nullopt;
  co_return std::move(replies.front().text);
}

// What fails, or was in vain (members live on that others have put), comes up again when the claim
// has ended.
net::Awaitable<void> RedisLargeTags::visit(std::string tag) {
  std::optional<Seen> set = co_await look_at(tag);
  if (set && set->is_large() && set->is_due()) {
    const bool done = co_await take_out_the_dead(tag);
    if (!done) co_return;
    set = co_await look_at(tag);
  }
  if (!set) co_return;
  std::vector<Command> commands;
  if (!set->is_large()) {
    const std::string name = core_.names.large_tags();
    commands.push_back(Command(name, {"ZREM", name, tag}));
  } else if (!set->is_due()) {
    const Duration due = set->left - kOutliving;
    commands.push_back(enter_large_tag(core_.names, tag, due, EnterTag::anew));
  }
  if (!commands.empty()) co_await call(std::move(commands));
}

net::Awaitable<std::optional<RedisLargeTags::Seen>> RedisLargeTags::look_at(std::string tag) {
  const std::string name = core_.names.tag(tag);
  std::vector<Command> commands;
  commands.push_back(Command(name, {"SCARD", name}));
  commands.push_back(Command(name, {"PTTL", name}));
  const std::vector<Reply> replies = co_await call(std::move(commands));
  if (replies[0].is_error("WRONGTYPE")) co_return Seen{};
  for (const Reply& reply : replies) {
    if (!reply.is(Reply::Type::integer)) co_return std::nullopt;
  }
  co_return Seen{.members = static_cast<std::size_t>(replies[0].integer),
                 .left = Duration(replies[1].integer)};
}

// Returns whether all members were looked at.
net::Awaitable<bool> RedisLargeTags::take_out_the_dead(std::string tag) {
  std::string cursor = "0";
  for (int failures = 0; failures < kMostFailures;) {
    std::optional<Scanned> scanned;
    if (core_.link.usable()) scanned = co_await scan_members(core_, *client_, tag, cursor);
    if (!scanned) {
      ++failures;
      co_await pause(kRound);
      continue;
    }
    failures = 0;
    co_await forget(tag, std::move(scanned->names));
    if (scanned->cursor == "0") co_return true;
    cursor = std::move(scanned->cursor);
    co_await pause(kBetweenSteps);
  }
  co_return false;
}

// Those that are dead, a few at once.
net::Awaitable<void> RedisLargeTags::forget(std::string tag, std::vector<std::string> names) {
  const std::size_t at_once = names_at_once(core_.settings.max_object);
  while (!names.empty()) {
    const auto first = names.end() - static_cast<std::ptrdiff_t>(std::min(names.size(), at_once));
    std::vector<std::string> part(std::make_move_iterator(first),
                                  std::make_move_iterator(names.end()));
    names.erase(first, names.end());
    const std::size_t forgotten =
        co_await forget_dead_members(core_, *client_, tag, std::move(part));
    core_.figures.swept += forgotten;
  }
}

net::Awaitable<std::vector<Reply>> RedisLargeTags::call(std::vector<Command> commands) {
  std::vector<Reply> replies =
      co_await client_->call(Lane::writes, std::move(commands), kSweepPatience);
  co_return replies;
}

net::Awaitable<void> RedisLargeTags::pause(Duration duration) {
  net::Timer timer(worker_.executor(), duration);
  co_await timer.async_wait(net::use_op);
}

}  // namespace hawkcache::store
