// A store on workers of its own, for tests on another thread: every call is made on the store's
// worker, and waited for. A store that is bound to its worker (Redis) has one object per worker,
// over what they share; one that is not is the same on all of them.
#pragma once

#include "contract/response_maker.hpp"
#include "net/worker.hpp"
#include "store/store.hpp"

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>

namespace hawkcache::store {

struct StoreLimits {
  std::uint64_t max_size = 64ull << 20;
  std::uint64_t max_entries = 100'000;
  std::uint64_t max_object = 8ull << 20;
};

// Called on the test's thread while the workers run; gives a store for each of them, ready to be
// used. They are destroyed on the test's thread after the workers' threads have ended and before
// the workers.
using StoreMaker = std::function<std::vector<std::shared_ptr<Store>>(
    const StoreLimits&, const std::vector<net::Worker*>&)>;

// It is always kNow (response_maker.hpp) for what is stored; deadlines run as ever.
class StandingWallClock final : public Clock {
 public:
  WallTime wall() const noexcept override { return kNow; }
  SteadyTime steady() const noexcept override { return SystemClock().steady(); }
};

class StoreWorld {
 public:
  StoreWorld(const StoreMaker& make, const StoreLimits& limits, std::size_t workers) {
    std::vector<net::Worker*> pointers;
    for (std::size_t i = 0; i < workers; ++i) {
      workers_.push_back(std::make_unique<net::Worker>(i, clock_));
      workers_.back()->start();
      pointers.push_back(workers_.back().get());
    }
    stores_ = make(limits, pointers);
  }
  ~StoreWorld() {
    for (const auto& worker : workers_) worker->stop();
    for (const auto& worker : workers_) worker->join();
    stores_.clear();
  }
  StoreWorld(const StoreWorld&) = delete;
  StoreWorld& operator=(const StoreWorld&) = delete;

  Store& store(std::size_t worker) { return *stores_[worker]; }

  // What `function` returns on the first worker.
  template <class Function>
  auto call(Function function) {
    std::promise<decltype(function())> promise;
    workers_[0]->post([&] { promise.set_value(function()); });
    return promise.get_future().get();
  }
  // What comes of the coroutine that `make` makes there.
  template <class Make>
  auto run(Make make) {
    return start(0, std::move(make)).get();
  }
  // The same on any worker, not waited for.
  template <class Make>
  auto start(std::size_t worker, Make make) {
    using Value = typename decltype(make())::value_type;
    auto promise = std::make_shared<std::promise<Value>>();
    auto future = promise->get_future();
    net::asio::co_spawn(workers_[worker]->executor(),
                        std::move(make),
                        [promise](std::exception_ptr error, Value value) {
                          if (error) {
                            promise->set_exception(error);
                          } else {
                            promise->set_value(std::move(value));
                          }
                        });
    return future;
  }

 private:
  StandingWallClock clock_;
  std::vector<std::unique_ptr<net::Worker>> workers_;
  std::vector<std::shared_ptr<Store>> stores_;
};

}  // namespace hawkcache::store
