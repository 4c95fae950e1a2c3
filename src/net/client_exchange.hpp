// One request and its response on a client connection, as a handler sees it when try_handle() was
// not enough. Owned by the connection; everything here is called on the connection's worker.
#pragma once

#include "base/result.hpp"
#include "net/asio.hpp"
#include "net/request_handler.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace hawkcache::net {

class ClientExchange {
 public:
  virtual ~ClientExchange() = default;

  virtual const Request& request() const noexcept = 0;
  virtual Executor executor() noexcept = 0;

  // What persistence the response must announce; close_after_response() turns it to close.
  virtual http::Persistence persistence() noexcept = 0;
  virtual void close_after_response() noexcept = 0;

  // The next piece of the request's body, decoded; empty at its end. The view is valid until the
  // next call. A first call on a request with `Expect: 100-continue` sends the 100, unless
  // write_interim() has sent one. Errors:
  // client_gone, client_timeout, body_malformed, body_truncated, body_too_large.
  virtual Awaitable<Result<std::string_view>> read_body() = 0;
  // The whole body if it has been received already, decoded and with a known length, so that it can
  // be sent along with the head; nullopt otherwise. Consumes it.
  virtual std::optional<std::string_view> take_buffered_body() noexcept = 0;
  // Whether the body has been read to its end.
  virtual bool body_consumed() const noexcept = 0;
  // Ends a pending read_body() of another coroutine with client_gone.
  virtual void cancel_read() noexcept = 0;

  // Whether the client asked for a 100 before its body, has not been given one, and not all of the
  // body is here nevertheless.
  virtual bool awaits_continue() const noexcept = 0;
  // A 1xx response's whole head, ahead of the response. Never waits: what the client does not take
  // now goes out before anything else. Left out where the client may not have it: on HTTP/1.0, a
  // 100 that it did not ask for, once the response has begun; and where it leaves too much unread.
  virtual void write_interim(int status, std::string_view head) = 0;

  // Writes what the client takes at once. Errors: would_block, then write({}) goes on with the
  // rest, while the buffers stay valid; client_gone, after which nothing more can be written, and
  // the connection ends with the exchange.
  virtual ErrorCode write_now(std::span<const asio::const_buffer> buffers) = 0;
  // Writes all of it, waiting where the client is slow. Errors: client_gone, client_timeout, as
  // above.
  virtual Awaitable<ErrorCode> write(std::span<const asio::const_buffer> buffers) = 0;
  // Whether anything of a final response has been written.
  virtual bool response_started() const noexcept = 0;
  virtual std::uint64_t bytes_written() const noexcept = 0;
  // The response broke off: the connection ends so that the client can tell; by a reset where the
  // end of the connection would be the end of the body.
  enum class AbortKind : std::uint8_t { close, reset };
  virtual void abort(AbortKind kind) noexcept = 0;
};

}  // namespace hawkcache::net
