// A client's connection: reads heads, keeps the order of pipelined requests, hands each to the
// handler, enforces the limits on slow and hostile clients, and makes sure that every request's
// body is consumed or the connection closed. One coroutine, one worker.
#pragma once

#include "base/clock.hpp"
#include "http/parser.hpp"
#include "net/connection_gauge.hpp"
#include "net/request_handler.hpp"
#include "net/spare_parsers.hpp"
#include "net/worker.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>

namespace hawkcache::net {

struct ConnectionSettings {
  http::HeadLimits limits;
  Duration header_timeout{30000};     // from a head's first byte to its last
  Duration keepalive_timeout{75000};  // without a request
  Duration body_timeout{60000};       // between bytes of a request body
  Duration write_timeout{60000};      // a client that takes no bytes
  std::uint64_t max_body = 0;         // of a request; 0: unlimited
};

struct NewConnection {
  Socket socket;  // non-blocking
  asio::ip::tcp::endpoint peer;
  std::unique_ptr<RequestHandler> handler;
  std::shared_ptr<SpareParsers> parsers;  // with the same limits as the settings
  GaugePlace place;
};

// Serves the connection until it ends; owns itself. On the worker's thread.
void serve_connection(Worker& worker, NewConnection begun, const ConnectionSettings& settings);

}  // namespace hawkcache::net
