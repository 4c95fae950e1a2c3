// Whether Redis may be used at this moment, and what the workers and the follower (redis_follower)
// tell each other about it. The workers only look (one atomic load) and report; the follower alone
// says that it may be used again.
//
// Thread-safe.
#pragma once

#include "base/clock.hpp"
#include "net/wake_up.hpp"
#include "redis/client.hpp"
#include "shared_store/redis_figures.hpp"
#include "store/fence.hpp"
#include "store/purge.hpp"

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace hawkcache::shared_store {

// Whose memory of purges is followed. Immutable.
struct Membership {
  std::uint64_t generation = 0;
  redis::ServerIdentity server = 0;
};

// A purge with the time when it was asked for, which is when a soft one makes things expire.
struct KeptPurge {
  store::PurgeRequest request;
  WallTime asked_at{};
};

class RedisLink {
 public:
  using State = RedisState;
  // Why it was left.
  enum class Cause : std::uint8_t {
    none,
    failures,    // several commands in a row failed
    suspicion,   // what was read does not fit what is followed: flushed, restarted, failed over
    deferred,    // a purge waits to be handed on
    unconfirmed  // the follower itself got no answer
  };
  // What the memory tier gives out while Redis is away: what was fetched since, or all it has, for
  // an operator who protects the origin (`on_failure: stale_only`).
  enum class MemoryWhileAway : std::uint8_t { fetched_since, as_it_is };
  // `distrust`: makes this node distrust what it fetched so far. Whoever leaves the link calls it,
  // before anybody can see that it was left: nobody joins a fetch, or is given something from
  // memory, of which Redis could not be asked. Any thread. Not called where memory stays as it is.
  explicit RedisLink(
      MemoryWhileAway memory = MemoryWhileAway::fetched_since,
      std::function<void()> distrust = [] {})
      : memory_while_away_(memory), distrust_(std::move(distrust)) {}

  // Consecutive failures of commands before it is left.
  static constexpr int kFailures = 3;

  State state() const noexcept { return state_.load(std::memory_order_acquire); }
  bool usable() const noexcept { return state() == State::up; }
  // Whether what was read from Redis may be trusted on this node. Asked after the local epoch that
  // it is to have was read: it ends before everything is distrusted, and so before usable() does.
  bool admits() const noexcept { return admits_.load(); }
  // Of the last time that it came up; null before that.
  std::shared_ptr<const Membership> membership() const;

  // --- workers ---
  void report_answer() noexcept {
    if (failures_.load(std::memory_order_relaxed) != 0) {
      failures_.store(0, std::memory_order_relaxed);
    }
  }
  void report_failure() noexcept;
  void report_suspicion() noexcept { leave(Cause::suspicion); }
  // Keeps a purge that Redis did not take, to be handed on before Redis is used again. When too
  // many wait, they become one purge of everything.
  enum class Room : std::uint8_t { left, overflowed };
  struct Kept {
    std::uint64_t number = 0;
    Room room = Room::left;
    bool first = false;  // none was kept before it
  };
  Kept defer(KeptPurge purge);
  // Rings when all up to this number have been handed on; at once if they have.
  void ring_when_handed_on(std::uint64_t number, std::shared_ptr<net::WakeUp> bell);
  void forget_bell(const std::shared_ptr<net::WakeUp>& bell);
  bool is_handed_on(std::uint64_t number) const;
  std::size_t deferred() const;

  // --- the memory tier ---
  // Whether what lies in this node's memory may be given out now.
  bool memory_is_readable(SteadyTime now) const noexcept;

  // --- the follower ---
  // Set once, before anybody else uses the link.
  void set_follower(std::shared_ptr<net::WakeUp> bell) { follower_ = std::move(bell); }
  // Drops all bells. With all workers stopped, before they go.
  void close();
  void wake_follower() noexcept;
  // Leaves `up`, if it is up.
  void leave(Cause cause) noexcept;
  // Why it was left last; taken.
  Cause take_cause() noexcept { return cause_.exchange(Cause::none); }
  void set_joining() noexcept { state_.store(State::joining, std::memory_order_release); }
  void set_down() noexcept { state_.store(State::down, std::memory_order_release); }
  struct Deferred {
    std::vector<KeptPurge> purges;
    std::uint64_t through = 0;  // the number of the last
  };
  Deferred deferred_purges() const;
  void handed_on_through(std::uint64_t number);
  // Not while anything is deferred: returns false then.
  bool try_go_up(const Membership& membership);
  // Redis was found, or not found, for the first time.
  void set_looked_for();
  void wait_until_looked_for(Duration patience) const;
  // While Redis is up: memory may be given out until then.
  void vouch_for_memory_until(SteadyTime until) noexcept {
    vouched_until_.store(until.time_since_epoch().count(), std::memory_order_release);
  }

 private:
  static constexpr std::size_t kMostDeferred = 10'000;
  static constexpr std::size_t kMostThings = 50'000;  // tags, URLs and prefixes in all of them

  const MemoryWhileAway memory_while_away_;
  const std::function<void()> distrust_;
  std::atomic<State> state_{State::joining};
  std::atomic<bool> admits_{false};
  std::atomic<int> failures_{0};
  std::atomic<Cause> cause_{Cause::none};
  std::atomic<SteadyTime::rep> vouched_until_{0};
  std::shared_ptr<net::WakeUp> follower_;

  mutable std::mutex mutex_;  // guards what follows
  std::shared_ptr<const Membership> membership_;
  std::deque<KeptPurge> deferred_;
  std::size_t things_ = 0;  // in deferred_
  std::uint64_t last_deferred_ = 0;
  std::uint64_t handed_on_ = 0;
  struct Waiter {
    std::uint64_t number;
    std::shared_ptr<net::WakeUp> bell;
  };
  std::vector<Waiter> waiters_;
  bool looked_for_ = false;
  mutable std::condition_variable looked_for_changed_;
};

}  // namespace hawkcache::shared_store
