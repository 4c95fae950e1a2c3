// Every "no" has a name. One table: enumerator, the stable text (Cache-Status detail, logs, metric
// labels, explain), one line of explanation (docs/caching.md lists them; a test compares).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace hawkcache::caching {

// X(enumerator, "stable-text", "explanation")
#define HAWKCACHE_REASONS(X)                                                                       \
  X(none, "none", "nothing stood in the way")                                                      \
  /* why a request does not use the cache */                                                       \
  X(no_route, "no-route", "no rule matches host, path and method")                                 \
  X(path_hazard,                                                                                   \
    "path-hazard",                                                                                 \
    "the path has dot segments, empty segments, encoded slashes or control bytes")                 \
  X(method,                                                                                        \
    "method",                                                                                      \
    "only GET, HEAD and, under request_cache_control: honor, QUERY are answered from the store")   \
  X(bypass_header, "bypass-header", "the rule's bypass names a header field that the request has") \
  X(bypass_cookie, "bypass-cookie", "the rule's bypass names a cookie that the request has")       \
  X(bypass_query,                                                                                  \
    "bypass-query",                                                                                \
    "the rule's bypass names a query parameter that the request has")                              \
  X(cookie, "cookie", "the request has a Cookie and the rule neither ignores nor keys cookies")    \
  X(request_body, "request-body", "a GET or HEAD with a body is not shared")                       \
  X(query_content,                                                                                 \
    "query-content",                                                                               \
    "the content of a QUERY is larger than what a key is made from (64 KiB)")                      \
  X(nominated_field,                                                                               \
    "nominated-field",                                                                             \
    "Connection names a field that the key or a variant may depend on")                            \
  X(known_uncacheable,                                                                             \
    "known-uncacheable",                                                                           \
    "an answer for this key was lately found not to be storable")                                  \
  /* why a response is not stored */                                                               \
  X(no_store, "no-store", "Cache-Control: no-store")                                               \
  X(private_response, "private", "Cache-Control: private")                                         \
  X(authorization,                                                                                 \
    "authorization",                                                                               \
    "the request has Authorization and the origin does not allow sharing")                         \
  X(set_cookie, "set-cookie", "the response sets a cookie")                                        \
  X(vary_star, "vary-star", "Vary: *")                                                             \
  X(status, "status", "a response of this status is not stored without an explicit lifetime")      \
  X(partial, "partial", "an answer to one client's range or condition (206, 304, 412, 416)")       \
  X(no_lifetime, "no-lifetime", "neither the origin nor the rule gives a lifetime")                \
  X(already_stale,                                                                                 \
    "already-stale",                                                                               \
    "the response was stale when it arrived and has no way to be validated or served stale")       \
  X(too_large, "too-large", "the body is larger than max_object")                                  \
  X(in_flight_limit,                                                                               \
    "in-flight-limit",                                                                             \
    "the bodies that are being fetched take all the memory that is for them")                      \
  X(too_many_tags, "too-many-tags", "the origin names more tags, or longer ones, than are kept")   \
  X(purged_meanwhile, "purged-meanwhile", "a purge overtook the fetch")                            \
  X(must_understand, "must-understand", "must-understand on a status that is not understood")      \
  X(head_request, "head-request", "the answer to a HEAD has no body to store")                     \
  /* why a stored response is not reused as it is */                                               \
  X(uri_miss, "uri-miss", "nothing is stored under the key")                                       \
  X(vary_miss, "vary-miss", "something is stored, but no variant for these request fields")        \
  X(stale, "stale", "what is stored is stale")                                                     \
  X(no_cache, "no-cache", "what is stored must be validated first")                                \
  X(request_no_cache, "request-no-cache", "the client asked for validation or a fresher answer")   \
  X(request_no_store, "request-no-store", "the client asked not to store")                         \
  X(only_if_cached, "only-if-cached", "the client wanted an answer from the store only")           \
  X(rule_changed, "rule-changed", "it was stored under another version of the rule")               \
  X(partial_miss,                                                                                  \
    "partial-miss",                                                                                \
    "of what is stored only parts are there, and others were asked for")                           \
  /* why a stale response is served all the same */                                                \
  X(stale_while_revalidate,                                                                        \
    "stale-while-revalidate",                                                                      \
    "served stale while it is refreshed in the background")                                        \
  X(stale_if_error, "stale-if-error", "served stale because the origin failed")                    \
  X(max_stale, "max-stale", "served stale because the client accepts it")                          \
  X(store_unavailable,                                                                             \
    "store-unavailable",                                                                           \
    "the shared store is not in use: nothing is stored, or the origin is spared")

enum class Reason : std::uint8_t {
#define X(enumerator, text, explanation) enumerator,
  HAWKCACHE_REASONS(X)
#undef X
};

struct ReasonText {
  Reason reason;
  std::string_view text;
  std::string_view explanation;
};

std::string_view to_string(Reason reason) noexcept;
std::span<const ReasonText> all_reasons() noexcept;

}  // namespace hawkcache::caching
