#include "proxy/local_answer.hpp"

#include "base/ascii.hpp"
#include "http/date.hpp"
#include "http/problem.hpp"
#include "proxy/response_text.hpp"

#include <fmt/format.h>

namespace hawkcache::proxy {
namespace {

using http::FieldName;

constexpr std::string_view kAllow = "Allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n";

// RFC 9110 section 7.6.2: "the recipient MUST NOT forward the message; instead, it MUST respond as
// the final recipient"
bool ends_here(const http::RequestHead& request) {
  if (request.method != http::Method::trace && request.method != http::Method::options) {
    return false;
  }
  const auto value = request.fields().value(FieldName::max_forwards);
  return value && ascii::parse_digits(*value) == 0U;
}

// Via = #( received-protocol RWS received-by [ RWS comment ] )
bool is_visit(std::string_view via) {
  const std::size_t blank = via.find_first_of(" \t");
  if (blank == via.npos) return false;
  const std::string_view received_by = ascii::trim(via.substr(blank));
  return ascii::equals_ignoring_case(received_by.substr(0, received_by.find_first_of(" \t")),
                                     "hawkcache");
}

// RFC 9110 section 7.6: "An intermediary MUST NOT forward a message to itself unless it is
// protected from an infinite request loop."
bool goes_round(http::FieldsView request, std::string_view own_loop_member) {
  bool own = false;
  request.for_each(FieldName::cdn_loop, [&](std::string_view line) {
    ascii::ListReader members(line);
    while (const auto member = members.next()) own |= *member == own_loop_member;
  });
  std::size_t visits = 0;
  request.for_each(FieldName::via, [&](std::string_view line) {
    ascii::ListReader members(line);
    while (const auto member = members.next()) visits += is_visit(*member) ? 1U : 0U;
  });
  return own || visits >= kMaxVisits;
}

std::string render_allowed_methods(const http::RequestHead& request,
                                   http::Persistence persistence,
                                   WallTime now) {
  std::string text =
      fmt::format("HTTP/1.1 200 OK\r\nDate: {}\r\n{}", http::format_date(now), kAllow);
  append_head_tail(text,
                   {.framing = ClientFraming::length,
                    .content_length = 0,
                    .age = std::nullopt,
                    .x_cache = XCache::none,
                    .cache_status = nullptr,
                    .client = request.version,
                    .persistence = persistence});
  return text;
}

}  // namespace

std::string_view via_member(http::Version received) noexcept {
  return received == http::Version::http_1_0 ? "1.0 hawkcache" : "1.1 hawkcache";
}

std::string loop_member(std::uint64_t random) {
  return fmt::format("hawkcache; id={:016x}", random);
}

LocalAnswer local_answer_for(const http::RequestHead& request, std::string_view own_loop_member) {
  if (ends_here(request)) {
    return request.method == http::Method::options ? LocalAnswer::allowed_methods
                                                   : LocalAnswer::no_trace;
  }
  return goes_round(request.fields(), own_loop_member) ? LocalAnswer::loop : LocalAnswer::none;
}

int status_of(LocalAnswer answer) noexcept {
  switch (answer) {
    case LocalAnswer::none:
      return 0;
    case LocalAnswer::allowed_methods:
      return 200;
    case LocalAnswer::no_trace:
      return 405;
    case LocalAnswer::loop:
      return 508;
  }
  return 500;
}

std::string render_local_answer(LocalAnswer answer,
                                const http::RequestHead& request,
                                http::Persistence persistence,
                                WallTime now) {
  if (answer == LocalAnswer::allowed_methods) {
    return render_allowed_methods(request, persistence, now);
  }
  const bool loop = answer == LocalAnswer::loop;
  return http::render_problem(
      {.status = status_of(answer),
       .detail = loop ? "The request has come back to this server: its upstream leads to itself."
                      : "This server does not echo requests.",
       // RFC 9110 section 15.5.6: "The origin server MUST generate an Allow header field"
       .extra_fields = loop ? std::string_view() : kAllow,
       .now = now},
      request.method,
      persistence);
}

}  // namespace hawkcache::proxy
