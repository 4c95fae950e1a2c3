// Routes and requests for tests, written as in the configuration and on the wire.
#pragma once

#include "http/head.hpp"
#include "http/target.hpp"
#include "proxy/route.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hawkcache::proxy {

inline PathPatternSegment pattern_segment(std::string_view text) {
  using Kind = PathPatternSegment::Kind;
  if (!text.starts_with('{')) return {Kind::literal, std::string(text)};
  text = text.substr(1, text.size() - 2);
  const std::size_t colon = std::min(text.find(':'), text.size());
  const std::string_view converter = text.substr(std::min(colon + 1, text.size()));
  const std::pair<std::string_view, Kind> kinds[] = {{"", Kind::str},
                                                     {"str", Kind::str},
                                                     {"int", Kind::int_},
                                                     {"float", Kind::float_},
                                                     {"uuid", Kind::uuid},
                                                     {"slug", Kind::slug},
                                                     {"path", Kind::path}};
  const auto* kind = std::find_if(std::begin(kinds), std::end(kinds), [&](const auto& known) {
    return known.first == converter;
  });
  return {kind->second, std::string(text.substr(0, colon))};
}

inline std::vector<PathPatternSegment> pattern(std::string_view path) {
  std::vector<PathPatternSegment> segments;
  for (std::size_t at = 1; at <= path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    segments.push_back(pattern_segment(path.substr(at, end - at)));
    at = end + 1;
  }
  return segments;
}

inline std::vector<std::string> parameter_names(const std::vector<PathPatternSegment>& segments) {
  std::vector<std::string> names;
  for (const PathPatternSegment& segment : segments) {
    if (segment.kind != PathPatternSegment::Kind::literal) names.push_back(segment.text);
  }
  return names;
}

inline TemplatePart placeholder(std::string_view name, const std::vector<std::string>& parameters) {
  using Kind = TemplatePart::Kind;
  const auto parameter = std::find(parameters.begin(), parameters.end(), name);
  if (parameter != parameters.end()) {
    return {Kind::path_parameter,
            std::string(name),
            static_cast<std::size_t>(parameter - parameters.begin())};
  }
  const std::size_t dot = std::min(name.find('.'), name.size());
  const std::string text(name.substr(std::min(dot + 1, name.size())));
  const std::string_view first = name.substr(0, dot);
  if (first == "header") return {Kind::header, text, 0};
  if (first == "cookie") return {Kind::cookie, text, 0};
  if (first == "query") return {text.empty() ? Kind::query : Kind::query_parameter, text, 0};
  const std::pair<std::string_view, Kind> plain[] = {{"method", Kind::method},
                                                     {"scheme", Kind::scheme},
                                                     {"host", Kind::host},
                                                     {"path", Kind::path}};
  for (const auto& [known, kind] : plain) {
    if (first == known) return {kind, {}, 0};
  }
  return {Kind::literal, "unknown placeholder", 0};
}

// `user:{user_id}`; `path` gives the names of the path parameters.
inline RuleTemplate rule_template(std::string_view text, std::string_view path = "/") {
  const std::vector<std::string> parameters = parameter_names(pattern(path));
  std::vector<TemplatePart> parts;
  while (!text.empty()) {
    const std::size_t open = std::min(text.find('{'), text.size());
    if (open > 0)
      parts.push_back({TemplatePart::Kind::literal, std::string(text.substr(0, open)), 0});
    text.remove_prefix(open);
    if (text.empty()) break;
    const std::size_t close = text.find('}');
    parts.push_back(placeholder(text.substr(1, close - 1), parameters));
    text.remove_prefix(close + 1);
  }
  return RuleTemplate(std::move(parts));
}

inline Route route(std::string_view path, std::vector<std::string> methods = {"GET", "HEAD"}) {
  Route made;
  made.name = path;
  made.path = path;
  made.pattern = pattern(path);
  made.methods = std::move(methods);
  made.policy.ttl = Duration(60'000);
  return made;
}

// A request with everything that its views point into. Not to be moved.
class TestRequest {
 public:
  TestRequest(std::string method,
              std::string target_text,
              std::vector<std::pair<std::string, std::string>> fields = {})
      : method_(std::move(method)), target_(std::move(target_text)), fields_(std::move(fields)) {
    const bool has_host = std::any_of(
        fields_.begin(), fields_.end(), [](const auto& field) { return field.first == "Host"; });
    if (!has_host) fields_.emplace_back("Host", "api.example.com");
    head.method = http::parse_method(method_);
    head.method_text = method_;
    head.target = target_;
    for (const auto& [name, value] : fields_) {
      head.field_list.push_back({http::parse_field_name(name), name, value});
    }
    decision = http::parse_target(head);
  }
  TestRequest(const TestRequest&) = delete;
  TestRequest& operator=(const TestRequest&) = delete;

  const http::Target& target() const { return decision.target; }

  http::RequestHead head;
  http::TargetDecision decision;

 private:
  std::string method_;
  std::string target_;
  std::vector<std::pair<std::string, std::string>> fields_;
};

}  // namespace hawkcache::proxy
