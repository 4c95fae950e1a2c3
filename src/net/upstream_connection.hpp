// A connection to an upstream server: a socket with timeouts that says why it failed. One coroutine
// may read while another writes. Belongs to one worker's thread; whoever waits in it holds a
// shared_ptr to it.
#pragma once

#include "base/result.hpp"
#include "net/asio.hpp"
#include "net/gather_write.hpp"
#include "net/socket_deadline.hpp"
#include "net/worker.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace hawkcache::net {

class UpstreamConnection {
 public:
  // `server`: the number of the server it leads to.
  UpstreamConnection(Worker& worker, std::size_t server);
  UpstreamConnection(const UpstreamConnection&) = delete;
  UpstreamConnection& operator=(const UpstreamConnection&) = delete;

  // Errors: upstream_refused (for any reason but these), upstream_no_socket,
  // upstream_connect_timeout.
  Awaitable<ErrorCode> connect(asio::ip::tcp::endpoint endpoint, Duration timeout);

  using Buffers = std::array<asio::const_buffer, 3>;
  // Writes what the socket takes at once. Errors: would_block, then write_rest() goes on with the
  // rest; upstream_closed, or what fail() was given.
  ErrorCode write_now(const Buffers& buffers);
  // Writes the rest; `timeout` is for the server to take any bytes. Errors: upstream_closed;
  // upstream_timeout, which fails the connection for its reader too.
  Awaitable<ErrorCode> write_rest(Duration timeout);

  // One read, awaited where its bytes are wanted:
  //   const auto [error, size] = co_await connection->async_read(space);
  //   const Read read = connection->judge_read(error, size);
  auto async_read(std::span<char> space) {
    return socket_.async_read_some(asio::buffer(space.data(), space.size()), use_op);
  }
  // again: nothing has come, and nothing is wrong; read once more. bytes: `size` of them; none at
  // the end of the stream. failed: upstream_timeout (see limit_reading), upstream_closed (reset),
  // or what fail() was given.
  struct Read {
    enum class State : std::uint8_t { bytes, again, failed } state = State::again;
    std::size_t size = 0;
    ErrorCode error;
  };
  Read judge_read(const ErrorCode& error, std::size_t size) noexcept;
  // The same without waiting.
  Read read_now(std::span<char> space) noexcept;
  // From now on reading may take that long in all; until unlimit_reading(), or the next limit.
  void limit_reading(Duration timeout) noexcept { reading_.arm(timeout); }
  void unlimit_reading() noexcept { reading_.disarm(); }

  // Closes it, and ends what waits in it with this error. The first reason stays.
  void fail(ErrorCode reason) noexcept;
  bool failed() const noexcept { return failure_.failed(); }

  // For those who look at many at once (poll(2)). -1: failed, or never connected.
  int descriptor() noexcept { return socket_.native_handle(); }

  std::size_t server() const noexcept { return server_; }
  // Bytes handed to the kernel since the last call of begin_request().
  std::uint64_t bytes_written() const noexcept { return bytes_written_; }
  void begin_request() noexcept { bytes_written_ = 0; }

 private:
  ErrorCode write_some();

  Socket socket_;
  std::size_t server_;
  SocketDeadline reading_;
  SocketDeadline writing_;  // and connecting
  GatherWrite unwritten_;
  std::uint64_t bytes_written_ = 0;
  ErrorCode failure_;
};

using UpstreamConnectionPtr = std::shared_ptr<UpstreamConnection>;

}  // namespace hawkcache::net
