// The cache key: a text in which no value can forge another, and its 128-bit hash. Whoever looks up
// by the hash compares the text too.
//
//   key      = ( uri / template ) *part
//   uri      = "u" scheme NUL authority NUL path NUL [ "q" query NUL ]
//   template = "t" *( "l" literal NUL / "v" value NUL / "s" digest NUL / "a" )
//   part     = "p" kind name NUL ( "=" value NUL / "#" digest NUL / "-" )
//
// Every text ends in a NUL that it cannot contain (NUL and 0x01 are written as two other bytes), so
// the whole reads in one way only: an absent query differs from an empty one, and `{a}:{b}` with
// "x:y" and "z" from the same with "x" and "y:z". Credentials are written as digests, never in
// clear.
//
// All functions append; the caller keeps `out` from request to request, so that nothing allocates.
#pragma once

#include "base/hash.hpp"
#include "http/fields.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace hawkcache::caching {

// A key as looked up: views into the caller's scratch.
struct KeyView {
  std::string_view text;
  Hash128 hash;
};

inline KeyView make_key(std::string_view text) noexcept { return {text, hash128(text)}; }

// The default key. Further parts follow in a fixed order (proxy/request_plan).
void append_key_uri(std::string& out,
                    std::string_view scheme,
                    std::string_view authority,
                    std::string_view path,
                    std::optional<std::string_view> query);

// A rule's `key:` template instead of the URI: begin, then its pieces in order.
void begin_key_template(std::string& out);
void append_key_literal(std::string& out, std::string_view text);
// A placeholder's value; one that is a credential ({header.authorization}, {cookie.NAME}; see
// is_credential in caching/vary); one that the request does not have.
void append_key_value(std::string& out, std::string_view value);
void append_key_secret(std::string& out, std::string_view value);
void append_key_absent(std::string& out);

// Kinds of further parts.
inline constexpr char kFieldPart = 'f';    // a selecting header field (caching/vary)
inline constexpr char kCookiePart = 'c';   // a keyed cookie: its value is written as a digest
inline constexpr char kContentPart = 'b';  // of a QUERY: its method, its content, what that means
// A named part; nullopt: absent.
void append_key_part(std::string& out,
                     char kind,
                     std::string_view name,
                     std::optional<std::string_view> value);
// The same with the value's digest in its place.
void append_secret_key_part(std::string& out,
                            char kind,
                            std::string_view name,
                            std::string_view value);

// What sets the key of a QUERY apart from that of a GET, in two steps: its method and the fields
// that say what its content means; and the content itself, as a digest.
void append_query_metadata(std::string& out, http::FieldsView fields);
void append_query_content(std::string& out, std::string_view content);

// The first part of a text that consists of parts alone (a secondary key), which is taken off it.
std::string_view take_key_part(std::string_view& parts) noexcept;

// For logs, Cache-Status and explain: printable ASCII, other bytes as %XX. A template's literals
// and values stand plainly; "-" is an absent value, "#..." a digest; parts follow after a blank
// each:
//   http://api.example.com/users?page=2 accept-language=de cookie:session=#9f86d081884c7d65...
std::string printable_key(std::string_view text);

}  // namespace hawkcache::caching
