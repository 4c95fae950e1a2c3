// The field names that hawkcache knows, as one table: enumerator and spelling. Everything else is
// FieldName::unknown and keeps its text. Lookups ignore case.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace hawkcache::http {

// X(enumerator, "Spelling")
#define HAWKCACHE_FIELD_NAMES(X)                            \
  X(accept, "Accept")                                       \
  X(accept_encoding, "Accept-Encoding")                     \
  X(accept_language, "Accept-Language")                     \
  X(accept_ranges, "Accept-Ranges")                         \
  X(age, "Age")                                             \
  X(allow, "Allow")                                         \
  X(authorization, "Authorization")                         \
  X(cache_control, "Cache-Control")                         \
  X(cache_group_invalidation, "Cache-Group-Invalidation")   \
  X(cache_groups, "Cache-Groups")                           \
  X(cache_invalidate_tags, "Cache-Invalidate-Tags")         \
  X(cache_status, "Cache-Status")                           \
  X(cache_tag, "Cache-Tag")                                 \
  X(cdn_cache_control, "CDN-Cache-Control")                 \
  X(cdn_loop, "CDN-Loop")                                   \
  X(connection, "Connection")                               \
  X(content_encoding, "Content-Encoding")                   \
  X(content_language, "Content-Language")                   \
  X(content_length, "Content-Length")                       \
  X(content_location, "Content-Location")                   \
  X(content_range, "Content-Range")                         \
  X(content_type, "Content-Type")                           \
  X(cookie, "Cookie")                                       \
  X(date, "Date")                                           \
  X(etag, "ETag")                                           \
  X(expect, "Expect")                                       \
  X(expires, "Expires")                                     \
  X(fastly_soft_purge, "Fastly-Soft-Purge")                 \
  X(forwarded, "Forwarded")                                 \
  X(host, "Host")                                           \
  X(http2_settings, "HTTP2-Settings")                       \
  X(if_match, "If-Match")                                   \
  X(if_modified_since, "If-Modified-Since")                 \
  X(if_none_match, "If-None-Match")                         \
  X(if_range, "If-Range")                                   \
  X(if_unmodified_since, "If-Unmodified-Since")             \
  X(keep_alive, "Keep-Alive")                               \
  X(last_modified, "Last-Modified")                         \
  X(location, "Location")                                   \
  X(max_forwards, "Max-Forwards")                           \
  X(origin, "Origin")                                       \
  X(pragma, "Pragma")                                       \
  X(proxy_authenticate, "Proxy-Authenticate")               \
  X(proxy_authentication_info, "Proxy-Authentication-Info") \
  X(proxy_authorization, "Proxy-Authorization")             \
  X(proxy_connection, "Proxy-Connection")                   \
  X(range, "Range")                                         \
  X(retry_after, "Retry-After")                             \
  X(server, "Server")                                       \
  X(set_cookie, "Set-Cookie")                               \
  X(surrogate_control, "Surrogate-Control")                 \
  X(surrogate_key, "Surrogate-Key")                         \
  X(te, "TE")                                               \
  X(trailer, "Trailer")                                     \
  X(transfer_encoding, "Transfer-Encoding")                 \
  X(upgrade, "Upgrade")                                     \
  X(user_agent, "User-Agent")                               \
  X(vary, "Vary")                                           \
  X(via, "Via")                                             \
  X(warning, "Warning")                                     \
  X(x_cache, "X-Cache")                                     \
  X(x_forwarded_for, "X-Forwarded-For")                     \
  X(x_forwarded_host, "X-Forwarded-Host")                   \
  X(x_forwarded_proto, "X-Forwarded-Proto")                 \
  X(x_request_id, "X-Request-Id")

enum class FieldName : std::uint8_t {
  unknown,
#define X(enumerator, text) enumerator,
  HAWKCACHE_FIELD_NAMES(X)
#undef X
};
inline constexpr std::size_t kFieldNameCount = 1  // unknown
#define X(enumerator, text) +1
    HAWKCACHE_FIELD_NAMES(X)
#undef X
    ;

FieldName parse_field_name(std::string_view text) noexcept;
// The canonical spelling; "" for unknown.
std::string_view to_string(FieldName name) noexcept;

}  // namespace hawkcache::http
