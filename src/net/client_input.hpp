// What a client sends, as far as it is heads: the buffer, the time that may pass, and when to read.
// Owned by the connection, on whose worker everything here is called.
#pragma once

#include "net/asio.hpp"
#include "net/input_buffer.hpp"
#include "net/socket_deadline.hpp"
#include "net/turns.hpp"
#include "net/worker.hpp"

namespace hawkcache::net {

class ClientInput {
 public:
  struct Timeouts {
    Duration keepalive{};  // without a request
    Duration header{};     // from a head's first byte to its last
  };
  ClientInput(Worker& worker, Socket& socket, Timeouts timeouts)
      : worker_(worker),
        socket_(socket),
        timeouts_(timeouts),
        deadline_(worker.deadlines(), socket) {}

  InputBuffer& buffer() noexcept { return buffer_; }
  const InputBuffer& buffer() const noexcept { return buffer_; }
  // Of whatever read is under way.
  SocketDeadline& deadline() noexcept { return deadline_; }

  // Before a read of more of a head, or of the first of it.
  void arm_for_head() noexcept;
  // Whether the time for a head that has begun is over, whatever the last read brought. (One that
  // has only been waited for is not overdue when its first bytes come with the end of the wait.)
  bool head_overdue() const noexcept { return deadline_.expired() && buffer_.head_begun(); }
  // How long it has been waiting for the first of a head.
  Duration waited() const noexcept { return timeouts_.keepalive - deadline_.left(); }

  // After an answer: whether the others that are ready are to have their turn before this
  // connection reads. Then their turn, to be awaited; and the read that follows, which takes what
  // is there.
  bool gives_turn() noexcept;
  auto others_turn() { return worker_.turns().wait(place_, asio::deferred); }
  void read_at_once();
  // Whether that read found the connection ended, by the client or by an error.
  bool ended() const noexcept { return ended_; }

 private:
  Worker& worker_;
  Socket& socket_;
  Timeouts timeouts_;
  InputBuffer buffer_;
  SocketDeadline deadline_;
  Turns::Place place_;
  unsigned answers_until_turn_ = 0;
  bool ended_ = false;
};

}  // namespace hawkcache::net
