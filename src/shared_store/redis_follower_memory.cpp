// What the follower does for the memory tier: it listens to what changes in Redis, and drops what
// is not there any more.
#include "shared_store/redis_follower.hpp"
#include "shared_store/stored_format.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace hawkcache::shared_store {

namespace {

using redis::Command;
using redis::Reply;

constexpr std::size_t kEchoBatch = 200;

}  // namespace

net::Awaitable<ErrorCode> RedisFollower::begin_watch() {
  echoes_.clear();
  watch_ = redis::make_watch(worker_,
                             core_.settings.connection,
                             {core_.names.epoch(), core_.names.response_prefix()},
                             *this,
                             core_.client_figures);
  listening_ = true;
  const ErrorCode failed = co_await watch_->start(kPatience);
  co_return failed;
}

void RedisFollower::keys_changed(std::span<const std::string_view> names) noexcept {
  if (!listening_) return;
  core_.figures.invalidations_received += names.size();
  for (const std::string_view name : names) {
    const auto key = core_.names.key_hash_of(name);
    if (!key) {
      counter_changed_ = true;
      bell_->ring();
      continue;
    }
    core_.changes.changed(*key);
    std::string text(name);
    if (core_.own_writes.header_of(text)) {
      if (echoes_.empty()) bell_->ring();
      echoes_.push_back(std::move(text));
    } else {
      core_.memory->drop(*key);
    }
  }
}

void RedisFollower::everything_changed() noexcept {
  if (!listening_) return;
  core_.changes.everything_changed();
  core_.distrust_everything_here();
  core_.link.report_suspicion();
}

void RedisFollower::drop_from_memory(std::string_view name) noexcept {
  if (const auto key = core_.names.key_hash_of(name)) core_.memory->drop(*key);
}

// What this node wrote itself is reported as well. As long as its own value lies there, nothing has
// happened to it.
net::Awaitable<ErrorCode> RedisFollower::look_at_echoes() {
  while (!echoes_.empty()) {
    const std::size_t count = std::min(echoes_.size(), kEchoBatch);
    const std::vector<std::string> names(echoes_.end() - static_cast<std::ptrdiff_t>(count),
                                         echoes_.end());
    echoes_.resize(echoes_.size() - count);
    std::vector<Command> commands;
    const std::string last = std::to_string(kStoredHeaderSize - 1);
    for (const std::string& name : names) {
      commands.push_back(Command(name, {"GETRANGE", name, "0", last}));
    }
    const std::vector<Reply> replies = co_await call(std::move(commands));
    for (std::size_t i = 0; i < names.size(); ++i) {
      const auto own = core_.own_writes.header_of(names[i]);
      if (own && replies[i].is(Reply::Type::text) && replies[i].text == *own) continue;
      core_.own_writes.forget(names[i]);
      drop_from_memory(names[i]);
    }
  }
  co_return ErrorCode();
}

}  // namespace hawkcache::shared_store
