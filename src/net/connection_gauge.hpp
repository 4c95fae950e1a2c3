#pragma once

#include "base/clock.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace hawkcache::net {

// Connections of all workers: how many, how many at most, and whether the server is draining.
// Shared by listeners, connections and the server.
class ConnectionGauge {
 public:
  explicit ConnectionGauge(std::size_t max) : max_(max) {}
  bool try_add() noexcept;
  void remove() noexcept;
  // Whether whoever waits for room is to ask all workers for it now: one of those that wait, and no
  // sooner than `pause` after the one before.
  bool may_ask_all(SteadyTime now, Duration pause) noexcept;
  std::size_t open() const noexcept { return open_.load(std::memory_order_relaxed); }
  std::uint64_t accepted() const noexcept { return accepted_.load(std::memory_order_relaxed); }
  // From now on connections close after the exchange they are in; idle ones close at once (each
  // worker's registry does that, see close_idle_connections).
  void drain() noexcept { draining_.store(true, std::memory_order_release); }
  bool draining() const noexcept { return draining_.load(std::memory_order_acquire); }

 private:
  std::size_t max_;
  std::atomic<std::size_t> open_{0};
  std::atomic<std::uint64_t> accepted_{0};
  std::atomic<SteadyTime> asked_all_{SteadyTime{}};
  std::atomic<bool> draining_{false};
};

// A place that the gauge has counted (try_add): free again when this goes.
class GaugePlace {
 public:
  explicit GaugePlace(std::shared_ptr<ConnectionGauge> gauge) noexcept : gauge_(std::move(gauge)) {}
  GaugePlace(GaugePlace&&) noexcept = default;
  GaugePlace& operator=(GaugePlace&&) = delete;
  ~GaugePlace() {
    if (gauge_) gauge_->remove();
  }
  const ConnectionGauge& gauge() const noexcept { return *gauge_; }

 private:
  std::shared_ptr<ConnectionGauge> gauge_;  // null: moved from
};

}  // namespace hawkcache::net
