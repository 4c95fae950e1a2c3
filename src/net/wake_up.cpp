#include "net/wake_up.hpp"

#include <boost/asio/post.hpp>

namespace hawkcache::net {

void WakeUp::ring() noexcept {
  if (rung_.exchange(true, std::memory_order_acq_rel)) return;
  asio::post(executor_, [self = shared_from_this()] {
    // The ring may have been heard already, by a wait that has returned: a later wait must not end
    // for it.
    if (self->waiting_ && self->rung_.load(std::memory_order_acquire)) self->timer_.cancel();
  });
}

Awaitable<WakeUp::Woken> WakeUp::wait(Duration timeout) {
  const std::shared_ptr<WakeUp> self = shared_from_this();
  if (rung_.exchange(false, std::memory_order_acq_rel)) co_return Woken::by_ring;
  timer_.expires_after(timeout);
  waiting_ = true;
  co_await timer_.async_wait(use_op);
  waiting_ = false;
  const bool rung = rung_.exchange(false, std::memory_order_acq_rel);
  co_return rung ? Woken::by_ring : Woken::by_timeout;
}

}  // namespace hawkcache::net
