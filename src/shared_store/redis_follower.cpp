#include "shared_store/redis_follower.hpp"

#include "base/log.hpp"
#include "net/spawn.hpp"
#include "redis/complaints.hpp"
#include "shared_store/fence_scripts.hpp"
#include "shared_store/stored_format.hpp"

#include <algorithm>
#include <utility>

namespace hawkcache::shared_store {

namespace {

using redis::Command;
using redis::Reply;
using Cause = RedisLink::Cause;

// A purge that is handed on may be made of many.
constexpr Duration kHandingOn{10'000};
constexpr std::size_t kHandedOnAtOnce = 100;
constexpr Duration kConfirmInterval{200};
// How long a confirmation is good for, counted from when it was asked for. With the way from there
// to a client it stays below the second that is promised.
constexpr Duration kVouched{900};
// By how much Redis's clock has to be set for the log to tell.
constexpr Duration kToldMove{1000};
// Between two attempts to join.
constexpr Duration kProbeInterval{250};
constexpr Duration kShortestPause{10};

// Who it is, and what time it is there.
std::vector<Command> ask_identity(const RedisNames& names) {
  std::vector<Command> commands;
  commands.push_back(Command(names.epoch(), {"INFO", "replication"}));
  commands.push_back(Command(names.epoch(), {"TIME"}));
  return commands;
}

// The lines of INFO replication that tell one memory of purges from another.
std::string identifying_lines(std::string_view info) {
  std::string lines;
  for (const std::string_view name : {"role:", "master_replid:"}) {
    const std::size_t at = info.find(name);
    if (at == std::string_view::npos) continue;
    lines += info.substr(at, info.find('\r', at) - at);
    lines += ' ';
  }
  return lines;
}

std::string_view reason_for(Cause cause) {
  switch (cause) {
    case Cause::failures:
      return "several commands in a row failed";
    case Cause::suspicion:
      return "its memory of purges is another than before";
    case Cause::deferred:
      return "it did not take a purge";
    case Cause::unconfirmed:
      return "it does not answer";
    case Cause::none:
      break;
  }
  return "it is being looked at";
}

}  // namespace

RedisFollower::RedisFollower(RedisCore& core, net::Worker& worker)
    : core_(core),
      worker_(worker),
      bell_(std::make_shared<net::WakeUp>(worker.executor())),
      client_(redis::make_client(worker, core.settings.connection, core.client_figures)),
      random_(std::random_device{}()) {}

RedisFollower::~RedisFollower() = default;

void RedisFollower::start() {
  core_.link.set_follower(bell_);
  net::spawn_loop(worker_.executor(), [this] { return run_forever(*this); });
}

net::Awaitable<void> RedisFollower::run_forever(RedisFollower& self) { co_await self.run(); }

net::Awaitable<void> RedisFollower::run() {
  lost_since_ = worker_.clock().steady();
  core_.link.leave(Cause::unconfirmed);  // begun again: an exception had ended it
  if (const Cause cause = core_.link.take_cause(); cause != Cause::none) leave_for(cause);
  for (;;) {
    const ErrorCode failed = co_await join();
    if (!failed) {
      core_.figures.change_state(RedisState::up);
      core_.figures.push_connected = watch_ != nullptr;
      core_.link.set_looked_for();
      const SteadyTime joined = worker_.clock().steady();
      const Cause cause = co_await stay();
      leave_for(cause);
      pause_ = pause_after(cause, worker_.clock().steady() - joined);
      if (pause_ > Duration::zero()) co_await bell_->wait(pause_);
      continue;
    }
    core_.link.set_down();
    core_.figures.change_state(RedisState::down);
    core_.link.set_looked_for();
    if (watch_) watch_->stop();
    watch_.reset();
    client_->reconnect();
    if (!said_lost_) {
      said_lost_ = true;
      log::warn("redis: cannot be used: {}; until it is back, requests go to the origin",
                failed.message());
    }
    co_await bell_->wait(kProbeInterval);
  }
}

// Whatever made commands fail gets a moment to pass. A purge waits for Redis's being another or for
// being handed on, so that is looked at soon; and with longer and longer pauses, if there is no end
// of it.
Duration RedisFollower::pause_after(Cause cause, SteadyTime::duration stayed) const noexcept {
  if (cause != Cause::suspicion && cause != Cause::deferred) return kProbeInterval;
  if (stayed >= kProbeInterval) return Duration::zero();
  return std::clamp(2 * pause_, kShortestPause, kProbeInterval);
}

void RedisFollower::leave_for(Cause cause) {
  lost_since_ = worker_.clock().steady();
  core_.figures.change_state(RedisState::joining);
  listening_ = false;
  if (core_.figures.push_connected.exchange(false)) ++core_.figures.push_losses;
  if (watch_) watch_->stop();
  watch_.reset();
  core_.link.vouch_for_memory_until(SteadyTime::min());
  // A server that was demoted and promoted again is another one, and a connection from before does
  // not know.
  client_->reconnect();
  if (cause == Cause::suspicion || cause == Cause::deferred) return;
  said_lost_ = true;
  log::warn("redis: not used for now: {}; until it is back, requests go to the origin",
            reason_for(cause));
}

// What is written down is told in the order in which it has to happen: the watch hears of changes
// before the memory tier is trusted; purges are followed, and the kept ones handed on, before
// anything is read from Redis.
net::Awaitable<ErrorCode> RedisFollower::join() {
  ErrorCode failed = co_await identify();
  if (failed) co_return failed;
  // A probe got through.
  core_.link.set_joining();
  core_.figures.change_state(RedisState::joining);
  failed = co_await open();
  if (!failed && core_.memory) failed = co_await begin_watch();
  if (!failed) {
    const auto followed = co_await follow_log(core_, *client_, membership_, kReadingTime);
    if (!followed) failed = followed.error();
  }
  if (!failed) failed = co_await hand_on();
  if (failed) co_return failed;
  // A purge may be kept at any moment before it is up.
  while (!go_up()) {
    failed = co_await hand_on();
    if (failed) co_return failed;
  }
  if (said_lost_) {
    const auto away = std::chrono::duration_cast<std::chrono::milliseconds>(
        worker_.clock().steady() - lost_since_);
    log::info("redis: in use again, after {} ms", away.count());
  }
  said_lost_ = false;
  co_return ErrorCode();
}

// What was fetched until now is in no set of Redis: a foreign deletion would miss it. Distrusted
// when it is up already, so that none of it is missed, and before memory is vouched for.
bool RedisFollower::go_up() {
  if (watch_) core_.link.vouch_for_memory_until(worker_.clock().steady());
  if (!core_.link.try_go_up(membership_)) return false;
  if (core_.memory) core_.distrust_everything_here();
  return true;
}

net::Awaitable<std::vector<Reply>> RedisFollower::call(std::vector<Command> commands) {
  std::vector<Reply> replies =
      co_await client_->call(redis::Lane::lookups, std::move(commands), kPatience);
  co_return replies;
}

net::Awaitable<ErrorCode> RedisFollower::identify() {
  const SteadyTime asked = core_.clock.steady();
  const std::vector<Reply> replies = co_await call(ask_identity(core_.names));
  const SteadyTime answered = core_.clock.steady();
  const Reply& info = replies[0];
  if (info.is(Reply::Type::none)) co_return info.failure;
  if (!info.is(Reply::Type::text) || info.server == 0) co_return Errc::store_unavailable;
  replication_ = identifying_lines(info.text);
  membership_.server = info.server;
  // At first as of the answer: the connection may have had to be made before it was asked.
  take_time(replies[1], time_known_ == TimeKnown::known ? asked : answered, answered);
  co_return ErrorCode();
}

// Finds the generation, or begins one.
net::Awaitable<ErrorCode> RedisFollower::open() {
  const std::uint64_t fresh = std::max<std::uint64_t>(random_(), 1);
  std::vector<Command> commands;
  commands.push_back(fence_open(core_.names, membership_.server, fresh));
  const std::vector<Reply> replies = co_await call(std::move(commands));
  if (replies[0].is(Reply::Type::none)) co_return replies[0].failure;
  if (replies[0].is(Reply::Type::error)) {
    redis::complain(core_.names.prefix(), replies[0].text, worker_.clock().steady());
    co_return Errc::store_unavailable;
  }
  const auto counter = parse_shared_counter(replies[0].text);
  if (!counter || replies[0].server != membership_.server) co_return Errc::store_protocol;
  const store::SharedStamp known = core_.fence.followed();
  if (known.generation == counter->generation && counter->epoch < known.epoch) {
    // It runs backwards: it has forgotten purges. Without it the next attempt begins anew.
    std::vector<Command> forget;
    forget.push_back(Command(core_.names.epoch(), {"DEL", core_.names.epoch()}));
    co_await call(std::move(forget));
    bell_->ring();
    co_return Errc::store_protocol;
  }
  membership_.generation = counter->generation;
  auto reading = co_await read_log(core_, *client_, membership_, 0, kReadingTime);
  if (!reading) co_return reading.error();
  if (reading->counter.generation != membership_.generation) co_return Errc::store_protocol;
  const bool first = core_.fence.followed().generation == 0;
  const auto began = core_.fence.begin(membership_.generation, reading->floor, core_.clock.wall());
  if (began == SharedFence::Began::anew && !first) {
    ++core_.figures.generations_begun;
    log::warn(
        "redis: its memory of purges was lost or is another server's (emptied, restarted or failed "
        "over): what is older is not used any more");
  }
  apply_log(core_, std::move(*reading));
  co_return ErrorCode();
}

// Some at a time: what was handed on and followed is not handed on again when the next fails.
net::Awaitable<ErrorCode> RedisFollower::hand_on() {
  const RedisLink::Deferred deferred = core_.link.deferred_purges();
  std::uint64_t through = deferred.through - deferred.purges.size();
  std::span<const KeptPurge> rest(deferred.purges);
  while (!rest.empty()) {
    const auto some = rest.first(std::min(rest.size(), kHandedOnAtOnce));
    rest = rest.subspan(some.size());
    for (const KeptPurge& purge : some) {
      const auto sent =
          co_await send_purge(core_, *client_, membership_, purge, Counting::nothing, kHandingOn);
      if (!sent) co_return sent.error();
      ++core_.figures.purges_handed_on;
    }
    const auto followed = co_await follow_log(core_, *client_, membership_, kReadingTime);
    if (!followed) co_return followed.error();
    core_.link.handed_on_through(through += some.size());
  }
  if (!deferred.purges.empty()) {
    log::info("redis: handed on {} purges that were asked for while it was away",
              deferred.purges.size());
  }
  co_return ErrorCode();
}

// While Redis is in use. Woken by what the watch reports and by whoever leaves the link.
net::Awaitable<Cause> RedisFollower::stay() {
  SteadyTime next_confirmation{};
  for (;;) {
    if (!core_.link.usable()) co_return core_.link.take_cause();
    const SteadyTime asked = worker_.clock().steady();
    ErrorCode failed;
    if (asked >= next_confirmation) {
      next_confirmation = asked + kConfirmInterval;
      failed = co_await confirm();
      if (!failed && watch_) core_.link.vouch_for_memory_until(asked + kVouched);
    } else {
      failed = co_await obey();
    }
    if (failed) {
      core_.link.leave(failed == Errc::store_protocol ? Cause::suspicion : Cause::unconfirmed);
      continue;
    }
    co_await bell_->wait(kConfirmInterval);
  }
}

// What the watch has reported since the last time.
net::Awaitable<ErrorCode> RedisFollower::obey() {
  if (std::exchange(counter_changed_, false)) {
    const auto followed = co_await follow_log(core_, *client_, membership_, kReadingTime);
    if (!followed) co_return followed.error();
  }
  const ErrorCode failed = co_await look_at_echoes();
  co_return failed;
}

net::Awaitable<ErrorCode> RedisFollower::confirm() {
  ErrorCode failed;
  if (watch_) failed = co_await watch_->confirm(kPatience);
  if (failed) co_return failed;
  failed = co_await still_the_same();
  if (failed) co_return failed;
  const auto followed = co_await follow_log(core_, *client_, membership_, kReadingTime);
  if (!followed) co_return followed.error();
  failed = co_await look_at_echoes();
  co_return failed;
}

net::Awaitable<ErrorCode> RedisFollower::still_the_same() {
  const SteadyTime asked = core_.clock.steady();
  const std::vector<Reply> replies = co_await call(ask_identity(core_.names));
  const SteadyTime answered = core_.clock.steady();
  const Reply& info = replies[0];
  if (info.is(Reply::Type::none)) co_return info.failure;
  if (info.server != membership_.server || identifying_lines(info.text) != replication_) {
    client_->reconnect();
    co_return Errc::store_protocol;
  }
  take_time(replies[1], asked, answered);
  co_return ErrorCode();
}

// What cannot be read is no reason to do without Redis: its clock is counted on.
void RedisFollower::take_time(const Reply& reply, SteadyTime asked, SteadyTime answered) {
  if (reply.is(Reply::Type::none)) return;
  const auto time = parse_time_reply(reply);
  const auto before = std::exchange(time_known_, time ? TimeKnown::known : TimeKnown::unreadable);
  if (!time) {
    if (before == TimeKnown::unreadable) return;
    log::warn(
        "redis: its answer to TIME cannot be read{}{}: the order of fetches may be another on "
        "other nodes",
        reply.is(Reply::Type::error) ? ": " : "",
        reply.is(Reply::Type::error) ? reply.text : "");
    return;
  }
  const Duration moved = core_.redis_clock.measure(*time, asked, answered);
  if (before == TimeKnown::known && std::chrono::abs(moved) > kToldMove) {
    log::warn("redis: its clock is {} ms {} what was expected",
              std::chrono::abs(moved).count(),
              moved < Duration::zero() ? "behind" : "ahead of");
  }
  core_.keep_order();
}

}  // namespace hawkcache::shared_store
