#pragma once

#include "net/asio.hpp"
#include "net/deadline.hpp"

namespace hawkcache::net {

// A Deadline that cancels the socket and remembers that it did.
class SocketDeadline final : public Deadline::Listener {
 public:
  SocketDeadline(DeadlineQueue& queue, Socket& socket) : socket_(socket), deadline_(queue, *this) {}
  void arm(Duration timeout) noexcept {
    expired_ = false;
    deadline_.arm(timeout);
  }
  void disarm() noexcept { deadline_.disarm(); }
  bool expired() const noexcept { return expired_; }

 private:
  void deadline_expired() noexcept override {
    expired_ = true;
    boost::system::error_code ignored;
    socket_.cancel(ignored);
  }
  Socket& socket_;
  bool expired_ = false;
  Deadline deadline_;
};

}  // namespace hawkcache::net
