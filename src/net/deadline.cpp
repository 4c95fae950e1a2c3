#include "net/deadline.hpp"

namespace hawkcache::net {

void Deadline::arm(Duration timeout) noexcept {
  at_ = steady_now() + timeout;
  if (!is_linked()) queue_.add(*this);
  queue_.schedule(at_);
}

// Stays in the queue: the next arm() is likely to come before the next sweep.
void Deadline::disarm() noexcept { at_ = SteadyTime::max(); }

DeadlineQueue::DeadlineQueue(asio::io_context& context)
    : timer_(context.get_executor()), last_sweep_(steady_now()) {}

DeadlineQueue::~DeadlineQueue() {
  // Unlinks every deadline, so that those in frames which the io_context destroys later do not
  // touch this list.
  armed_.clear();
}

void DeadlineQueue::stop() noexcept {
  stopped_ = true;
  timer_.cancel();
}

void DeadlineQueue::schedule(SteadyTime at) noexcept {
  const SteadyTime when = next_sweep(at, last_sweep_);
  if (stopped_ || at == SteadyTime::max() || when >= next_) return;
  next_ = when;
  timer_.expires_at(when);  // cancels an earlier wait
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error && !stopped_) sweep();
  });
}

void DeadlineQueue::sweep() noexcept {
  const SteadyTime now = steady_now();
  last_sweep_ = now;
  next_ = SteadyTime::max();
  SteadyTime nearest = SteadyTime::max();
  for (auto it = armed_.begin(); it != armed_.end();) {
    Deadline& deadline = *it++;
    if (deadline.at_ > now && deadline.armed()) {
      nearest = std::min(nearest, deadline.at_);
      continue;
    }
    deadline.unlink();
    if (deadline.armed()) due_.push_back(deadline);
  }
  schedule(nearest);
  expire(now);
}

// A listener may arm, disarm or destroy any deadline, also those still in due_.
void DeadlineQueue::expire(SteadyTime now) noexcept {
  while (!due_.empty()) {
    Deadline& deadline = due_.front();
    due_.pop_front();
    if (!deadline.armed()) continue;
    if (deadline.at_ > now) {
      add(deadline);
      continue;
    }
    deadline.disarm();
    deadline.listener_.deadline_expired();
  }
}

}  // namespace hawkcache::net
