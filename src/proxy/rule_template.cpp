#include "proxy/rule_template.hpp"

#include "base/ascii.hpp"
#include "base/hash.hpp"
#include "caching/cache_key.hpp"
#include "caching/vary.hpp"
#include "http/cookie.hpp"
#include "http/query.hpp"

#include <algorithm>
#include <cstddef>

namespace hawkcache::proxy {
namespace {

using PartKind = TemplatePart::Kind;

// The values that need no work; nullopt for an absent query and for the kinds that are looked up by
// name.
std::optional<std::string_view> plain_value(const TemplatePart& part, const TemplateInput& input) {
  switch (part.kind) {
    case PartKind::literal:
      return part.text;
    case PartKind::path_parameter:
      return input.parameters[part.parameter];
    case PartKind::method:
      if (!input.method.empty()) return input.method;
      if (input.request->method == http::Method::head) return http::to_string(http::Method::get);
      return input.request->method_text;
    case PartKind::scheme:
      return input.scheme;
    case PartKind::host:
      return input.authority;
    case PartKind::path:
      return input.path;
    case PartKind::query:
      return input.query;
    case PartKind::query_parameter:
    case PartKind::header:
    case PartKind::cookie:
      break;
  }
  return std::nullopt;
}

// As it is forwarded.
std::optional<std::string> header_value(const TemplatePart& part, const TemplateInput& input) {
  std::optional<std::string> value = input.request->fields().combined(part.text);
  const auto& names = input.normalize;
  if (value && std::find(names.begin(), names.end(), part.text) != names.end()) {
    value = caching::normalize_value(part.text, *value);
  }
  return value;
}

std::string tag_header(const TemplatePart& part, const TemplateInput& input) {
  const std::string value = header_value(part, input).value_or("");
  return caching::is_credential(part.text) && !value.empty() ? credential_digest(value) : value;
}

std::string tag_value(const TemplatePart& part, const TemplateInput& input) {
  switch (part.kind) {
    case PartKind::query_parameter:
      return http::query_parameter(input.query.value_or(""), part.text).value_or("");
    case PartKind::header:
      return tag_header(part, input);
    case PartKind::cookie:
      return std::string(http::cookie_value(input.request->fields(), part.text).value_or(""));
    default:
      return std::string(plain_value(part, input).value_or(""));
  }
}

// Every parameter of that name as spelled, joined with "&", which none of them contains.
std::optional<std::string> spelled_parameters(std::string_view query, std::string_view name) {
  std::optional<std::string> spelled;
  while (!query.empty()) {
    const std::string_view parameter = ascii::take_until('&', query);
    if (http::query_parameter(parameter, name)) {
      if (spelled) *spelled += '&';
      spelled = spelled.value_or("").append(parameter);
    }
  }
  return spelled;
}

void append_value(std::string& out, std::optional<std::string_view> value) {
  if (value) {
    caching::append_key_value(out, *value);
  } else {
    caching::append_key_absent(out);
  }
}

void append_header(std::string& out, const TemplatePart& part, const TemplateInput& input) {
  const std::optional<std::string> value = header_value(part, input);
  if (value && caching::is_credential(part.text)) {
    caching::append_key_secret(out, *value);
  } else {
    append_value(out, value);
  }
}

void append_cookie(std::string& out, const TemplatePart& part, const TemplateInput& input) {
  const http::FieldsView fields = input.request->fields();
  if (http::cookie_value(fields, part.text)) {
    caching::append_key_secret(out, http::keep_cookies(fields, {&part.text, 1}));
  } else {
    caching::append_key_absent(out);
  }
}

}  // namespace

void RuleTemplate::append_tag(std::string& out, const TemplateInput& input) const {
  for (const TemplatePart& part : parts_) {
    if (part.kind == PartKind::literal) {
      out += part.text;
    } else {
      out += caching::clean_tag_value(tag_value(part, input), input.tag_length);
    }
  }
}

void RuleTemplate::append_key(std::string& out, const TemplateInput& input) const {
  for (const TemplatePart& part : parts_) {
    switch (part.kind) {
      case PartKind::literal:
        caching::append_key_literal(out, part.text);
        break;
      case PartKind::query_parameter:
        append_value(out, spelled_parameters(input.query.value_or(""), part.text));
        break;
      case PartKind::header:
        append_header(out, part, input);
        break;
      case PartKind::cookie:
        append_cookie(out, part, input);
        break;
      default:
        append_value(out, plain_value(part, input));
        break;
    }
  }
}

}  // namespace hawkcache::proxy
