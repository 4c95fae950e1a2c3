// The configuration as values: one struct per section of the file, with the defaults visible here.
// Built by config/load.hpp, not changed afterwards, shared freely between threads. What each key
// means is told in docs/configuration.md; how it is read and described comes from one table
// (config/keys.hpp), and a test holds the defaults there against those here.
#pragma once

#include "base/clock.hpp"
#include "base/log.hpp"
#include "config/path_syntax.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hawkcache::config {

using namespace std::chrono_literals;

// A place in the file, 1-based; columns count bytes. 0 means "nowhere": the value is a default.
struct Position {
  int line = 0;
  int column = 0;
  auto operator<=>(const Position&) const = default;
};

// A value and where it was written. Compares by value alone, so that moving a line is no change of
// the configuration.
template <class T>
struct Located {
  T value{};
  int line = 0;
  int column = 0;
  Position position() const { return {line, column}; }
  bool operator==(const Located& other) const { return value == other.value; }
};

inline constexpr std::uint64_t kKiB = 1024;
inline constexpr std::uint64_t kMiB = 1024 * kKiB;

// `host` without the brackets of an IPv6 address; port 0 lets the system choose one.
struct Endpoint {
  std::string host;
  std::uint16_t port = 0;
  bool operator==(const Endpoint&) const = default;
};

// "host:port", with brackets where the host is an IPv6 address.
std::string to_string(const Endpoint& endpoint);

struct AdminConfig {
  Endpoint listen{"127.0.0.1", 9080};
  std::string token;  // empty: none, which is legal on loopback only
  bool operator==(const AdminConfig&) const = default;
};

struct UpstreamServer {
  enum class Scheme { http, https };
  Scheme scheme = Scheme::http;
  Endpoint endpoint;
  bool operator==(const UpstreamServer&) const = default;
};

struct UpstreamConfig {
  std::vector<UpstreamServer> servers;  // never empty in a loaded configuration
  Duration connect_timeout = 2s;
  Duration response_timeout =
      30s;  // from the request's last byte to the first byte of the response head
  Duration idle_timeout = 30s;  // between two pieces of a body
  Duration keepalive = 4s;      // an idle connection is closed after this long
  std::size_t max_idle = 64;    // idle connections kept, per server and thread
  Duration fail_timeout =
      1s;  // a server that refused is passed over for this long, while another is there
  bool operator==(const UpstreamConfig&) const = default;
};

enum class StoreBackend { memory, redis, tiered };
// As the file spells it.
std::string_view name_of(StoreBackend backend);
enum class Eviction { s3fifo, sieve, lru };

struct MemoryConfig {
  std::uint64_t max_size = 512 * kMiB;
  std::uint64_t max_entries = 1'000'000;
  std::uint64_t max_object =
      8 * kMiB;  // where the file does not say: the smaller of 8 MiB and max_size / 4
  Eviction eviction = Eviction::s3fifo;
  bool operator==(const MemoryConfig&) const = default;
};

// A parsed store.redis.url.
struct RedisUrl {
  enum class Kind { tcp, tls, unix_socket, sentinel, cluster };
  Kind kind = Kind::tcp;
  std::string user;
  std::string password;
  std::vector<Endpoint>
      nodes;  // one for tcp and tls, the sentinels, or the cluster's seeds; empty for unix_socket
  std::string socket_path;  // unix_socket only
  std::string master_name;  // sentinel only
  int database = 0;
  bool operator==(const RedisUrl&) const = default;
};

// For people: without user and password.
std::string to_string(const RedisUrl& url);

enum class RedisFailure { origin, stale_only };

struct RedisConfig {
  std::optional<RedisUrl> url;
  std::string prefix = "hawkcache:";
  Duration timeout = 50ms;
  RedisFailure on_failure = RedisFailure::origin;
  bool operator==(const RedisConfig&) const = default;
};

struct StoreConfig {
  StoreBackend backend = StoreBackend::memory;
  MemoryConfig memory;
  RedisConfig redis;
  bool operator==(const StoreConfig&) const = default;
};

struct AccessLog {
  enum class Kind { off, standard_output, file };
  Kind kind = Kind::off;
  std::string path;  // file only
  bool operator==(const AccessLog&) const = default;
};

