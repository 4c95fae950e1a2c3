// One event-loop thread: its io_context and what belongs to it. Workers share nothing but what is
// made to be shared (store, collapse table, counters).
#pragma once

#include "base/clock.hpp"
#include "net/asio.hpp"
#include "net/connection_registry.hpp"
#include "net/deadline.hpp"
#include "net/turns.hpp"

#include <cstddef>
#include <functional>
#include <thread>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>

namespace hawkcache::net {

// The end of a worker: its thread is joined; then the deadline queue dies and forgets its
// deadlines; then the io_context, which destroys what still waits in it: coroutine frames with
// their sockets and deadlines, tasks that never ran. So whatever a frame or a task refers to,
// except for the deadline queue, has to live longer than the worker or be owned by the frame. What
// holds sockets or timers of a worker from outside (upstream pools, listeners) has to go before it.
class Worker {
 public:
  Worker(std::size_t index, const Clock& clock);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Starts the thread. Once, on the owner's thread.
  void start();
  // From start() on: the thread runs on that core only. False where the system does not allow it.
  bool pin(std::size_t core);
  // Asks the thread to end at once, whatever is under way. Any thread, any number of times.
  void stop();
  // Waits for the thread. On the owner's thread.
  void join();
  // Runs `task` on this worker's thread soon. Any thread.
  void post(std::function<void()> task);

  std::size_t index() const noexcept { return index_; }
  const Clock& clock() const noexcept { return clock_; }
  asio::io_context& context() noexcept { return context_; }
  Executor executor() noexcept { return context_.get_executor(); }
  DeadlineQueue& deadlines() noexcept { return deadlines_; }
  Turns& turns() noexcept { return turns_; }
  ConnectionRegistry& connections() noexcept { return connections_; }

 private:
  std::size_t index_;
  const Clock& clock_;
  ConnectionRegistry connections_;  // before the context: outlives the frames that it destroys
  // One thread, and only it, touches sockets and timers; tasks are posted from any.
  asio::io_context context_{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO};
  asio::executor_work_guard<Executor> work_;
  DeadlineQueue deadlines_;
  Turns turns_;
  std::thread thread_;
};

// The cores that this process may use (sched_getaffinity), in ascending order; empty where the
// system does not tell.
std::vector<std::size_t> usable_cores();

}  // namespace hawkcache::net
