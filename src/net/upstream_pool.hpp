// The upstream of one worker: the servers of the configuration, their addresses and kept
// connections. All of it belongs to the worker's thread; only which servers failed lately all
// workers know together. Replaced as a whole by a reload; exchanges under way keep it alive.
#pragma once

#include "base/clock.hpp"
#include "http/parser.hpp"
#include "net/upstream.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace hawkcache::net {

struct UpstreamServer {
  std::string host;  // a name, an IPv4 address or an IPv6 address without brackets
  std::uint16_t port = 80;
};

struct UpstreamSettings {
  std::vector<UpstreamServer> servers;
  Duration connect_timeout{2000};
  // To the first byte of a head; the rest: idle_timeout. Anew after each interim response, for
  // three times as long from the first of them on.
  Duration response_timeout{30000};
  // How long a body waits for the server's 100. A server that ignores Expect waits for the body in
  // turn, so RFC 9110 section 10.1.1 tells clients not to "wait for an indefinite period before
  // sending the content". A round trip and the server's thought fit into a second; it is also what
  // the client loses with such a server.
  Duration continue_timeout{1000};
  Duration idle_timeout{30000};       // between bytes of a body, and of a request being sent
  Duration keepalive_timeout{30000};  // how long an idle connection is kept
  std::size_t max_idle = 64;          // idle connections kept per server and worker
  Duration fail_timeout{
      1000};  // how long a server that refused is passed over while others are left
  http::HeadLimits limits{.start_line = 16 * 1024, .header_block = 128 * 1024, .field_count = 512};
  std::size_t max_interim = 100;  // 1xx responses before a final one
};

class ServerFailures;
class Worker;
// For the pools of all workers that have these servers.
std::shared_ptr<ServerFailures> make_server_failures(const UpstreamSettings& settings);
// The last reference may go away on any thread, but not after the worker.
std::shared_ptr<Upstream> make_upstream_pool(Worker& worker,
                                             UpstreamSettings settings,
                                             std::shared_ptr<ServerFailures> failures);

}  // namespace hawkcache::net
