// The one coroutine of a daemon that looks after its link to Redis: finds out whose memory of
// purges it is (generation and server), follows it, hands on what was kept, says that Redis may be
// used, and looks again and again until it may not be any more. docs/redis.md has the states.
//
// With a memory tier it also listens to what changes in Redis, and vouches for the memory as long
// as it hears.
//
// Runs on one worker; start() on any thread before the worker starts.
#pragma once

#include "net/wake_up.hpp"
#include "net/worker.hpp"
#include "redis/client.hpp"
#include "redis/watch.hpp"
#include "shared_store/redis_core.hpp"
#include "shared_store/redis_log.hpp"

#include <memory>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hawkcache::shared_store {

class RedisFollower final : private redis::WatchListener {
 public:
  // Both outlive it. It goes before the worker does, with the worker stopped.
  RedisFollower(RedisCore& core, net::Worker& worker);
  ~RedisFollower();
  void start();
  // Lets go of the sockets; see RedisBackend::close().
  void close() noexcept {
    watch_.reset();
    client_.reset();
    bell_.reset();
  }

 private:
  // What the follower itself waits for an answer: it holds up nobody.
  static constexpr Duration kPatience{800};
  static constexpr ReadingTime kReadingTime{.page = kPatience};

  void keys_changed(std::span<const std::string_view> names) noexcept override;
  void everything_changed() noexcept override;

  static net::Awaitable<void> run_forever(RedisFollower& self);
  net::Awaitable<void> run();
  net::Awaitable<ErrorCode> join();
  net::Awaitable<ErrorCode> identify();
  net::Awaitable<ErrorCode> open();
  net::Awaitable<ErrorCode> begin_watch();
  net::Awaitable<ErrorCode> hand_on();
  bool go_up();
  net::Awaitable<RedisLink::Cause> stay();
  net::Awaitable<ErrorCode> obey();
  net::Awaitable<ErrorCode> confirm();
  net::Awaitable<ErrorCode> still_the_same();
  void take_time(const redis::Reply& reply, SteadyTime asked, SteadyTime answered);
  net::Awaitable<ErrorCode> look_at_echoes();
  net::Awaitable<std::vector<redis::Reply>> call(std::vector<redis::Command> commands);
  Duration pause_after(RedisLink::Cause cause, SteadyTime::duration stayed) const noexcept;
  void leave_for(RedisLink::Cause cause);
  void drop_from_memory(std::string_view name) noexcept;

  RedisCore& core_;
  net::Worker& worker_;
  std::shared_ptr<net::WakeUp> bell_;
  std::unique_ptr<redis::Client> client_;
  std::unique_ptr<redis::Watch> watch_;  // with a memory tier only
  Membership membership_;                // of the attempt to join, or of the time up
  std::string replication_;              // the server's role and replication id, as first seen
  std::vector<std::string> echoes_;      // names that this node wrote, and that were reported
  enum class TimeKnown : std::uint8_t { not_yet, known, unreadable };
  TimeKnown time_known_ = TimeKnown::not_yet;
  bool counter_changed_ = false;  // as reported
  bool listening_ = false;        // reports are obeyed
  bool said_lost_ = false;        // the log's last word was that Redis is lost
  SteadyTime lost_since_{};
  Duration pause_{};  // before the last attempt to join
  std::mt19937_64 random_;
};

}  // namespace hawkcache::shared_store
