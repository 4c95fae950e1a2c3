// The error codes of hawkcache's own making, as a boost::system category, so that they travel in
// Result<T> beside the system's codes.
#pragma once

#include <boost/system/error_code.hpp>

namespace hawkcache {

enum class Errc {
  client_gone = 1,   // the client closed or reset its connection
  client_timeout,    // the client was too slow
  body_malformed,    // a chunked body breaks RFC 9112 section 7.1
  body_truncated,    // the peer closed before the body was whole
  body_too_large,    // a body exceeds its limit
  upstream_refused,  // no connection to any upstream server
  upstream_connect_timeout,
  upstream_timeout,       // connected, but no response head within response_timeout
  upstream_malformed,     // the upstream's response breaks RFC 9112
  upstream_closed,        // the upstream closed before its response was whole
  upstream_reset_unused,  // a kept connection was closed before it answered anything: safe to try
                          // again when idempotent
  shutting_down,
  store_unavailable,  // the store could not be reached, or could not take it
  store_timeout,      // it did not answer in time
  store_overloaded,   // too much waits for it already
  store_protocol,     // what it answered makes no sense
};

// The fixed text of a code, for logs and Cache-Status details.
const boost::system::error_category& hawkcache_category() noexcept;

inline boost::system::error_code make_error_code(Errc code) noexcept {
  return {static_cast<int>(code), hawkcache_category()};
}

}  // namespace hawkcache

template <>
struct boost::system::is_error_code_enum<hawkcache::Errc> : std::true_type {};
