#include "shared_store/redis_sweeper.hpp"

#include "net/spawn.hpp"
#include "shared_store/redis_scripts.hpp"
#include "shared_store/redis_tag_members.hpp"

#include <algorithm>
#include <utility>

namespace hawkcache::shared_store {

namespace {

using redis::Command;
using redis::Lane;
using redis::Reply;

// Of more tags than these none is swept: what carries them goes with its TTL.
constexpr std::size_t kMostWaiting = 10'000;
static_assert(kSweepStep <= kMostUnlinked);

}  // namespace

RedisSweeper::RedisSweeper(RedisCore& core, net::Worker& worker)
    : core_(core),
      worker_(worker),
      client_(redis::make_client(worker, core.settings.connection, core.client_figures)) {}

RedisSweeper::~RedisSweeper() = default;

void RedisSweeper::add(const store::PurgeRequest& request, store::SharedStamp stamp) {
  if (request.kind != store::PurgeKind::hard) return;
  const std::lock_guard lock(mutex_);
  for (const std::string& tag : request.tags) {
    if (!tag.empty()) waiting_[tag] = stamp;
  }
  const bool everything = request.scope == store::PurgeRequest::Scope::everything;
  if (everything || waiting_.size() > kMostWaiting) {
    waiting_.clear();
    if (everything) waiting_[""] = stamp;
  }
  if (waiting_.empty() || std::exchange(running_, true)) return;
  worker_.post(
      [this] { net::spawn_loop(worker_.executor(), [this] { return run_forever(*this); }); });
}

net::Awaitable<void> RedisSweeper::run_forever(RedisSweeper& self) { co_await self.run(); }

std::optional<RedisSweeper::Work> RedisSweeper::take() {
  const std::lock_guard lock(mutex_);
  if (waiting_.empty()) {
    running_ = false;
    return std::nullopt;
  }
  auto node = waiting_.extract(waiting_.begin());
  return Work{std::move(node.key()), node.mapped()};
}

// What fails is left to the responses' TTL.
net::Awaitable<void> RedisSweeper::run() {
  while (auto work = take()) {
    if (!core_.link.usable()) continue;
    if (work->tag.empty()) {
      co_await sweep_everything(work->stamp);
    } else {
      co_await sweep_tag(std::move(*work));
    }
  }
}

net::Awaitable<std::vector<Reply>> RedisSweeper::call(std::vector<Command> commands) {
  std::vector<Reply> replies =
      co_await client_->call(Lane::writes, std::move(commands), kSweepPatience);
  co_return replies;
}

// Names stay in the set as long as something lies under them: what was stored since the purge.
net::Awaitable<bool> RedisSweeper::sweep_tag(Work work) {
  std::string cursor = "0";
  do {
    // Of another generation everything is older, and what is new would be taken for it.
    if (core_.fence.followed().generation != work.stamp.generation) co_return false;
    auto scanned = co_await scan_members(core_, *client_, work.tag, std::move(cursor));
    if (!scanned) co_return false;
    cursor = std::move(scanned->cursor);
    std::vector<std::string> responses;
    for (std::string& name : scanned->names) {
      if (core_.names.key_hash_of(name)) responses.push_back(std::move(name));
    }
    if (responses.empty()) continue;
    const std::vector<std::string> names = responses;
    const bool removed = co_await remove(std::move(responses), work.stamp);
    if (!removed) co_return false;
    co_await forget_dead_members(core_, *client_, work.tag, names, Look::again);
  } while (cursor != "0");
  co_return true;
}

net::Awaitable<bool> RedisSweeper::sweep_everything(store::SharedStamp stamp) {
  const std::string pattern = core_.names.response_prefix() + "*";
  // SCAN looks at what it finds, too.
  const std::string step = std::to_string(names_at_once(core_));
  for (std::size_t master = 0; master < client_->masters(); ++master) {
    std::string cursor = "0";
    do {
      std::vector<Command> scan;
      scan.push_back(Command::to_master(master, {"SCAN", cursor, "MATCH", pattern, "COUNT", step}));
      std::vector<Reply> replies = co_await call(std::move(scan));
      auto scanned = parse_scan(std::move(replies.front()));
      if (!scanned) co_return false;
      cursor = std::move(scanned->cursor);
      if (scanned->names.empty()) continue;
      const bool removed = co_await remove(std::move(scanned->names), stamp);
      if (!removed) co_return false;
    } while (cursor != "0");
  }
  co_return true;
}

// On one server the script ends by itself when it has freed enough; in a cluster a name has a
// script of its own.
net::Awaitable<bool> RedisSweeper::remove(std::vector<std::string> names,
                                          store::SharedStamp stamp) {
  const Look look = core_.in_cluster() ? Look::first : Look::again;
  while (!names.empty()) {
    std::vector<std::string> some = take_some(core_, names, look);
    const bool removed = co_await remove_some(std::move(some), stamp);
    if (!removed) co_return false;
  }
  co_return true;
}

// In a cluster each name may be of another slot.
net::Awaitable<bool> RedisSweeper::remove_some(std::vector<std::string> names,
                                               store::SharedStamp stamp) {
  const std::size_t step = core_.in_cluster() ? 1 : kMostUnlinked;
  while (!names.empty()) {
    std::vector<Command> commands;
    for (std::size_t i = 0; i < names.size(); i += step) {
      std::vector<std::string_view> part;
      for (std::size_t j = i; j < names.size() && j < i + step; ++j) part.push_back(names[j]);
      commands.push_back(unlink_older(part, stamp, core_.settings.max_object));
    }
    const std::vector<Reply> replies = co_await call(std::move(commands));
    std::vector<std::string> rest;
    for (std::size_t i = 0; i < names.size(); i += step) {
      const auto unlinked = parse_unlinked(replies[i / step]);
      if (!unlinked) co_return false;
      core_.figures.swept += unlinked->removed;
      const std::size_t end = std::min(i + step, names.size());
      for (std::size_t j = i + unlinked->looked_at; j < end; ++j) {
        rest.push_back(std::move(names[j]));
      }
    }
    names = std::move(rest);
  }
  co_return true;
}

}  // namespace hawkcache::shared_store
