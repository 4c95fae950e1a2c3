#include "server/settings.hpp"

#include "server/compile_routes.hpp"

#include <algorithm>

namespace hawkcache::server {
namespace {

store::Eviction to_store(config::Eviction eviction) {
  switch (eviction) {
    case config::Eviction::s3fifo:
      return store::Eviction::s3fifo;
    case config::Eviction::sieve:
      return store::Eviction::sieve;
    case config::Eviction::lru:
      return store::Eviction::lru;
  }
  return store::Eviction::s3fifo;
}

redis::Settings::Kind to_redis(config::RedisUrl::Kind kind) {
  using From = config::RedisUrl::Kind;
  using To = redis::Settings::Kind;
  switch (kind) {
    case From::tcp:
      return To::tcp;
    case From::tls:
      return To::tls;
    case From::unix_socket:
      return To::unix_socket;
    case From::sentinel:
      return To::sentinel;
    case From::cluster:
      return To::cluster;
  }
  return To::tcp;
}

}  // namespace

std::vector<net::ListenAddress> listen_addresses(const config::Config& config) {
  std::vector<net::ListenAddress> addresses;
  for (const config::Endpoint& endpoint : config.listen) {
    const bool has_ipv4_twin =
        std::any_of(config.listen.begin(), config.listen.end(), [&](const auto& other) {
          return other.port == endpoint.port && other.host == "0.0.0.0";
        });
    addresses.push_back({.host = endpoint.host, .port = endpoint.port, .v6_only = has_ipv4_twin});
  }
  return addresses;
}

net::ConnectionSettings client_settings(const config::Config& config) {
  const config::LimitsConfig& limits = config.limits;
  return {.limits = {.start_line = limits.request_line,
                     .header_block = limits.header_block,
                     .field_count = limits.header_count},
          .header_timeout = limits.header_timeout,
          .keepalive_timeout = limits.keepalive_timeout,
          .body_timeout = limits.body_timeout,
          .write_timeout = limits.write_timeout,
          .max_body = limits.request_body};
}

net::ConnectionSettings admin_connection_settings(const config::Config& config) {
  net::ConnectionSettings settings = client_settings(config);
  settings.max_body = 0;  // the admin handler has a limit of its own, checked after the token
  return settings;
}

net::UpstreamSettings upstream_settings(const config::Config& config) {
  net::UpstreamSettings settings;
  for (const config::UpstreamServer& server : config.upstream.servers) {
    settings.servers.push_back({server.endpoint.host, server.endpoint.port});
  }
  settings.connect_timeout = config.upstream.connect_timeout;
  settings.response_timeout = config.upstream.response_timeout;
  settings.idle_timeout = config.upstream.idle_timeout;
  settings.keepalive_timeout = config.upstream.keepalive;
  settings.max_idle = config.upstream.max_idle;
  settings.fail_timeout = config.upstream.fail_timeout;
  settings.limits.header_block = config.limits.response_header_block;
  settings.limits.field_count = config.limits.response_header_count;
  return settings;
}

store::MemoryStoreSettings memory_settings(const config::Config& config) {
  const config::MemoryConfig& memory = config.store.memory;
  return {.max_size = memory.max_size,
          .max_entries = memory.max_entries,
          .max_object = memory.max_object,
          .max_variants = config.limits.variants,
          .eviction = to_store(memory.eviction),
          .shards = 0};
}

redis::Settings redis_settings(const config::Config& config) {
  const config::RedisConfig& redis = config.store.redis;
  const config::RedisUrl& url = *redis.url;
  redis::Settings settings;
  settings.kind = to_redis(url.kind);
  for (const config::Endpoint& node : url.nodes) settings.nodes.push_back({node.host, node.port});
  settings.socket_path = url.socket_path;
  settings.master_name = url.master_name;
  settings.user = url.user;
  settings.password = url.password;
  settings.database = url.database;
  settings.timeout = redis.timeout;
  // A connection is not given up while a caller still waits for what it carries.
  settings.stall_timeout = std::max(settings.stall_timeout, 2 * redis.timeout);
  return settings;
}

shared_store::RedisStoreSettings redis_store_settings(const config::Config& config) {
  shared_store::RedisStoreSettings settings;
  settings.connection = redis_settings(config);
  settings.prefix = config.store.redis.prefix;
  settings.max_object = config.store.memory.max_object;
  settings.max_variants = config.limits.variants;
  settings.when_unavailable = config.store.redis.on_failure == config::RedisFailure::stale_only
                                  ? store::WhenUnavailable::protect_origin
                                  : store::WhenUnavailable::ask_origin;
  return settings;
}

std::shared_ptr<const admin::AdminSettings> admin_settings(const config::Config& config) {
  return std::make_shared<const admin::AdminSettings>(
      admin::AdminSettings{.token = config.admin.token, .max_body = config.limits.admin_body});
}

std::shared_ptr<const proxy::Snapshot> make_snapshot(const config::Config& config,
                                                     observe::Counters& counters) {
  auto snapshot = std::make_shared<proxy::Snapshot>();
  std::vector<proxy::Route> routes = compile_routes(config);
  for (const proxy::Route& route : routes) {
    snapshot->route_counters.push_back(counters.route(route.name));
  }
  snapshot->router = std::make_shared<const proxy::Router>(std::move(routes));
  snapshot->cache_status_key = config.cache_status_key ? proxy::ShowKey::yes : proxy::ShowKey::no;
  snapshot->tag_limits = {.per_response = config.limits.tags_per_response,
                          .length = config.limits.tag_length};
  snapshot->upstream_authority = config::to_string(config.upstream.servers.front().endpoint);
  return snapshot;
}

std::size_t connection_limit(const config::Config& config, std::size_t descriptor_limit) {
  if (config.limits.max_connections != 0) return config.limits.max_connections;
  // Each client may need an upstream connection beside its own; the rest is for listeners, logs and
  // the admin.
  const std::size_t reserved = std::max<std::size_t>(32, descriptor_limit / 4);
  return std::max<std::size_t>(8, descriptor_limit - std::min(descriptor_limit, reserved));
}

std::size_t admin_connection_limit(std::size_t descriptor_limit) {
  return std::clamp<std::size_t>(descriptor_limit / 16, 256, 1024);
}

std::shared_ptr<observe::AccessLog> make_access_log(const config::Config& config,
                                                    std::string& error) {
  if (config.log.access.kind == config::AccessLog::Kind::off) return nullptr;
  const bool json = config.log.format == log::Format::json;
  return observe::open_access_log(
      config.log.access.kind == config::AccessLog::Kind::file ? config.log.access.path : "stdout",
      json ? observe::AccessLog::Format::json : observe::AccessLog::Format::text,
      error);
}

}  // namespace hawkcache::server
