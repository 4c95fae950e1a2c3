// The seam between client connections and whoever answers requests (proxy/, admin/). `net` never
// calls up: a connection is given a handler. A handler belongs to one connection and lives on its
// worker's thread; it may keep scratch from request to request.
#pragma once

#include "base/keep_alive.hpp"
#include "base/result.hpp"
#include "http/body_framing.hpp"
#include "http/head.hpp"
#include "http/target.hpp"
#include "net/asio.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace hawkcache::net {

class ClientExchange;
class Worker;

// A request whose head has been checked: syntax, framing, target and Host are sound. Views into the
// connection's buffer.
struct Request {
  const http::RequestHead* head = nullptr;
  http::Target target;
  http::BodyFraming framing;
  std::string_view peer;  // the client's address, without port
};

// An answer that is ready to be written at once, in one gather write. Reused from request to
// request, so that filling it does not allocate.
struct PreparedResponse {
  std::string head;  // rendered bytes that `buffers` may point into: reserve before taking views
  std::vector<asio::const_buffer> buffers;  // what is written, in order
  KeepAlive owner;                          // keeps alive what `buffers` points to
  void clear() noexcept {
    head.clear();
    buffers.clear();
    owner.reset();
  }
};

enum class TryHandled : std::uint8_t { no, yes };

class RequestHandler {
 public:
  virtual ~RequestHandler() = default;
  // A hit: fills `out` and returns yes. Never suspends, never blocks. Only called for requests
  // without a body. What it writes says `Connection: close` exactly where `persistence` is close.
  virtual TryHandled try_handle(const Request& request,
                                http::Persistence persistence,
                                PreparedResponse& out) noexcept = 0;
  // Everything else. The exchange outlives the call. Returns when the response has been written, or
  // when it cannot be any more.
  virtual Awaitable<void> handle(ClientExchange& exchange) = 0;
  // After an answer of try_handle() has been written, or as far as it could be before that failed.
  virtual void finished(const Request& request,
                        std::uint64_t written,
                        const ErrorCode& failed) noexcept = 0;
  // A request that never reached the handler: the connection answered it, with so many bytes.
  virtual void rejected(std::uint64_t bytes) noexcept = 0;
};

using HandlerFactory = std::function<std::unique_ptr<RequestHandler>(Worker&)>;

}  // namespace hawkcache::net
