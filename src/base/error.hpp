// The error codes of hawkcache's own making, as a boost::system category, so that they travel in
// Result<T> beside the system's codes. One table: enumerator and text, for logs, Cache-Status
// details and what clients are told.
#pragma once

#include <boost/system/error_code.hpp>

namespace hawkcache {

// X(enumerator, text) ... M(enumerator, text): a response of the upstream that breaks RFC 9112, or
// a limit. Limits are named as the configuration spells them.
#define HAWKCACHE_ERRORS(X, M)                                                                    \
  X(client_gone, "client gone")                                                                   \
  X(client_timeout, "client too slow")                                                            \
  X(body_malformed, "the request's body breaks the chunked coding")                               \
  X(body_truncated, "truncated body")                                                             \
  X(body_too_large, "the request's body is larger than limits.request_body")                      \
  X(upstream_refused, "no connection to the upstream")                                            \
  X(upstream_unresolved, "no address was found for the upstream's name")                          \
  X(upstream_no_socket, "no socket for a connection to the upstream: descriptors are short")      \
  X(upstream_connect_timeout,                                                                     \
    "connecting to the upstream took longer than upstream.connect_timeout")                       \
  X(upstream_timeout,                                                                             \
    "the upstream was silent for longer than upstream.response_timeout or idle_timeout")          \
  X(upstream_closed, "the upstream closed before its response was whole")                         \
  M(upstream_bad_status_line,                                                                     \
    "the upstream's response has no status line of HTTP/1.1 or HTTP/1.0")                         \
  M(upstream_control_byte,                                                                        \
    "the upstream's response has a control byte in its head, or a CR or LF by itself")            \
  M(upstream_folded_line, "the upstream's response has a folded field line")                      \
  M(upstream_bad_field_line, "the upstream's response has a line in its head that is no field")   \
  M(upstream_long_status_line, "the upstream's response has a status line of more than 16 KiB")   \
  M(upstream_large_head, "the upstream's response head exceeds limits.response_header_block")     \
  M(upstream_many_fields, "the upstream's response head exceeds limits.response_header_count")    \
  M(upstream_bad_length, "the upstream's Content-Length is no plain number")                      \
  M(upstream_differing_lengths, "the upstream's Content-Length has two values that differ")       \
  M(upstream_length_and_coding,                                                                   \
    "the upstream's response has both Content-Length and Transfer-Encoding")                      \
  M(upstream_bad_coding, "the upstream's Transfer-Encoding is not chunked")                       \
  M(upstream_bad_chunk, "the upstream's response breaks the chunked coding")                      \
  M(upstream_surplus, "the upstream's response is longer than its Content-Length")                \
  M(upstream_switched, "the upstream switched protocols (101), which nobody asked for")           \
  M(upstream_interim_flood, "the upstream sent too many interim responses (1xx)")                 \
  M(upstream_unasked_answer, "the upstream answered 206 or 304 to a request that is for neither") \
  X(store_unavailable, "the store is unavailable")                                                \
  X(store_timeout, "the store did not answer in time")                                            \
  X(store_overloaded, "too much waits for the store")                                             \
  X(store_protocol, "the store's answer makes no sense")

enum class Errc {
  none,
#define X(enumerator, text) enumerator,
  HAWKCACHE_ERRORS(X, X)
#undef X
};

// The fixed text of a code.
const boost::system::error_category& hawkcache_category() noexcept;

inline boost::system::error_code make_error_code(Errc code) noexcept {
  return {static_cast<int>(code), hawkcache_category()};
}

// Whether it says that an upstream's response breaks HTTP, or a limit.
bool is_malformed_response(const boost::system::error_code& error) noexcept;

}  // namespace hawkcache

template <>
struct boost::system::is_error_code_enum<hawkcache::Errc> : std::true_type {};
