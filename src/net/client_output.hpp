// What goes to a client, in order: an exchange's interim responses, then its response. Two
// coroutines may have something to say at once (one relays the answer while another reads the
// request's body, which a 100 precedes); whatever they do, nothing is sent in the middle of
// something else. Owned by the connection, on whose worker everything here is called.
#pragma once

#include "base/result.hpp"
#include "net/asio.hpp"
#include "net/gather_write.hpp"
#include "net/interim_queue.hpp"
#include "net/socket_deadline.hpp"
#include "net/turns.hpp"
#include "net/worker.hpp"

#include <cstdint>
#include <span>
#include <string_view>

namespace hawkcache::net {

class ClientOutput {
 public:
  // `timeout`: for the client to take any bytes.
  ClientOutput(Worker& worker, Socket& socket, Duration timeout)
      : socket_(socket),
        timeout_(timeout),
        deadline_(worker.deadlines(), socket),
        reader_deadline_(worker.deadlines(), socket),
        turns_(worker.turns()) {}

  void begin_exchange() noexcept { written_ = 0; }
  // Of the exchange's response, interim responses not counted.
  std::uint64_t written() const noexcept { return written_; }

  // Before the first write of an exchange that may have interim responses.
  void begin_interim(http::Version client, InterimQueue::Continue expected) noexcept {
    interim_.begin(client, expected);
  }
  const InterimQueue& interim() const noexcept { return interim_; }
  // Never waits: what the socket does not take goes out before anything else does.
  void write_interim(int status, std::string_view head);
  // A client that expects a 100 has one when this returns, from the origin or from us. Errors as
  // write().
  Awaitable<ErrorCode> give_continue();

  // Writes what can be written of the response without waiting. Errors: would_block, then write({})
  // goes on with the rest; client_gone.
  ErrorCode write_now(std::span<const asio::const_buffer> buffers) {
    gather_.assign(buffers);
    const ErrorCode error = gather_.write_some(socket_, written_);
    if (!error || error == asio::error::would_block) return error;
    return breaks(Errc::client_gone);
  }
  // The same of an exchange that may have interim responses, where what comes first is held back
  // until others have come as far, if there are any. Errors: would_block, client_gone.
  ErrorCode write_response_now(std::span<const asio::const_buffer> buffers);
  // Writes all of it. Errors: client_gone, client_timeout. One caller at a time.
  Awaitable<ErrorCode> write(std::span<const asio::const_buffer> buffers);
  // Whether a write has failed: nothing more can be written.
  bool broken() const noexcept { return broken_; }
  void disarm() noexcept {
    deadline_.disarm();
    reader_deadline_.disarm();
  }

 private:
  // body_reader: has something to say before it reads, and is cancelled with its reading.
  enum class Writer : std::uint8_t { response, body_reader };
  ErrorCode write_interim_now();
  Awaitable<ErrorCode> flush_interim(Writer writer);
  Awaitable<ErrorCode> wait_for_room(Writer writer);
  ErrorCode breaks(ErrorCode error) noexcept {
    broken_ = true;
    return error;
  }

  Socket& socket_;
  Duration timeout_;
  // Of those who wait for room: the end of one's time ends the other's wait too, which begins anew.
  SocketDeadline deadline_;
  SocketDeadline reader_deadline_;
  GatherWrite gather_;
  InterimQueue interim_;
  Turns& turns_;
  Turns::Place place_;
  bool held_back_ = false;  // until its turn
  bool broken_ = false;
  std::uint64_t written_ = 0;
};

}  // namespace hawkcache::net
