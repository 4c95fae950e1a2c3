#include "config/config.hpp"

#include <tuple>

#include <fmt/format.h>

namespace hawkcache::config {

std::string to_string(const Endpoint& endpoint) {
  const bool ipv6 = endpoint.host.find(':') != std::string::npos;
  return ipv6 ? fmt::format("[{}]:{}", endpoint.host, endpoint.port)
              : fmt::format("{}:{}", endpoint.host, endpoint.port);
}

std::string_view name_of(StoreBackend backend) {
  switch (backend) {
    case StoreBackend::memory:
      return "memory";
    case StoreBackend::redis:
      return "redis";
    case StoreBackend::tiered:
      return "tiered";
  }
  return "";
}

bool RouteConfig::operator==(const RouteConfig& other) const {
  const auto fields = [](const RouteConfig& r) {
    return std::tie(r.name,
                    r.path,
                    r.methods,
                    r.hosts,
                    r.ttl,
                    r.tags,
                    r.vary,
                    r.query,
                    r.bypass,
                    r.key,
                    r.override_origin,
                    r.coalesce,
                    r.stale_while_revalidate,
                    r.stale_if_error,
                    r.statuses,
                    r.cookies,
                    r.set_cookie,
                    r.request_cache_control,
                    r.heuristic,
                    r.client_cache_control,
                    r.normalize,
                    r.invalidates);
  };
  return fields(*this) == fields(other);
}

}  // namespace hawkcache::config
