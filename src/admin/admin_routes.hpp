// What there is on the admin listener: paths and their methods, compared exactly as spelled. Pure;
// any thread.
#pragma once

#include "http/head.hpp"
#include "http/target.hpp"

#include <cstdint>
#include <string_view>

namespace hawkcache::admin {

enum class Endpoint : std::uint8_t {
  front_page,
  healthz,
  readyz,
  metrics,
  stats,
  routes,
  explain,
  purge,
  reload,
  schema,
  purge_by_method,  // PURGE /path, PURGE http://host/path
};

struct AdminRoute {
  enum class Kind : std::uint8_t { found, not_found, method_not_allowed } kind = Kind::not_found;
  Endpoint endpoint = Endpoint::front_page;
  std::string_view allow;  // for method_not_allowed: the value of Allow
};

AdminRoute route_admin_request(const http::RequestHead& head, const http::Target& target) noexcept;

// /healthz and /readyz by GET or HEAD: open to everybody, and telling nothing but their state.
bool is_open_to_all(const AdminRoute& route) noexcept;

}  // namespace hawkcache::admin
