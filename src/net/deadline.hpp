// Timeouts without a timer per operation: a connection arms its Deadline by writing a time down;
// one timer per worker looks at them, no earlier than the nearest one and no more often than every
// 50 ms. With nothing armed the timer does not run. All of it belongs to one worker's thread.
#pragma once

#include "base/clock.hpp"
#include "net/asio.hpp"

#include <algorithm>
#include <chrono>

#include <boost/intrusive/list.hpp>

namespace hawkcache::net {

class DeadlineQueue;

// REQUIRES: used on the queue's thread. One that outlives the queue (in a coroutine frame that dies
// with the io_context) may only be disarmed and destroyed then: the queue forgets all of them when
// it dies.
class Deadline : public boost::intrusive::list_base_hook<
                     boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  // `on_expiry` is called once per expiry, on the worker's thread, with the deadline disarmed;
  // typically it cancels a socket.
  class Listener {
   public:
    virtual void deadline_expired() noexcept = 0;

   protected:
    ~Listener() = default;
  };
  Deadline(DeadlineQueue& queue, Listener& listener) noexcept
      : queue_(queue), listener_(listener) {}
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  // Counts from now; replaces an earlier time. Cheap: a clock read and a store, and an entry into
  // the queue the first time.
  void arm(Duration timeout) noexcept;
  void disarm() noexcept;
  bool armed() const noexcept { return at_ != SteadyTime::max(); }
  // The longest time when it is not armed.
  Duration left() const noexcept {
    return armed() ? std::chrono::floor<Duration>(at_ - steady_now()) : Duration::max();
  }

 private:
  friend class DeadlineQueue;
  DeadlineQueue& queue_;
  Listener& listener_;
  SteadyTime at_ = SteadyTime::max();
};

// Sweeps walk all armed deadlines, so there is at least this much time between two: a deadline
// expires up to that late.
inline constexpr Duration kSweepInterval{50};

// When to sweep next, given the nearest deadline and the last sweep.
constexpr SteadyTime next_sweep(SteadyTime nearest, SteadyTime last_sweep) noexcept {
  return std::max(nearest, last_sweep + kSweepInterval);
}

// The armed deadlines of one worker and the one timer that looks after them. Dies before its
// io_context.
class DeadlineQueue {
 public:
  explicit DeadlineQueue(asio::io_context& context);
  ~DeadlineQueue();
  // Stops the timer, so that the io_context can run out of work. No deadline expires afterwards.
  void stop() noexcept;

 private:
  friend class Deadline;
  void add(Deadline& deadline) noexcept { armed_.push_back(deadline); }
  // Makes sure that a sweep happens at `at` or soon after.
  void schedule(SteadyTime at) noexcept;
  void sweep() noexcept;
  void expire(SteadyTime now) noexcept;
  using List = boost::intrusive::list<Deadline, boost::intrusive::constant_time_size<false>>;
  List armed_;  // and some that were disarmed since the last sweep
  List due_;    // while a sweep runs: those that it is about to expire
  Timer timer_;
  SteadyTime next_ = SteadyTime::max();  // when the timer fires; max: it does not run
  SteadyTime last_sweep_;
  bool stopped_ = false;
};

}  // namespace hawkcache::net
