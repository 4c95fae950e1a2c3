#include "net/body_pump.hpp"

#include "http/chunked.hpp"
#include "net/spawn.hpp"

namespace hawkcache::net {

std::shared_ptr<BodyPump> BodyPump::start(UpstreamConnectionPtr connection,
                                          const UpstreamRequest& request,
                                          Timeouts timeouts,
                                          Executor executor) {
  auto pump = std::make_shared<BodyPump>(std::move(connection), request, timeouts, executor);
  spawn(executor, run(pump));
  return pump;
}

BodyPump::BodyPump(UpstreamConnectionPtr connection,
                   const UpstreamRequest& request,
                   Timeouts timeouts,
                   Executor executor)
    : connection_(std::move(connection)),
      source_(request.body),
      coding_(request.coding),
      timeouts_(timeouts),
      end_(executor),
      hold_(executor),
      held_(request.body_start == UpstreamRequest::BodyStart::on_continue) {
  end_.expires_at(SteadyTime::max());
}

void BodyPump::let_go() noexcept {
  held_ = false;
  hold_.cancel();
}

void BodyPump::head_arrived() noexcept {
  head_awaited_ = false;
  // RFC 9110 section 10.1.1: the expectation is there so that an error comes "before the client
  // starts filling the pipes with an unnecessary data transfer".
  if (held_) stop();
}

void BodyPump::stop() noexcept {
  if (!running_ || stopped_) return;
  stopped_ = true;
  if (held_) {
    hold_.cancel();
  } else {
    source_->cancel();
  }
}

Awaitable<void> BodyPump::wait(std::shared_ptr<BodyPump> pump) {
  if (pump->running_) co_await pump->end_.async_wait(use_op);
}

Awaitable<void> BodyPump::run(std::shared_ptr<BodyPump> pump) {
  try {
    if (pump->held_ && !pump->stopped_) co_await pump->hold();
    if (!pump->stopped_) co_await carry(pump);
  } catch (...) {
    // To a request that was cut there is no response to wait for.
    pump->connection_->fail(Errc::client_gone);
    pump->ended();
    throw;
  }
  pump->ended();
}

Awaitable<void> BodyPump::hold() {
  hold_.expires_after(timeouts_.hold);
  co_await hold_.async_wait(use_op);
  if (!stopped_) held_ = false;
}

Awaitable<void> BodyPump::carry(std::shared_ptr<BodyPump> pump) {
  const std::shared_ptr<UpstreamConnection> connection = pump->connection_;
  for (;;) {
    const Result<std::string_view> piece = co_await pump->source_->read();
    if (pump->stopped_) co_return;
    if (piece.has_error()) {
      // What breaks off on its way in must not look whole on its way out. Once the response is
      // under way it is not cut for that: a client that has it may stop sending (RFC 9112 section
      // 9.5), and the connection is not used again.
      if (pump->head_awaited_ || piece.error() == Errc::client_gone)
        connection->fail(piece.error());
      co_return;
    }
    const bool last = piece->empty();
    const UpstreamConnection::Buffers buffers = pump->frame(*piece);
    // After an error here the response is still read: the server may have said why it does not want
    // the rest.
    ErrorCode error = connection->write_now(buffers);
    if (error == asio::error::would_block) {
      error = co_await connection->write_rest(pump->timeouts_.idle);
    }
    if (error || pump->stopped_) co_return;
    if (last) {
      pump->completed_ = true;
      co_return;
    }
  }
}

UpstreamConnection::Buffers BodyPump::frame(std::string_view piece) noexcept {
  if (coding_ == UpstreamRequest::BodyCoding::as_is) return {asio::buffer(piece)};
  if (piece.empty()) return {asio::buffer(http::kLastChunk)};
  static constexpr std::string_view kCrlf = "\r\n";
  return {asio::buffer(http::chunk_header(piece.size(), chunk_header_)),
          asio::buffer(piece),
          asio::buffer(kCrlf)};
}

void BodyPump::ended() noexcept {
  running_ = false;
  if (head_awaited_ && !connection_->failed()) connection_->limit_reading(timeouts_.response);
  end_.cancel();
}

}  // namespace hawkcache::net
