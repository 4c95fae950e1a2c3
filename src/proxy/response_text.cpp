#include "proxy/response_text.hpp"

#include "base/ascii.hpp"
#include "base/text_writer.hpp"
#include "http/date.hpp"
#include "http/hop_by_hop.hpp"
#include "http/status.hpp"
#include "proxy/field_run.hpp"
#include "proxy/head_lines.hpp"
#include "proxy/local_answer.hpp"

#include <algorithm>

namespace hawkcache::proxy {
namespace {

using http::FieldName;

// With the room that a TextWriter takes ahead.
constexpr std::size_t kRoomForMostHeads = 1024;

bool is_replaced_for_clients(FieldName id) {
  return id == FieldName::cache_control || id == FieldName::expires || id == FieldName::pragma;
}

// Fields for caches, and fields that are written per answer.
bool stays_behind(FieldName id, const HeadRendering& how) {
  switch (id) {
    case FieldName::content_length:
    case FieldName::surrogate_key:
    case FieldName::cache_tag:
    case FieldName::cache_invalidate_tags:
    case FieldName::age:
    case FieldName::x_cache:
      return true;
    default:
      return is_replaced_for_clients(id) && how.client_cache_control && *how.client_cache_control;
  }
}

bool is_stripped(const http::Field& field, const HeadRendering& how) {
  return std::any_of(how.strip.begin(), how.strip.end(), [&](const std::string& name) {
    return ascii::equals_ignoring_case(name, field.name);
  });
}

void append_status_line(TextWriter& out, int status, std::string_view reason) {
  out.text("HTTP/1.1 ");
  out.number(status);
  out.texts(" ", reason.empty() ? http::reason_phrase(status) : reason, "\r\n");
}

void append_origin_fields(TextWriter& out, http::FieldsView fields, const HeadRendering& how) {
  const http::NominatedFields nominated(fields);
  FieldRun run(out);
  for (const http::Field& field : fields) {
    if (stays_behind(field.id, how) || nominated.removes(field)) continue;
    if (!how.strip.empty() && is_stripped(field, how)) continue;
    run.add(field);
  }
}

void write_response_head(std::string& text,
                         int status,
                         std::string_view reason,
                         http::FieldsView fields,
                         const HeadRendering& how) {
  TextWriter out(text);
  append_status_line(out, status, reason);
  append_origin_fields(out, fields, how);
  // RFC 9110 section 6.6.1: a recipient with a clock adds the Date that is missing.
  if (!fields.contains(FieldName::date)) append_field(out, "Date", http::format_date(how.now));
  if (how.client_cache_control && *how.client_cache_control) {
    append_field(out, "Cache-Control", **how.client_cache_control);
  }
  append_field(out, "Via", via_member(how.received));
}

void write_interim_head(std::string& text, const http::ResponseHead& head) {
  TextWriter out(text);
  append_status_line(out, head.status, head.reason);
  // RFC 9110 section 8.6: "A server MUST NOT send a Content-Length header field in any response
  // with a status code of 1xx (Informational)"; RFC 9112 section 6.1 says the same of
  // Transfer-Encoding. Neither passes.
  append_origin_fields(out, head.fields(), {.strip = {}, .client_cache_control = {}, .now = {}});
  append_field(out, "Via", "1.1 hawkcache");
  out.text("\r\n");
}

void append_replaced_fields(std::string& text, http::FieldsView fields) {
  TextWriter out(text);
  for (const http::Field& field : fields) {
    if (is_replaced_for_clients(field.id)) append_field(out, field.name, field.value);
  }
}

}  // namespace

std::string render_response_head(int status,
                                 std::string_view reason,
                                 http::FieldsView fields,
                                 const HeadRendering& how) {
  std::string text;
  text.reserve(kRoomForMostHeads);
  write_response_head(text, status, reason, fields, how);
  return text;
}

std::string render_interim_head(const http::ResponseHead& head) {
  std::string text;
  write_interim_head(text, head);
  return text;
}

std::optional<std::string> withheld_fields(http::FieldsView fields, const HeadRendering& how) {
  if (!how.client_cache_control || !*how.client_cache_control) return std::nullopt;
  std::string lines;
  append_replaced_fields(lines, fields);
  return lines;
}

std::string_view to_string(XCache cache) noexcept {
  switch (cache) {
    case XCache::none:
      return "";
    case XCache::hit:
      return "HIT";
    case XCache::miss:
      return "MISS";
    case XCache::bypass:
      return "BYPASS";
  }
  return "";
}

void append_head_tail(std::string& text, const HeadTail& tail) {
  TextWriter out(text);
  write_head_tail(out, tail);
}

void write_head_tail(TextWriter& out, const HeadTail& tail) {
  if (tail.content_length && tail.framing != ClientFraming::chunked) {
    out.text("Content-Length: ");
    out.number(*tail.content_length);
    out.text("\r\n");
  }
  if (tail.framing == ClientFraming::chunked) out.text("Transfer-Encoding: chunked\r\n");
  if (tail.age) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(*tail.age).count();
    out.text("Age: ");
    out.number(std::clamp<std::int64_t>(seconds, 0, 2147483648));
    out.text("\r\n");
  }
  if (tail.x_cache != XCache::none) {
    out.text("X-Cache: ");
    out.text(to_string(tail.x_cache));
    out.text("\r\n");
  }
  if (tail.cache_status != nullptr) {
    out.text("Cache-Status: ");
    caching::write_cache_status(out, *tail.cache_status);
    out.text("\r\n");
  }
  if (tail.persistence == http::Persistence::close || tail.framing == ClientFraming::until_close) {
    out.text("Connection: close\r\n");
  } else if (tail.client == http::Version::http_1_0) {
    out.text("Connection: keep-alive\r\n");
  }
  out.text("\r\n");
}

