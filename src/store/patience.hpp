// What one request may wait for the store, all its calls together: however many it makes, slow
// answers to each do not add up to more than the store's timeout. A value of the request's; who
// goes on waiting on its behalf (the fetch that it leads) takes a copy.
//
// One coroutine at a time.
#pragma once

#include "base/clock.hpp"

#include <algorithm>
#include <chrono>

namespace hawkcache::store {

class Patience {
 public:
  // Without end: for stores that nobody has to wait for.
  Patience() noexcept = default;
  explicit Patience(Duration limit) noexcept : limit_(limit) {}

  // In whole milliseconds, begun ones included; zero: none is left.
  Duration left() const noexcept {
    return std::max(limit_ - std::chrono::floor<Duration>(spent_), Duration::zero());
  }
  bool is_spent() const noexcept { return left() == Duration::zero(); }

  // Time counts while one of these lives. What it refers to outlives it.
  class Meter {
   public:
    Meter(Patience& patience, const Clock& clock) noexcept
        : patience_(patience), clock_(clock), begin_(clock.steady()) {}
    ~Meter() { patience_.spent_ += clock_.steady() - begin_; }
    Meter(const Meter&) = delete;
    Meter& operator=(const Meter&) = delete;

   private:
    Patience& patience_;
    const Clock& clock_;
    SteadyTime begin_;
  };

 private:
  Duration limit_ = Duration::max();
  SteadyTime::duration spent_{0};
};

}  // namespace hawkcache::store
