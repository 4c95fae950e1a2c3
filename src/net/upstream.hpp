// The seam between the proxy and upstream servers: one request, one response. Everything here
// belongs to one worker's thread.
#pragma once

#include "base/result.hpp"
#include "http/body_framing.hpp"
#include "http/head.hpp"
#include "net/asio.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace hawkcache::net {

// Where a request's body comes from: the client's exchange, or nowhere.
class BodySource {
 public:
  virtual ~BodySource() = default;
  // Empty at the end; the view is valid until the next call.
  virtual Awaitable<Result<std::string_view>> read() = 0;
  // Ends a pending read() with an error.
  virtual void cancel() noexcept = 0;
};

// Whoever wants the interim responses (1xx) that precede the final one, in order.
class InterimSink {
 public:
  virtual ~InterimSink() = default;
  // The head is valid during the call.
  virtual void interim(const http::ResponseHead& head) = 0;
};

struct UpstreamRequest {
  http::Method method = http::Method::get;  // decides retries, and how the response is framed
  std::string head{};                       // request line, fields, empty line; as it goes out
  // A body that is already here, framed as `head` says. Must live until start() returns.
  std::string_view whole_body{};
  // Else the source of the body, or null: none. Must outlive the exchange.
  BodySource* body = nullptr;
  enum class BodyCoding : std::uint8_t { as_is, chunked } coding = BodyCoding::as_is;  // for `body`
  // on_continue: `head` says Expect: 100-continue. The body is not read before the server's 100, or
  // before UpstreamSettings::continue_timeout; after a final response it is not read at all.
  enum class BodyStart : std::uint8_t { at_once, on_continue } body_start = BodyStart::at_once;
  InterimSink* interim = nullptr;  // null: they are skipped. Must live until start() returns
};

// One exchange on one upstream connection. Giving it up before the response's end closes that
// connection; at its end it goes back to the pool if it can. Once start() has been called, its
// owner co_awaits finish() before destroying it, on every path. No call while another one waits,
// except cancel().
class UpstreamExchange {
 public:
  virtual ~UpstreamExchange() = default;

  // Connects (or takes a kept connection), sends the request and reads until the final response
  // head; 1xx responses go to the request's sink. A connection that turns out closed before
  // anything of a response came is replaced by another one where that is safe: the method is
  // idempotent and its body (if any) can be sent again, or nothing was sent at all. Was it a kept
  // one, the other is a new one to the same server; else one to a server that has not been tried. A
  // POST is sent at most once. Errors: upstream_refused, _unresolved, _no_socket, _connect_timeout,
  // upstream_timeout, upstream_closed, those of is_malformed_response(); or the BodySource's own
  // error (client_gone ...) when the client's body broke off, in which case the upstream connection
  // was cut, never completed. The head is valid until the exchange is destroyed. Called once.
  virtual Awaitable<Result<const http::ResponseHead*>> start(UpstreamRequest request) = 0;
  // How the final response's body is framed. Once start() has returned a head.
  virtual http::BodyFraming framing() const noexcept = 0;
  // The next piece of the body, decoded; empty at its end. Valid until the next call. Errors:
  // upstream_closed (truncated), upstream_timeout, those of is_malformed_response(), or the
  // BodySource's own when the body was still under way.
  virtual Awaitable<Result<std::string_view>> read_body() = 0;
  // A piece of the body, or its end (empty), that can be had without waiting; nullopt when
  // read_body() would wait. Errors are left to read_body().
  virtual std::optional<std::string_view> try_read_body() noexcept = 0;
  // host:port of the server that was asked last; empty: none was.
  virtual std::string server() const = 0;
  // Ends whatever waits with an error (upstream_closed); the connection is closed.
  virtual void cancel() noexcept = 0;
  // Closes the connection unless the response has ended, cancels the BodySource if it is still
  // being read (the server answered without waiting for the body, or the exchange is given up), and
  // waits until nobody uses it. May be called more than once. What start() returned stays valid.
  virtual Awaitable<void> finish() = 0;
  // The same without waiting. Whether nobody uses it any more: else finish() has to be awaited.
  virtual bool finish_now() noexcept = 0;
};

// For logs: the server, and what went wrong with it.
std::string describe(const ErrorCode& error, const UpstreamExchange& exchange);

class Upstream {
 public:
  virtual ~Upstream() = default;
  virtual std::unique_ptr<UpstreamExchange> make_exchange() = 0;
};

}  // namespace hawkcache::net
