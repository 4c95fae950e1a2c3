#include "shared_store/redis_large_tags.hpp"

#include "net/spawn.hpp"
#include "shared_store/lua_script.hpp"
#include "shared_store/redis_tag_members.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace hawkcache::shared_store {

namespace {

using redis::Command;
using redis::Lane;
using redis::Reply;

constexpr Duration kRound{500};
// For so long a tag is one node's own. If that node is lost, another one has time for it still.
constexpr Duration kClaim = std::chrono::minutes(15);
static_assert(3 * kClaim < kOutliving);
// After each step of a set: nobody is in a hurry (docs/redis.md has how long a million names take).
constexpr Duration kBetweenSteps{5};
// Steps in a row that got no answer, half a second apart, before a walk is given up.
constexpr int kMostFailures = 60;
// Tags entered in one go, and those that wait for it: of more, each comes again with what is added
// to it next.
constexpr std::size_t kMostEntered = 100;
constexpr std::size_t kMostNoted = 10'000;
// How soon a set is looked at again at the earliest, however short its members' lives: there is
// time for that.
constexpr Duration kSoonest = std::chrono::minutes(1);
// A set without an end is freed by nobody.
constexpr Duration kNextOfEndless = std::chrono::hours(1);

}  // namespace

RedisLargeTags::RedisLargeTags(RedisCore& core, net::Worker& worker)
    : core_(core),
      worker_(worker),
      client_(redis::make_client(worker, core.settings.connection, core.client_figures)) {}

RedisLargeTags::~RedisLargeTags() = default;

void RedisLargeTags::start() {
  net::spawn_loop(worker_.executor(), [this] { return enter_forever(*this); });
  net::spawn_loop(worker_.executor(), [this] { return visit_forever(*this); });
}

void RedisLargeTags::note(std::string_view tag, std::size_t members, Duration ttl) {
  if (members <= kLargeSet) return;
  const SteadyTime due = core_.clock.steady() + next_look(ttl);
  const std::lock_guard lock(mutex_);
  if (noted_.size() < kMostNoted && !noted_.contains(tag)) noted_.emplace(tag, due);
}

// At a set whose members have so long to live. In a cluster no sample of the dead goes with each
// member that is added: there they are looked for while others live.
Duration RedisLargeTags::next_look(Duration life) const {
  return std::clamp(life, kSoonest, core_.in_cluster() ? kClaim : kLongestTtl);
}

Duration RedisLargeTags::next_look(const Seen& set) const {
  if (!set.has_end()) return kNextOfEndless;
  return set.is_due() ? kClaim : next_look(set.left - kOutliving);
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
      const auto due = std::chrono::ceil<Duration>(entered.back().mapped() - core_.clock.steady());
      commands.push_back(enter_large_tag(core_.names, entered.back().key(), due, EnterTag::if_new));
    }
    const std::vector<Reply> replies = co_await call(std::move(commands));
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < entered.size(); ++i) {
      const bool taken = !replies[i].is(Reply::Type::none);
      if (!taken && noted_.size() < kMostNoted) noted_.insert(std::move(entered[i]));
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
  if (set && set->is_large() && (core_.in_cluster() || set->is_due())) {
    const bool done = co_await take_out_the_dead(tag);
    if (!done) co_return;
    set = co_await look_at(tag);
  }
  if (set && !set->is_large()) {
    // It may have grown since, and found itself in the register: so another look, afterwards.
    const std::string name = core_.names.large_tags();
    std::vector<Command> leave;
    leave.push_back(Command(name, {"ZREM", name, tag}));
    co_await call(std::move(leave));
    set = co_await look_at(tag);
  }
  if (!set || !set->is_large()) co_return;
  std::vector<Command> enter;
  enter.push_back(enter_large_tag(core_.names, tag, next_look(*set), EnterTag::anew));
  co_await call(std::move(enter));
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

// Returns whether the end was reached. Where another server takes the place of the one that gave
// the cursor it means something else, and members may be passed over until the next visit.
net::Awaitable<bool> RedisLargeTags::take_out_the_dead(std::string tag) {
  std::string cursor = "0";
  for (int failures = 0; failures < kMostFailures;) {
    Result<Scanned> scanned = Errc::store_unavailable;
    if (core_.link.usable()) scanned = co_await scan_members(core_, *client_, tag, cursor);
    if (!scanned) {
      if (scanned.error() == Errc::store_protocol) co_return false;
      ++failures;
      co_await pause(kRound);
      continue;
    }
    failures = 0;
    const std::size_t forgotten =
        co_await forget_dead_members(core_, *client_, tag, std::move(scanned->names), Look::first);
    core_.figures.swept += forgotten;
    if (scanned->cursor == "0") co_return true;
    cursor = std::move(scanned->cursor);
    co_await pause(kBetweenSteps);
  }
  co_return false;
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

}  // namespace hawkcache::shared_store
