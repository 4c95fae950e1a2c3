#include "proxy/forwarded_request.hpp"

#include "base/ascii.hpp"
#include "base/text_writer.hpp"
#include "caching/vary.hpp"
#include "http/hop_by_hop.hpp"
#include "proxy/field_run.hpp"
#include "proxy/local_answer.hpp"
#include "proxy/request_plan.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include <fmt/format.h>

namespace hawkcache::proxy {
namespace {

using http::FieldName;

// Fields that are written anew, below.
bool is_ours(FieldName id) {
  switch (id) {
    case FieldName::cdn_loop:
    case FieldName::host:
    case FieldName::content_length:
    case FieldName::expect:
    case FieldName::via:
    case FieldName::x_forwarded_for:
    case FieldName::x_forwarded_proto:
    case FieldName::x_forwarded_host:
      return true;
    default:
      return false;
  }
}

bool is_cache_directive(FieldName id) {
  return id == FieldName::cache_control || id == FieldName::pragma;
}

bool is_normalized(const ForwardedRequest& request, const http::Field& field) {
  return std::any_of(request.normalize.begin(), request.normalize.end(), [&](const auto& name) {
    return ascii::equals_ignoring_case(name, field.name);
  });
}

bool is_condition(FieldName id) {
  return std::find(kConditions.begin(), kConditions.end(), id) != kConditions.end();
}

bool passes_condition(ClientConditions conditions, FieldName id) {
  if (conditions == ClientConditions::forward || !is_condition(id)) return true;
  return conditions == ClientConditions::ranges &&
         (id == FieldName::range || id == FieldName::if_range);
}

bool stays_behind(const http::Field& field,
                  const ForwardedRequest& request,
                  const http::NominatedFields& nominated) {
  if (is_ours(field.id) || nominated.removes(field)) return true;
  if (!passes_condition(request.conditions, field.id)) return true;
  if (request.directives == ClientDirectives::omit && is_cache_directive(field.id)) return true;
  if (request.cookie && field.id == FieldName::cookie) return true;
  return field.id == FieldName::max_forwards || is_normalized(request, field);
}

// Names that stays_behind() lets pass whatever is asked for, but for what the request nominates or
// the rule normalizes: most of a request's fields have one of them, or an unknown one.
const std::array<bool, http::kFieldNameCount>& always_pass() {
  static const auto table = [] {
    ForwardedRequest strictest;
    strictest.conditions = ClientConditions::omit;
    strictest.directives = ClientDirectives::omit;
    strictest.cookie.emplace();
    const http::NominatedFields none{http::FieldsView()};
    std::array<bool, http::kFieldNameCount> passes{};
    for (std::size_t number = 0; number < passes.size(); ++number) {
      http::Field field;
      field.id = static_cast<FieldName>(number);
      passes[number] = !stays_behind(field, strictest, none);
    }
    return passes;
  }();
  return table;
}

void append_client_fields(TextWriter& out, const ForwardedRequest& request) {
  const http::NominatedFields nominated(request.head->fields());
  const bool by_id = nominated.empty() && request.normalize.empty();
  const auto& passes = always_pass();
  FieldRun run(out);
  for (const http::Field& field : request.head->field_list) {
    const bool goes = (by_id && passes[static_cast<std::size_t>(field.id)]) ||
                      !stays_behind(field, request, nominated);
    if (goes) run.add(field);
  }
}

void append_replaced_fields(TextWriter& out, const ForwardedRequest& request) {
  for (const std::string& name : request.normalize) {
    if (const auto value = request.head->fields().combined(name)) {
      append_field(out, name, caching::normalize_value(name, *value));
    }
  }
  if (request.cookie && !request.cookie->empty()) append_field(out, "Cookie", *request.cookie);
}

void append_max_forwards(TextWriter& out, const ForwardedRequest& request) {
  const auto value = request.head->fields().value(FieldName::max_forwards);
  if (!value) return;
  const auto hops = ascii::parse_digits(*value, 1'000'000);
  const bool counted =
      request.head->method == http::Method::options || request.head->method == http::Method::trace;
  // RFC 9110 section 7.6.2: only TRACE and OPTIONS count down.
  append_field(out,
               "Max-Forwards",
               counted && hops && *hops > 0 ? fmt::to_string(*hops - 1) : std::string(*value));
}

// All lines of a list of the client's, and a member of ours behind them. "a sender MUST NOT
// generate empty list elements" (RFC 9110 section 5.6.1.1)
void append_to_list(TextWriter& out,
                    FieldName id,
                    std::string_view ours,
                    const ForwardedRequest& request) {
  out.texts(http::to_string(id), ": ");
  request.head->fields().for_each(id, [&out](std::string_view line) {
    if (!line.empty()) out.texts(line, ", ");
  });
  out.texts(ours, "\r\n");
}

void append_our_fields(TextWriter& out, const ForwardedRequest& request) {
  const http::FieldsView fields = request.head->fields();
  append_to_list(out, FieldName::x_forwarded_for, request.peer, request);
  append_field(out, "X-Forwarded-Proto", request.scheme);
  append_field(out, "X-Forwarded-Host", request.authority);
  append_to_list(out, FieldName::via, via_member(request.head->version), request);
  append_to_list(out, FieldName::cdn_loop, request.loop_member, request);
  if (!fields.contains(FieldName::x_request_id)) {
    append_field(out, "X-Request-Id", request.request_id);
  }
  for (const caching::OwnedField& field : request.validators) {
    append_field(out, field.name, field.value);
  }
  append_max_forwards(out, request);
  if (request.expectation == Expectation::continue_first) {
    append_field(out, "Expect", "100-continue");
  }
}

void write_forwarded_request(std::string& text, const ForwardedRequest& request) {
  TextWriter out(text);
  out.texts(request.method, " ", request.target, " HTTP/1.1\r\n");
  append_field(out, "Host", request.authority);
  append_client_fields(out, request);
  append_replaced_fields(out, request);
  append_our_fields(out, request);
  // RFC 9112 section 6.3: one length or one chunked, never what came.
  switch (request.framing.kind) {
    case http::BodyKind::none:
      break;
    case http::BodyKind::length:
      append_field(out, "Content-Length", fmt::to_string(request.framing.length));
      break;
    case http::BodyKind::chunked:
    case http::BodyKind::until_close:
      append_field(out, "Transfer-Encoding", "chunked");
      break;
  }
  out.text("\r\n");
}

}  // namespace

std::string render_forwarded_request(const ForwardedRequest& request) {
  std::string text;
  text.reserve(1024);
  write_forwarded_request(text, request);
  return text;
}

}  // namespace hawkcache::proxy
