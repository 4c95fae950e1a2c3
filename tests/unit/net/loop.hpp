// A worker whose event loop turns on the test's own thread, as long as the test wants something of
// it.
#pragma once

#include "base/clock.hpp"
#include "net/asio.hpp"
#include "net/worker.hpp"

#include <chrono>
#include <exception>
#include <functional>
#include <optional>
#include <stdexcept>
#include <utility>

#include <boost/asio/co_spawn.hpp>

namespace hawkcache::net::test {

class ManualClock final : public Clock {
 public:
  WallTime wall() const noexcept override { return WallTime{}; }
  SteadyTime steady() const noexcept override { return now_; }
  void advance(Duration by) { now_ += by; }

 private:
  SteadyTime now_{std::chrono::hours(1)};
};

class Loop {
 public:
  ManualClock clock;
  Worker worker{0, clock};

  void turn_until(const std::function<bool()>& done) {
    while (!done()) {
      const auto turned = worker.context().run_one_for(std::chrono::seconds(20));
      if (turned == 0) throw std::runtime_error("the event loop waits in vain");
    }
  }

  // Runs a coroutine to its end.
  template <class T>
  T run(Awaitable<T> coroutine) {
    std::optional<T> result;
    asio::co_spawn(worker.executor(),
                   std::move(coroutine),
                   [&result](const std::exception_ptr& exception, T value) {
                     if (exception) std::rethrow_exception(exception);
                     result.emplace(std::move(value));
                   });
    turn_until([&result] { return result.has_value(); });
    return std::move(*result);
  }
};

}  // namespace hawkcache::net::test
