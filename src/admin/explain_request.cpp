#include "admin/explain_request.hpp"

#include "admin/strict_json.hpp"
#include "base/ascii.hpp"
#include "http/body_framing.hpp"
#include "http/parser.hpp"
#include "http/refusal.hpp"
#include "http/target.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include <boost/json/value.hpp>
#include <fmt/format.h>

namespace hawkcache::admin {
namespace {

namespace json = boost::json;
using Refusal = std::optional<ExplainRefusal>;

Refusal add_header(std::string_view line, ExplainRequest& request) {
  auto header = parse_header_line(line);
  if (auto* refusal = std::get_if<ExplainRefusal>(&header)) return std::move(*refusal);
  request.headers.push_back(std::move(std::get<0>(header)));
  return std::nullopt;
}

Refusal take_parameter(std::string_view name, std::string value, ExplainRequest& request) {
  if (name == "url") {
    request.url = std::move(value);
  } else if (name == "method") {
    request.method = std::move(value);
  } else if (name == "header") {
    return add_header(value, request);
  } else {
    return ExplainRefusal{fmt::format(
        "The parameter \"{}\" is not known; the parameters are url, method and header.", name)};
  }
  return std::nullopt;
}

// A header's value, or one of several.
Refusal take_header_value(std::string_view name,
                          const json::value& value,
                          ExplainRequest& request) {
  const json::string* text = value.if_string();
  if (text == nullptr) {
    return ExplainRefusal{
        fmt::format("headers.{} has {}; it must be a string or an array of strings.",
                    name,
                    name_of_kind(value))};
  }
  request.headers.emplace_back(name, std::string_view(text->data(), text->size()));
  return std::nullopt;
}

Refusal take_header(std::string_view name, const json::value& value, ExplainRequest& request) {
  const json::array* values = value.if_array();
  if (values == nullptr) return take_header_value(name, value, request);
  for (const json::value& one : *values) {
    if (Refusal refusal = take_header_value(name, one, request)) return refusal;
  }
  return std::nullopt;
}

Refusal take_headers(const json::value& value, ExplainRequest& request) {
  const json::object* headers = value.if_object();
  if (headers == nullptr) {
    return ExplainRefusal{fmt::format("headers is {}; it must be an object of names and values.",
                                      name_of_kind(value))};
  }
  for (const auto& header : *headers) {
    const std::string_view name(header.key().data(), header.key().size());
    if (Refusal refusal = take_header(name, header.value(), request)) return refusal;
  }
  return std::nullopt;
}

Refusal take_member(std::string_view key, const json::value& value, ExplainRequest& request) {
  if (key == "headers") return take_headers(value, request);
  if (key != "url" && key != "method") {
    return ExplainRefusal{
        fmt::format("The key \"{}\" is not known; the keys are url, method and headers.", key)};
  }
  const json::string* text = value.if_string();
  if (text == nullptr)
    return ExplainRefusal{fmt::format("{} is {}; it must be a string.", key, name_of_kind(value))};
  (key == "url" ? request.url : request.method).assign(text->data(), text->size());
  return std::nullopt;
}

// "/path", or "scheme://...".
bool is_path_or_absolute(std::string_view url) {
  if (url.starts_with('/')) return true;
  const std::size_t colon = url.find("://");
  return colon != std::string_view::npos && colon > 0 && url.find_first_of("/?#") == colon + 1;
}

// Nothing in it may end the line or the word that it is written into.
Refusal check_parts(const ExplainRequest& request) {
  if (request.url.empty())
    return ExplainRefusal{"No URL is given: url must be a path such as /users/42, or absolute."};
  if (!is_path_or_absolute(request.url)) {
    return ExplainRefusal{fmt::format(
        "\"{}\" is neither a path, which begins with a slash (/users/42), nor an absolute URL "
        "(http://api.example.com/users/42).",
        request.url)};
  }
  const auto ends_word = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte <= 0x20 || byte == 0x7f || c == '#';
  };
  if (std::any_of(request.url.begin(), request.url.end(), ends_word)) {
    return ExplainRefusal{
        "url must be as a client sends it: blanks and control characters percent-encoded, no "
        "fragment (#)."};
  }
  if (!ascii::is_token(request.method))
    return ExplainRefusal{"method must be a method's name, such as GET."};
  for (const auto& [name, value] : request.headers) {
    if (!ascii::is_token(name))
      return ExplainRefusal{fmt::format("\"{}\" is no name of a header field.", name)};
    if (value.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) {
      return ExplainRefusal{
          fmt::format("The value of {} has a line end or NUL, which no field can carry.", name)};
    }
  }
  return std::nullopt;
}

std::string as_request_head(const ExplainRequest& request) {
  std::string head = fmt::format("{} {} HTTP/1.1\r\n", request.method, request.url);
  bool has_host = false;
  for (const auto& [name, value] : request.headers) {
    head += fmt::format("{}: {}\r\n", name, value);
    has_host = has_host || ascii::equals_ignoring_case(name, "host");
  }
  if (!has_host) head += "Host: localhost\r\n";
  return head + "\r\n";
}

ExplainRefusal would_be_refused(const http::Refusal& refusal) {
  return {fmt::format("A client that sent this would get {}: {}", refusal.status, refusal.detail)};
}

}  // namespace

