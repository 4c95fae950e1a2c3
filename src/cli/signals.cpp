#include "cli/signals.hpp"

#include <csignal>
#include <utility>

#include <pthread.h>

namespace hawkcache::cli {
namespace {

// Tells the thread to end; blocked, so that from elsewhere it does nothing.
constexpr int kEnd = SIGUSR2;

sigset_t handled_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, kEnd}) sigaddset(&signals, signal);
  return signals;
}

}  // namespace

void take_over_signals() {
  std::signal(SIGPIPE, SIG_IGN);
  const sigset_t signals = handled_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

bool signal_within(std::chrono::milliseconds time) {
  const sigset_t signals = handled_signals();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const timespec timeout{.tv_sec = seconds.count(),
                         .tv_nsec = std::chrono::nanoseconds(time - seconds).count()};
  return sigtimedwait(&signals, nullptr, &timeout) > 0;
}

SignalThread::SignalThread(SignalActions actions)
    : actions_(std::move(actions)), thread_([this] { run(); }) {}

SignalThread::~SignalThread() {
  ending_ = true;
  pthread_kill(thread_.native_handle(), kEnd);
  thread_.join();
}

void SignalThread::run() {
  const sigset_t signals = handled_signals();
  while (true) {
    int signal = 0;
    if (sigwait(&signals, &signal) != 0) continue;
    if (signal == kEnd && ending_) return;
    if (signal == SIGHUP) actions_.reload();
    if (signal == SIGTERM || signal == SIGINT) actions_.stop();
  }
}

}  // namespace hawkcache::cli
