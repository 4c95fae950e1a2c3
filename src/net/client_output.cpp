#include "net/client_output.hpp"

namespace hawkcache::net {

void ClientOutput::write_interim(int status, std::string_view head) {
  interim_.add(status, head);
  // A failure shows again when the response is written.
  [[maybe_unused]] const ErrorCode error = write_interim_now();
}

Awaitable<ErrorCode> ClientOutput::give_continue() {
  interim_.add_continue();
  const ErrorCode error = co_await flush_interim(Writer::body_reader);
  co_return error;
}

ErrorCode ClientOutput::write_response_now(std::span<const asio::const_buffer> buffers) {
  interim_.end();
  gather_.assign(buffers);
  // Those go first.
  if (!interim_.unsent().empty()) return asio::error::would_block;
  held_back_ = written_ == 0 && turns_.brings_company();
  if (held_back_) return asio::error::would_block;
  const ErrorCode error = gather_.write_some(socket_, written_);
  if (!error || error == asio::error::would_block) return error;
  return breaks(Errc::client_gone);
}

Awaitable<ErrorCode> ClientOutput::write(std::span<const asio::const_buffer> buffers) {
  interim_.end();
  if (held_back_) {
    held_back_ = false;
    co_await turns_.wait(place_, asio::deferred);
  }
  if (!interim_.unsent().empty()) {
    const ErrorCode error = co_await flush_interim(Writer::response);
    if (error) co_return breaks(error);
  }
  if (!buffers.empty()) gather_.assign(buffers);
  for (;;) {
    const ErrorCode error = gather_.write_some(socket_, written_);
    if (!error) co_return ErrorCode{};
    if (error != asio::error::would_block) co_return breaks(Errc::client_gone);
    const ErrorCode failed = co_await wait_for_room(Writer::response);
    if (failed) co_return breaks(failed);
  }
}

ErrorCode ClientOutput::write_interim_now() {
  while (!interim_.unsent().empty()) {
    ErrorCode error;
    const std::size_t size = socket_.write_some(asio::buffer(interim_.unsent()), error);
    if (error) return error;
    interim_.sent(size);
  }
  return {};
}

Awaitable<ErrorCode> ClientOutput::flush_interim(Writer writer) {
  for (;;) {
    const ErrorCode error = write_interim_now();
    if (!error) co_return ErrorCode{};
    if (error != asio::error::would_block) co_return Errc::client_gone;
    const ErrorCode failed = co_await wait_for_room(writer);
    if (failed) co_return failed;
  }
}

Awaitable<ErrorCode> ClientOutput::wait_for_room(Writer writer) {
  SocketDeadline& deadline = writer == Writer::response ? deadline_ : reader_deadline_;
  for (;;) {
    deadline.arm(timeout_);
    const auto [failed] = co_await socket_.async_wait(Socket::wait_write, use_op);
    const bool expired = deadline.expired();
    deadline.disarm();
    if (!failed) co_return ErrorCode{};
    if (expired) co_return Errc::client_timeout;
    // Whoever reads the request's body had its wait cancelled; the response goes on.
    const bool not_meant = writer == Writer::response && failed == asio::error::operation_aborted;
    if (!not_meant || !socket_.is_open()) co_return Errc::client_gone;
  }
}

}  // namespace hawkcache::net
