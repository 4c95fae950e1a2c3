#include "net/spawn.hpp"

#include "base/clock.hpp"
#include "base/log.hpp"

#include <utility>

#include <boost/asio/co_spawn.hpp>

namespace hawkcache::net {
namespace {

constexpr Duration kRest{150};

// Asio's own token for this, "detached", would swallow it.
struct RethrowInLoop {
  void operator()(const std::exception_ptr& thrown) const {
    if (thrown) std::rethrow_exception(thrown);
  }
};

Awaitable<void> keep_going(Executor executor, std::function<Awaitable<void>()> begin) {
  Timer rest(executor);
  bool rests = false;
  for (;;) {
    try {
      if (std::exchange(rests, false)) {
        rest.expires_after(kRest);
        co_await rest.async_wait(use_op);
      }
      co_await begin();
      co_return;
    } catch (const std::exception& thrown) {
      report_defect(thrown);
      rests = true;
    }
  }
}

}  // namespace

void spawn(const Executor& executor, Awaitable<void> coroutine) {
  asio::co_spawn(executor, std::move(coroutine), RethrowInLoop{});
}

void spawn_loop(const Executor& executor, std::function<Awaitable<void>()> begin) {
  spawn(executor, keep_going(executor, std::move(begin)));
}

void report_defect(const std::exception& thrown) noexcept {
  try {
    log::error("unexpected exception on a worker: {}", thrown.what());
  } catch (const std::exception&) {
    // Memory has run out.
  }
}

}  // namespace hawkcache::net