struct LogConfig {
  log::Level level = log::Level::info;
  log::Format format = log::Format::text;
  AccessLog access;
  bool operator==(const LogConfig&) const = default;
};

// Sizes in bytes.
struct LimitsConfig {
  std::size_t max_connections =
      0;  // client connections at once; 0: derived from the descriptor limit
  std::uint64_t request_line = 16 * kKiB;
  std::uint64_t header_block = 64 * kKiB;
  std::size_t header_count = 256;
  std::uint64_t response_header_block = 128 * kKiB;
  std::size_t response_header_count = 512;
  std::uint64_t request_body = 0;    // 0: no limit
  Duration header_timeout = 30s;     // for a whole request head, from its first byte
  Duration keepalive_timeout = 75s;  // an idle client connection
  Duration body_timeout = 60s;       // between two pieces of a request body
  Duration write_timeout = 60s;      // a client that takes no bytes
  std::size_t variants = 64;         // stored variants of one key
  std::uint64_t admin_body = kMiB;
  std::size_t tags_per_response = 1024;
  std::size_t tag_length = 256;  // bytes; longer values are cut
  bool operator==(const LimitsConfig&) const = default;
};

// Parameter names; a trailing * stands for any ending.
struct QueryRule {
  std::vector<std::string> ignore;
  std::optional<std::vector<std::string>> only;  // an empty list: the query counts for nothing
  bool sort = false;
  bool operator==(const QueryRule&) const = default;
};

// The presence of this header (lower case), cookie or query parameter bypasses the cache.
struct BypassCondition {
  enum class Kind { header, cookie, query };
  Kind kind = Kind::header;
  std::string name;
  bool operator==(const BypassCondition&) const = default;
};

enum class Coalesce { node, cluster };

struct CookieRule {
  enum class Kind { bypass, ignore, key };
  Kind kind = Kind::bypass;
  std::vector<std::string>
      names;  // key only: these cookies are keyed, and only these are forwarded
  bool operator==(const CookieRule&) const = default;
};

enum class SetCookie { refuse, strip, store };
enum class RequestCacheControl { ignore, honor };

// One rule of `routes`, with `defaults` already merged in.
struct RouteConfig {
  std::string name;  // unique; where the file gives none: the path, with the methods added if
                     // another rule has that name
  Located<PathPattern> path;
  std::vector<std::string> methods{"GET", "HEAD"};
  std::vector<std::string>
      hosts;  // lower case, IPv6 in brackets; without port: every port; empty: every host
  std::optional<Duration> ttl = Duration{60s};  // nullopt: `ttl: origin`
  std::vector<Located<std::string>>
      tags;                       // templates, already checked (config/template_syntax.hpp)
  std::vector<std::string> vary;  // field names in lower case
  QueryRule query;
  std::vector<BypassCondition> bypass;
  std::optional<Located<std::string>> key;  // a template
  bool override_origin = false;             // `override` in the file
  Coalesce coalesce = Coalesce::node;
  Duration stale_while_revalidate = 0s;
  Duration stale_if_error = 0s;
  std::map<int, Duration> statuses;
  CookieRule cookies;
  SetCookie set_cookie = SetCookie::refuse;
  RequestCacheControl request_cache_control = RequestCacheControl::ignore;
  bool heuristic = false;
  std::optional<std::string>
      client_cache_control;            // nullopt: `keep`; else the field's text for clients
  std::vector<std::string> normalize;  // accept-language, accept-encoding
  std::vector<Located<std::string>> invalidates;  // templates
  Position position;                              // where the rule starts

  bool operator==(const RouteConfig& other) const;  // everything but `position`
};

struct Config {
  std::vector<Endpoint> listen{{"0.0.0.0", 8080}};
  std::size_t threads = 0;  // 0: one per core
  bool pin_threads = false;
  AdminConfig admin;
  UpstreamConfig upstream;
  StoreConfig store;
  LogConfig log;
  LimitsConfig limits;
  Duration drain_timeout = 10s;
  bool cache_status_key = false;
  std::vector<RouteConfig> routes;
  bool operator==(const Config&) const = default;
};

}  // namespace hawkcache::config
