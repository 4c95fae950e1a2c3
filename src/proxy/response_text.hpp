// Responses as they go to clients. The origin's head is cleaned and rendered once; per answer only
// a few fields are added. Pure.
#pragma once

#include "base/clock.hpp"
#include "base/text_writer.hpp"
#include "caching/cache_status.hpp"
#include "http/body_framing.hpp"
#include "http/head.hpp"
#include "http/head_pieces.hpp"
#include "http/range.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hawkcache::proxy {

struct HeadRendering {
  std::span<const std::string> strip;  // lower-case names
  const std::optional<std::string>* client_cache_control =
      nullptr;  // replaces Cache-Control (and drops Expires) where set
  http::Version received = http::Version::http_1_1;  // the message's version, for Via
  WallTime now;                                      // for a missing Date
};

// "HTTP/1.1 200 OK\r\n" and the fields, each with its CRLF, Via included; without hop-by-hop
// fields, Content-Length, Age and X-Cache, which are written per answer, fields for caches
// (Surrogate-Key, Cache-Tag, Cache-Invalidate-Tags), and without the empty line.
std::string render_response_head(int status,
                                 std::string_view reason,
                                 http::FieldsView fields,
                                 const HeadRendering& how);

// A 1xx response's whole head, empty line included, as it goes to clients: the origin's fields
// cleaned in the same way, and Via. No Date, and nothing about the cache, which has no part in it.
std::string render_interim_head(const http::ResponseHead& head);

// Rounded down, as Cache-Status and Age count.
inline std::int64_t whole_seconds(Duration duration) noexcept {
  return std::chrono::floor<std::chrono::seconds>(duration).count();
}

enum class XCache : std::uint8_t { none, hit, miss, bypass };
std::string_view to_string(XCache cache) noexcept;

// Where client_cache_control replaces what the origin said about caching: those field lines, kept
// for later decisions; nullopt where nothing is replaced.
std::optional<std::string> withheld_fields(http::FieldsView fields, const HeadRendering& how);

// How the body goes to this client.
enum class ClientFraming : std::uint8_t { no_body, length, chunked, until_close };

// What is added to a rendered head for one answer.
struct HeadTail {
  ClientFraming framing = ClientFraming::length;
  std::optional<std::uint64_t> content_length;  // also on HEAD and 304, where the length is known
  std::optional<Duration> age;
  XCache x_cache = XCache::none;
  const caching::CacheStatus* cache_status = nullptr;
  http::Version client = http::Version::http_1_1;
  http::Persistence persistence = http::Persistence::keep_alive;
};
// Appends the fields and the empty line.
void append_head_tail(std::string& out, const HeadTail& tail);
void write_head_tail(TextWriter& out, const HeadTail& tail);

// How to frame a body of known or unknown length for this client.
ClientFraming client_framing(std::optional<std::uint64_t> length, http::Version client) noexcept;

// The fields of a rendered head that a 304 carries (RFC 9110 section 15.4.5), appended with a 304
// status line.
void append_not_modified_head(std::string& out, const http::HeadPieces& rendered_head);
void write_not_modified_head(TextWriter& out, const http::HeadPieces& rendered_head);
// The same head for a 206: another status line, no Content-Range (which means nothing on a 200),
// and for several parts no Content-Type, which goes into each part.
enum class PartialHead : std::uint8_t { one_part, multipart };
void append_partial_head(std::string& out, const http::HeadPieces& rendered_head, PartialHead kind);
void write_partial_head(TextWriter& out, const http::HeadPieces& rendered_head, PartialHead kind);
// "Content-Range: bytes 0-9/10", with its CRLF.
void append_content_range(std::string& out, http::ByteRange range, std::uint64_t complete_length);
void write_content_range(TextWriter& out, http::ByteRange range, std::uint64_t complete_length);

// The line of a rendered head's first Content-Type, with its CRLF; empty: none.
std::string_view content_type_line(const http::HeadPieces& rendered_head) noexcept;

// The value of a rendered head's only line of that name; "" where there is none, or several.
std::string_view only_value(const http::HeadPieces& rendered_head, std::string_view name) noexcept;

// A whole answer but for its tail: 416 with the representation's length (RFC 9110 section 15.5.17).
void append_unsatisfiable_head(std::string& text, std::uint64_t length, WallTime now);

}  // namespace hawkcache::proxy
