// Host names, listen addresses, upstream servers and Redis URLs as text. Pure; any thread; no name
// is resolved.
#pragma once

#include "config/config.hpp"
#include "config/syntax_error.hpp"

#include <string>
#include <string_view>
#include <variant>

namespace hawkcache::config {

// A DNS name (letters, digits, - and _, 253 bytes at most) or an IPv4 address. Numbers-and-dots
// must be a valid address.
bool is_host_name(std::string_view text);
bool is_ipv6_address(std::string_view text);

// "host:port" or "[ipv6]:port"; port 0 is legal (the system chooses). An IPv4-mapped address comes
// back as the IPv4 address that it is: [::ffff:127.0.0.1]:80 as 127.0.0.1:80.
[[nodiscard]] std::variant<Endpoint, SyntaxError> parse_endpoint(std::string_view text);

// Whether the two cannot be listened on at once: one port (0 is another one each time), and an
// address that both take. 0.0.0.0 takes every IPv4 address, :: every address, localhost 127.0.0.1
// and ::1; other names are compared as written.
bool overlap(const Endpoint& one, const Endpoint& other);

// "http://host[:port]" or "https://host[:port]", a last / is fine; no user, path, query. The
// host comes back in lower case. Default ports 80 and 443.
[[nodiscard]] std::variant<UpstreamServer, SyntaxError> parse_server_url(std::string_view text);

// redis://[user:password@]host[:port][/db], rediss://...,
// unix://[user:password@]/path[?db=N],
// redis+sentinel://[user:password@]h1:26379,h2:26379/NAME[/db],
// redis+cluster://[user:password@]h1:7000,h2:7001. User and password are percent-decoded. Default
// ports 6379, sentinels 26379. Messages repeat nothing that may be a password.
[[nodiscard]] std::variant<RedisUrl, SyntaxError> parse_redis_url(std::string_view text);

// A host of a rule: a name or an address, IPv6 in brackets, with or without port (without: every
// port). Comes back as written, in lower case.
[[nodiscard]] std::variant<std::string, SyntaxError> parse_route_host(std::string_view text);

}  // namespace hawkcache::config
