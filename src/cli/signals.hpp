// Signals as calls on a thread of their own: nothing runs in a signal handler.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <thread>

namespace hawkcache::cli {

// SIGTERM, SIGINT and SIGHUP wait from now on until a SignalThread takes them; SIGPIPE is ignored.
// REQUIRES: called before any thread is started, so that all of them inherit it.
void take_over_signals();

// Waits for SIGTERM, SIGINT or SIGHUP; whether one came before the time was over. REQUIRES:
// take_over_signals() came before, and there is no SignalThread.
bool signal_within(std::chrono::milliseconds time);

struct SignalActions {
  std::function<void()> stop;    // SIGTERM, SIGINT; each time
  std::function<void()> reload;  // SIGHUP
};

class SignalThread {
 public:
  // REQUIRES: take_over_signals() came before. The actions are called one at a time.
  explicit SignalThread(SignalActions actions);
  // Waits for an action that is running.
  ~SignalThread();
  SignalThread(const SignalThread&) = delete;
  SignalThread& operator=(const SignalThread&) = delete;

 private:
  void run();
  SignalActions actions_;
  std::atomic<bool> ending_{false};
  std::thread thread_;
};

}  // namespace hawkcache::cli
