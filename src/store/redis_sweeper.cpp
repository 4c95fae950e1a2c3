#include "store/redis_sweeper.hpp"

#include "store/redis_scripts.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace hawkcache::store {

namespace asio = boost::asio;

namespace {

using redis::Command;
using redis::Lane;
using redis::Reply;

constexpr Duration kPatience{800};
// Members looked at in one step: some tenths of a millisecond of the server's time.
constexpr std::string_view kStep = "100";
// More tags than these wait only as one sweep of everything.
constexpr std::size_t kMostWaiting = 10'000;

// Of the reply to SSCAN or SCAN: the cursor to go on from ("0": the end) and what was found.
struct Scanned {
  std::string cursor;
  std::vector<std::string> names;
};
std::optional<Scanned> parse_scan(Reply reply) {
  if (!reply.is(Reply::Type::array) || reply.elements.size() != 2) return std::nullopt;
  Scanned scanned{.cursor = std::move(reply.elements[0].text), .names = {}};
  for (Reply& name : reply.elements[1].elements) scanned.names.push_back(std::move(name.text));
  return scanned;
}

// By the reply to PTTL.
bool is_dead(const Reply& reply) noexcept {
  return reply.is(Reply::Type::integer) && reply.integer == -2;
}

}  // namespace

RedisSweeper::RedisSweeper(RedisCore& core, net::Worker& worker)
    : core_(core),
      worker_(worker),
      client_(redis::make_client(worker, core.settings.connection, core.client_figures)) {}

RedisSweeper::~RedisSweeper() = default;

void RedisSweeper::add(const PurgeRequest& request, SharedStamp stamp) {
  if (request.kind != PurgeKind::hard) return;
  const std::lock_guard lock(mutex_);
  for (const std::string& tag : request.tags) {
    if (!tag.empty()) waiting_[tag] = stamp;
  }
  const bool everything = request.scope == PurgeRequest::Scope::everything;
  if (everything || waiting_.size() > kMostWaiting) {
    waiting_.clear();
    if (everything) waiting_[""] = stamp;
  }
  if (waiting_.empty() || std::exchange(running_, true)) return;
  worker_.post([this] { asio::co_spawn(worker_.executor(), run_forever(*this), asio::detached); });
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
  std::vector<Reply> replies = co_await client_->call(Lane::writes, std::move(commands), kPatience);
  co_return replies;
}

// Names stay in the set as long as something lies under them: what was stored since the purge.
net::Awaitable<bool> RedisSweeper::sweep_tag(Work work) {
  const std::string set = core_.names.tag(work.tag);
  std::string cursor = "0";
  do {
    // Of another generation everything is older, and what is new would be taken for it.
    if (core_.fence.followed().generation != work.stamp.generation) co_return false;
    std::vector<Command> scan;
    scan.push_back(Command(set, {"SSCAN", set, cursor, "COUNT", kStep}));
    std::vector<Reply> replies = co_await call(std::move(scan));
    auto scanned = parse_scan(std::move(replies.front()));
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
    co_await forget_dead_members(work.tag, names);
  } while (cursor != "0");
  co_return true;
}

// On one server in one step, so that no name is lost that comes back meanwhile.
net::Awaitable<void> RedisSweeper::forget_dead_members(std::string tag,
                                                       std::vector<std::string> names) {
  std::vector<Command> commands;
  if (core_.in_cluster()) {
    co_await forget_dead_elsewhere(std::move(tag), std::move(names));
    co_return;
  }
  const std::vector<std::string_view> members(names.begin(), names.end());
  commands.push_back(forget_dead(core_.names, tag, members));
  co_await call(std::move(commands));
}

// In a cluster the members lie in other slots than their set: those that look dead are removed, and
// looked at once more. Whoever puts a response adds its name afterwards, so one that came alive
// since the first look is either seen by the second, or added after the removal.
net::Awaitable<void> RedisSweeper::forget_dead_elsewhere(std::string tag,
                                                         std::vector<std::string> names) {
  const std::vector<Reply> first = co_await lives(names);
  std::vector<std::string> dead;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (is_dead(first[i])) dead.push_back(std::move(names[i]));
  }
  if (dead.empty()) co_return;
  const std::string set = core_.names.tag(tag);
  std::vector<std::string_view> words{"SREM", set};
  words.insert(words.end(), dead.begin(), dead.end());
  std::vector<Command> forget;
  forget.push_back(Command(set, words));
  co_await call(std::move(forget));
  const std::vector<Reply> second = co_await lives(dead);
  std::vector<Command> add;
  for (std::size_t i = 0; i < dead.size(); ++i) {
    if (!second[i].is(Reply::Type::integer) || second[i].integer <= 0) continue;
    add.push_back(tag_response(core_.names, tag, dead[i], Duration(second[i].integer), 0));
  }
  if (!add.empty()) co_await call(std::move(add));
}

// How long each of these responses has to live, in milliseconds; see PTTL.
net::Awaitable<std::vector<Reply>> RedisSweeper::lives(std::vector<std::string> names) {
  std::vector<Command> commands;
  for (const std::string& name : names) commands.push_back(Command(name, {"PTTL", name}));
  std::vector<Reply> replies = co_await call(std::move(commands));
  co_return replies;
}

net::Awaitable<bool> RedisSweeper::sweep_everything(SharedStamp stamp) {
  const std::string pattern = core_.names.response_prefix() + "*";
  for (std::size_t master = 0; master < client_->masters(); ++master) {
    std::string cursor = "0";
    do {
      std::vector<Command> scan;
      scan.push_back(
          Command::to_master(master, {"SCAN", cursor, "MATCH", pattern, "COUNT", kStep}));
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

// In a cluster each name may be of another slot.
net::Awaitable<bool> RedisSweeper::remove(std::vector<std::string> names, SharedStamp stamp) {
  const std::size_t step = core_.in_cluster() ? 1 : kMostUnlinked;
  while (!names.empty()) {
    std::vector<Command> commands;
    for (std::size_t i = 0; i < names.size(); i += step) {
      std::vector<std::string_view> part;
      for (std::size_t j = i; j < names.size() && j < i + step; ++j) part.push_back(names[j]);
      commands.push_back(unlink_older(part, stamp));
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

}  // namespace hawkcache::store
