#include "net/upstream_connection.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

namespace hawkcache::net {

using asio::ip::tcp;

namespace {

// Another server would not be reached either.
bool is_for_want_of_sockets(const ErrorCode& error) noexcept {
  constexpr std::array kWant = {EMFILE, ENFILE, ENOBUFS, ENOMEM};
  return std::find(kWant.begin(), kWant.end(), error.value()) != kWant.end();
}

}  // namespace

UpstreamConnection::UpstreamConnection(Worker& worker, std::size_t server)
    : socket_(worker.executor()),
      server_(server),
      reading_(worker.deadlines(), socket_),
      writing_(worker.deadlines(), socket_) {}

Awaitable<ErrorCode> UpstreamConnection::connect(tcp::endpoint endpoint, Duration timeout) {
  ErrorCode error;
  socket_.open(endpoint.protocol(), error);
  if (!error) socket_.non_blocking(true, error);
  if (!error) socket_.set_option(tcp::no_delay(true), error);
  if (error) {
    co_return is_for_want_of_sockets(error) ? Errc::upstream_no_socket : Errc::upstream_refused;
  }
  writing_.arm(timeout);
  const auto [connected] = co_await socket_.async_connect(endpoint, use_op);
  const bool expired = writing_.expired();
  writing_.disarm();
  if (failure_) co_return failure_;
  if (!connected) co_return ErrorCode();
  const Errc reason = expired ? Errc::upstream_connect_timeout : Errc::upstream_refused;
  fail(reason);
  co_return reason;
}

ErrorCode UpstreamConnection::write_now(const Buffers& buffers) {
  unwritten_.assign(buffers);
  return write_some();
}

ErrorCode UpstreamConnection::write_some() {
  if (failure_) return failure_;
  const ErrorCode error = unwritten_.write_some(socket_, bytes_written_);
  if (!error || error == asio::error::would_block) return error;
  return Errc::upstream_closed;
}

Awaitable<ErrorCode> UpstreamConnection::write_rest(Duration timeout) {
  writing_.arm(timeout);
  for (;;) {
    co_await socket_.async_wait(Socket::wait_write, use_op);
    if (writing_.expired() && !failure_) fail(Errc::upstream_timeout);
    const std::uint64_t before = bytes_written_;
    const ErrorCode error = write_some();
    if (error != asio::error::would_block) {
      writing_.disarm();
      co_return error;
    }
    // Not set anew when the wait ended for another reason than room in the socket.
    if (bytes_written_ != before) writing_.arm(timeout);
  }
}

UpstreamConnection::Read UpstreamConnection::judge_read(const ErrorCode& error,
                                                        std::size_t size) noexcept {
  using State = Read::State;
  // Whatever the read brought: nobody arms it again for the rest of a head.
  if (reading_.expired()) fail(Errc::upstream_timeout);
  if (failure_) return {State::failed, 0, failure_};
  if (!error) return {State::bytes, size, {}};
  if (error == asio::error::eof) return {State::bytes, 0, {}};
  if (error != asio::error::operation_aborted) return {State::failed, 0, Errc::upstream_closed};
  return {State::again, 0, {}};  // cancelled for the sake of the other direction
}

UpstreamConnection::Read UpstreamConnection::read_now(std::span<char> space) noexcept {
  ErrorCode error;
  const std::size_t size = socket_.read_some(asio::buffer(space.data(), space.size()), error);
  // As a wait that was cancelled: the time may have passed without one to cancel.
  if (error == asio::error::would_block) error = asio::error::operation_aborted;
  return judge_read(error, size);
}

void UpstreamConnection::fail(ErrorCode reason) noexcept {
  if (failure_) return;
  failure_ = reason;
  reading_.disarm();
  writing_.disarm();
  ErrorCode ignored;
  socket_.close(ignored);
}

}  // namespace hawkcache::net
