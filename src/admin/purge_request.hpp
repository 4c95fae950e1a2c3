// What a purge request on the admin listener asks for, or why it asks for nothing that could be
// done. What is named several times is asked for once. Strict, because a purge that was misread is
// worse than one that was refused: whatever is unclear purges nothing. Pure; any thread.
#pragma once

#include "http/fields.hpp"
#include "http/target.hpp"
#include "store/purge.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace hawkcache::admin {

struct PurgeRefusal {
  int status = 400;
  std::string detail;  // the place and the remedy
};
using PurgeDecision = std::variant<store::PurgeRequest, PurgeRefusal>;

// Whether a body of POST /v1/purge or /v1/explain may be read at all: 415 unless it is
// application/json, not encoded.
std::variant<std::monostate, PurgeRefusal> check_json_body_type(http::FieldsView fields);

// POST /v1/purge: the JSON object of the body (empty: no body, legal beside Surrogate-Key), with
// the tags of a Surrogate-Key field added and `Fastly-Soft-Purge: 1` obeyed. The target must have
// no query.
PurgeDecision parse_purge_post(http::FieldsView fields,
                               const http::Target& target,
                               std::string_view body);

// PURGE: the tags of Surrogate-Key, or else the request's target: that path on every host, in
// absolute form on one.
PurgeDecision parse_purge_method(http::FieldsView fields,
                                 std::string_view request_target,
                                 std::string_view body);

// A URL ("/" where it has no path) or a prefix: absolute (http, https), or beginning with "/" for
// every host. On failure a text that continues a sentence: "must be ...".
enum class UrlKind : std::uint8_t { url, prefix };
std::variant<store::UrlScope, std::string> parse_url_scope(std::string_view text, UrlKind kind);

}  // namespace hawkcache::admin
