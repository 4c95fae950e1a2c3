// How long whatever waits in a socket may take. Its expiry cancels what waits there, in both
// directions: the other one just waits again. What had succeeded already, and waits for its turn,
// is not cancelled: after every operation somebody has to look at expired(), or to arm it anew.
// Owned by a connection, on whose worker everything here is called.
#pragma once

#include "base/result.hpp"
#include "net/asio.hpp"
#include "net/deadline.hpp"

namespace hawkcache::net {

class SocketDeadline final : public Deadline::Listener {
 public:
  SocketDeadline(DeadlineQueue& queue, Socket& socket) noexcept
      : deadline_(queue, *this), socket_(socket) {}
  void arm(Duration timeout) noexcept {
    expired_ = false;
    deadline_.arm(timeout);
  }
  void disarm() noexcept {
    expired_ = false;
    deadline_.disarm();
  }
  // Until it expires; the longest time when it is not armed.
  Duration left() const noexcept { return deadline_.left(); }
  // Since it was armed; false once it is disarmed.
  bool expired() const noexcept { return expired_; }

 private:
  void deadline_expired() noexcept override {
    expired_ = true;
    ErrorCode ignored;
    socket_.cancel(ignored);
  }

  Deadline deadline_;
  Socket& socket_;
  bool expired_ = false;
};

}  // namespace hawkcache::net
