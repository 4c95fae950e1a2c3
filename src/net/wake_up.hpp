// A coroutine's bell: it waits on its own worker, anyone on any thread may ring. Rings before the
// wait are not lost; several rings are one. Whoever may ring must not outlive the waiter's worker.
#pragma once

#include "base/clock.hpp"
#include "net/asio.hpp"

#include <atomic>
#include <chrono>
#include <memory>

namespace hawkcache::net {

class WakeUp : public std::enable_shared_from_this<WakeUp> {
 public:
  explicit WakeUp(Executor executor) : executor_(executor), timer_(executor) {}

  // Any thread. The waiter continues on its own worker, never inside this call.
  void ring() noexcept;

  enum class Woken { by_ring, by_timeout };
  // REQUIRES: called on the executor's thread; one waiter at a time; this object is owned by a
  // shared_ptr.
  Awaitable<Woken> wait(Duration timeout);

 private:
  Executor executor_;
  Timer timer_;  // only touched on the executor's thread
  std::atomic<bool> rung_{false};
  bool waiting_ = false;  // only on the executor's thread
};

}  // namespace hawkcache::net
