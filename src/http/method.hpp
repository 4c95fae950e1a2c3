// Request methods (RFC 9110 section 9). Names are case-sensitive: "get" is not GET, but an unknown
// method.
#pragma once

#include <cstdint>
#include <string_view>

namespace hawkcache::http {

enum class Method : std::uint8_t {
  unknown,
  get,
  head,
  post,
  put,
  delete_,
  connect,
  options,
  trace,
  patch,
  query,  // RFC 10008
};

Method parse_method(std::string_view text) noexcept;
// The name; "" for unknown.
std::string_view to_string(Method method) noexcept;
// RFC 9110 section 9.2.1. Unknown methods are not safe.
bool is_safe(Method method) noexcept;
// RFC 9110 section 9.2.2. Unknown methods are not idempotent.
bool is_idempotent(Method method) noexcept;

}  // namespace hawkcache::http