std::variant<ExplainRequest, ExplainRefusal> parse_explain_query(std::string_view query) {
  ExplainRequest request;
  std::set<std::string_view> named;
  while (!query.empty()) {
    std::string_view parameter = ascii::take_until('&', query);
    if (parameter.empty()) continue;
    const std::string_view name = ascii::take_until('=', parameter);
    auto value = ascii::percent_decoded(parameter);
    if (!value)
      return ExplainRefusal{
          "The query has a % that two hex digits do not follow; a percent sign itself is %25."};
    if (Refusal refusal = take_parameter(name, std::move(*value), request)) {
      return std::move(*refusal);
    }
    if (name != "header" && !named.insert(name).second) {
      return ExplainRefusal{fmt::format(
          "The parameter \"{}\" is there twice; name it once, and write an & of the URL as %26.",
          name)};
    }
  }
  return request;
}

std::variant<ExplainRequest, ExplainRefusal> parse_explain_body(std::string_view body) {
  auto parsed = parse_strict_object(body);
  if (const auto* error = std::get_if<JsonError>(&parsed))
    return ExplainRefusal{error->message + "."};
  ExplainRequest request;
  for (const auto& member : std::get<json::object>(parsed)) {
    const std::string_view key(member.key().data(), member.key().size());
    if (Refusal refusal = take_member(key, member.value(), request)) return std::move(*refusal);
  }
  return request;
}

std::variant<std::pair<std::string, std::string>, ExplainRefusal> parse_header_line(
    std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || !ascii::is_token(line.substr(0, colon))) {
    return ExplainRefusal{fmt::format("\"{}\" is no header field; write it as name: value.", line)};
  }
  return std::pair{std::string(line.substr(0, colon)),
                   std::string(ascii::trim(line.substr(colon + 1)))};
}

std::variant<proxy::Explanation, ExplainRefusal> explain_request(const ExplainRequest& request,
                                                                 const proxy::Router& router) {
  if (Refusal refusal = check_parts(request)) return std::move(*refusal);
  const std::string text = as_request_head(request);
  http::RequestParser parser{http::HeadLimits{}};
  if (parser.feed(text) != http::Feed::complete) {
    return would_be_refused(http::refusal_of(parser.error()));
  }
  const http::FramingDecision framing = http::decide_request_framing(parser.head());
  if (framing.error != http::FramingError::none) {
    return would_be_refused(http::refusal_of(framing.error));
  }
  const http::TargetDecision target = http::parse_target(parser.head());
  if (target.error != http::TargetError::none) {
    return would_be_refused(http::refusal_of(target.error));
  }
  if (target.target.form != http::TargetForm::origin &&
      target.target.form != http::TargetForm::absolute) {
    return ExplainRefusal{"Only requests for a path or an absolute URL can be explained."};
  }
  return proxy::explain(router, parser.head(), target.target);
}

}  // namespace hawkcache::admin