ClientFraming client_framing(std::optional<std::uint64_t> length, http::Version client) noexcept {
  if (length) return ClientFraming::length;
  return client == http::Version::http_1_1 ? ClientFraming::chunked : ClientFraming::until_close;
}

void append_not_modified_head(std::string& out, const http::HeadPieces& rendered_head) {
  TextWriter writer(out);
  write_not_modified_head(writer, rendered_head);
}

void write_not_modified_head(TextWriter& out, const http::HeadPieces& rendered_head) {
  out.text("HTTP/1.1 304 Not Modified\r\n");
  write_lines(out, rendered_head, [](std::string_view line) { return belongs_to_304(line); });
}

void append_partial_head(std::string& out,
                         const http::HeadPieces& rendered_head,
                         PartialHead kind) {
  TextWriter writer(out);
  write_partial_head(writer, rendered_head, kind);
}

void write_partial_head(TextWriter& out, const http::HeadPieces& rendered_head, PartialHead kind) {
  out.text("HTTP/1.1 206 Partial Content\r\n");
  http::HeadPieces fields = rendered_head;
  std::string_view& first = fields.common.empty() ? fields.own : fields.common;
  first.remove_prefix(std::min(first.find('\n') + 1, first.size()));
  write_lines(out, fields, [kind](std::string_view line) {
    if (is_named(line, "content-range:")) return false;
    return kind != PartialHead::multipart || !is_named(line, "content-type:");
  });
}

void write_content_range(TextWriter& out, http::ByteRange range, std::uint64_t complete_length) {
  out.text("Content-Range: bytes ");
  out.number(range.first);
  out.text("-");
  out.number(range.last);
  out.text("/");
  out.number(complete_length);
  out.text("\r\n");
}

void append_content_range(std::string& out, http::ByteRange range, std::uint64_t complete_length) {
  TextWriter writer(out);
  write_content_range(writer, range, complete_length);
}

std::string_view content_type_line(const http::HeadPieces& rendered_head) noexcept {
  std::string_view found;
  for_each_line(rendered_head, [&](std::string_view line) {
    if (found.empty() && is_named(line, "content-type:")) found = line;
  });
  return found;
}

std::string_view only_value(const http::HeadPieces& rendered_head, std::string_view name) noexcept {
  std::string_view found;
  std::size_t lines = 0;
  for_each_line(rendered_head, [&](std::string_view line) {
    const bool named = line.size() > name.size() && line[name.size()] == ':' &&
                       ascii::equals_ignoring_case(line.substr(0, name.size()), name);
    if (!named) return;
    ++lines;
    line.remove_prefix(name.size() + 1);
    line.remove_suffix(2);
    found = ascii::trim(line);
  });
  return lines == 1 ? found : std::string_view();
}

void append_unsatisfiable_head(std::string& text, std::uint64_t length, WallTime now) {
  TextWriter out(text);
  out.text("HTTP/1.1 416 Range Not Satisfiable\r\nContent-Range: bytes */");
  out.number(length);
  out.text("\r\n");
  append_field(out, "Date", http::format_date(now));
  append_field(out, "Via", "1.1 hawkcache");
}

}  // namespace hawkcache::proxy
