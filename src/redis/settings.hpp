// Where Redis is and how it is spoken to. A value.
#pragma once

#include "base/clock.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace hawkcache::redis {

struct Endpoint {
  std::string host;  // a name or a literal address, IPv6 without brackets
  std::uint16_t port = 6379;
  auto operator<=>(const Endpoint&) const = default;
};

struct Settings {
  enum class Kind : std::uint8_t { tcp, tls, unix_socket, sentinel, cluster };
  Kind kind = Kind::tcp;
  std::vector<Endpoint> nodes;  // one for tcp and tls; the sentinels; some nodes of the cluster
  std::string socket_path;      // unix_socket
  std::string master_name;      // sentinel
  std::string user;             // empty: Redis's default user
  std::string password;         // empty: no AUTH
  int database = 0;
  // What a caller waits for the replies to its commands, a connection that is made for them
  // included.
  Duration timeout{50};
  // A connection whose oldest command has been waiting that long is given up.
  Duration stall_timeout{1000};
  // Commands that wait for their replies, per connection; more are refused.
  std::size_t max_queue = 10'000;
  // Bytes that wait to be written, per connection; more are refused.
  std::size_t max_queued_bytes = 256u << 20;
};

}  // namespace hawkcache::redis
