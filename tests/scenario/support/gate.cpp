#include "scenario/support/gate.hpp"

#include "scenario/support/wire.hpp"

namespace hawkcache::scenario {

void Gate::pass() {
  std::unique_lock lock(mutex_);
  ++arrivals_;
  changed_.notify_all();
  changed_.wait_for(lock, 3 * kPatience, [&] { return open_ || admitted_ > 0; });
  if (!open_ && admitted_ > 0) --admitted_;
}

bool Gate::wait_for(std::size_t arrivals) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [&] { return arrivals_ >= arrivals; });
}

void Gate::open() {
  const std::scoped_lock lock(mutex_);
  open_ = true;
  changed_.notify_all();
}

void Gate::admit_one() {
  const std::scoped_lock lock(mutex_);
  ++admitted_;
  changed_.notify_all();
}

void Gate::close() {
  const std::scoped_lock lock(mutex_);
  open_ = false;
}

std::size_t Gate::arrivals() const {
  const std::scoped_lock lock(mutex_);
  return arrivals_;
}

}  // namespace hawkcache::scenario
