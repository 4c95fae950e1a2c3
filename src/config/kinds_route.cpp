#include "base/ascii.hpp"
#include "config/addresses.hpp"
#include "config/cache_control_text.hpp"
#include "config/kinds.hpp"
#include "config/units.hpp"

#include <algorithm>
#include <array>

namespace hawkcache::config {
namespace {

const std::string kNonEmptyText = R"({"type":"string","minLength":1})";
constexpr std::size_t kLongestTemplate = 4096;

using TextResult = std::variant<std::string, SyntaxError>;

// Field names are tokens (RFC 9110 section 5.1); compared and kept in lower case.
TextResult parse_header_name(std::string_view text) {
  if (text == "*")
    return SyntaxError{
        0, "\"*\" is no header name: it would give every request its own entry; name the headers"};
  if (!ascii::is_token(text)) {
    return SyntaxError{
        0,
        fmt::format(
            "{} is no header name; write one such as accept-language, without colon or blanks",
            in_quotes(text))};
  }
  return ascii::to_lower(text);
}

TextResult parse_cookie_name(std::string_view text) {
  if (ascii::is_token(text)) return std::string(text);
  return SyntaxError{
      0,
      fmt::format("{} is no cookie name; write the name alone, such as session", in_quotes(text))};
}

TextResult parse_query_name(std::string_view text) {
  if (text.empty()) return SyntaxError{0, "an empty parameter name; write one such as page"};
  if (const std::size_t bad = text.find_first_of("?&=#"); bad != std::string_view::npos) {
    return SyntaxError{bad,
                       fmt::format("{} is no parameter name; write the name alone, such as page",
                                   in_quotes(text))};
  }
  return std::string(text);
}

TextResult parse_query_pattern(std::string_view text) {
  const std::size_t star = text.find('*');
  if (star != std::string_view::npos && star + 1 != text.size()) {
    return SyntaxError{
        star,
        fmt::format("in {} the * is not at the end; write a beginning and *, such as utm_*",
                    in_quotes(text))};
  }
  return parse_query_name(text);
}

// Methods are case-sensitive (RFC 9110 section 9.1).
TextResult parse_method(std::string_view text) {
  if (!ascii::is_token(text)) {
    return SyntaxError{0, fmt::format("{} is no method; write one such as GET", in_quotes(text))};
  }
  std::string upper(text);
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - ('a' - 'A'));
  }
  if (upper != text) {
    return SyntaxError{
        0, fmt::format("{} is not in capitals; did you mean \"{}\"?", in_quotes(text), upper)};
  }
  if (text == "CONNECT")
    return SyntaxError{0, "CONNECT opens a tunnel, which hawkcache never does; remove it"};
  return upper;
}

TextResult parse_normalised(std::string_view text) {
  const std::vector<std::string> known{"accept-language", "accept-encoding"};
  std::string lower = ascii::to_lower(text);
  if (std::find(known.begin(), known.end(), lower) != known.end()) return lower;
  const std::string hint = did_you_mean(lower, known);
  return SyntaxError{
      0,
      fmt::format("{} cannot be normalised{}",
                  in_quotes(text),
                  hint.empty() ? "; the headers that can are " + join(known) : hint)};
}

TextResult parse_template_text(std::string_view text) {
  if (text.empty()) return SyntaxError{0, "an empty text; write one, or remove it"};
  if (text.size() <= kLongestTemplate) return std::string(text);
  return SyntaxError{
      0, fmt::format("the text has {} bytes; {} are the most", text.size(), kLongestTemplate)};
}

std::variant<int, SyntaxError> parse_status(std::string_view text) {
  const auto number = ascii::parse_digits(text, 100'000);
  if (!number || *number < 200 || *number > 599) {
    return SyntaxError{
        0,
        fmt::format("{} is no final status; write a number from 200 to 599, one entry each",
                    in_quotes(text))};
  }
  if (*number == 304) return SyntaxError{0, "304 cannot be stored by itself; remove it"};
  return static_cast<int>(*number);
}

ValueKind<std::string> text_like(std::string type,
                                 std::string what,
                                 TextResult (*parse)(std::string_view)) {
  return scalar_kind<std::string>({std::move(type), kNonEmptyText, {}}, std::move(what), parse);
}

std::optional<BypassCondition> read_bypass(Reader& reader,
                                           const YamlNode& node,
                                           const std::string& name) {
  static const std::vector<std::string> kinds{"header", "cookie", "query"};
  const bool one_entry = node.kind == YamlNode::Kind::map && node.entries.size() == 1;
  if (!one_entry) {
    reader.error(node.position,
                 fmt::format("{}: each condition is one of {{ header: NAME }}, {{ cookie: NAME }}, "
                             "{{ query: NAME }}",
                             name));
    return std::nullopt;
  }
  const auto& [key, value] = node.entries.front();
  if (key->text == "header") {
    auto text = header_name_kind().read(reader, *value, name + ".header");
    if (!text) return std::nullopt;
    return BypassCondition{BypassCondition::Kind::header, std::move(*text)};
  }
  if (key->text == "cookie") {
    auto text = cookie_name_kind().read(reader, *value, name + ".cookie");
    if (!text) return std::nullopt;
    return BypassCondition{BypassCondition::Kind::cookie, std::move(*text)};
  }
  if (key->text == "query") {
    auto text = text_like("parameter name", "a parameter name", parse_query_name)
                    .read(reader, *value, name + ".query");
    if (!text) return std::nullopt;
    return BypassCondition{BypassCondition::Kind::query, std::move(*text)};
  }
  const std::string hint = did_you_mean(key->text, kinds);
  reader.error(key->position,
               fmt::format("{}: unknown condition {}{}",
                           name,
                           in_quotes(key->text),
                           hint.empty() ? "; the conditions are header, cookie, query" : hint));
  return std::nullopt;
}

std::optional<CookieRule> read_cookie_names(Reader& reader,
                                            const YamlNode& node,
                                            const std::string& name) {
  if (node.entries.size() != 1 || node.entries.front().first->text != "key") {
    reader.error(node.entries.empty() ? node.position : node.entries.front().first->position,
                 fmt::format("{} must be bypass, ignore or {{ key: [NAME] }}", name));
    return std::nullopt;
  }
  static const auto names = list_kind<std::string>(cookie_name_kind(),
                                                   "list of cookie names",
                                                   ListForm::list_only,
                                                   EmptyList::refused,
                                                   [](const std::string& text) { return text; });
  auto list = names.read(reader, *node.entries.front().second, name + ".key");
  if (!list) return std::nullopt;
  return CookieRule{CookieRule::Kind::key, std::move(*list)};
}

std::optional<std::map<int, Duration>> read_statuses(Reader& reader,
                                                     const YamlNode& node,
                                                     const std::string& name) {
  if (node.kind != YamlNode::Kind::map) {
    reader.error(
        node.position,
        fmt::format("{} must be a map such as {{ 404: 10s }}, not {}", name, kind_name(node.kind)));
    return std::nullopt;
  }
  static const ValueKind<Duration> lifetime = duration_kind();
  std::map<int, Duration> statuses;
  bool good = true;
  for (const auto& [key, value] : node.entries) {
    const auto status = accept<int>(reader, *key, key->text, name, parse_status(key->text));
    const auto duration = lifetime.read(reader, *value, fmt::format("{}.{}", name, key->text));
    good = good && status && duration;
    if (!status || !duration) continue;
    if (!statuses.emplace(*status, *duration).second) {
      reader.error(key->position, fmt::format("{}: {} is named twice; remove one", name, *status));
      good = false;
    }
  }
  if (!good) return std::nullopt;
  return statuses;
}

}  // namespace

ValueKind<std::string> template_kind() {
  return text_like("template", "a text", parse_template_text);
}

ValueKind<PathPattern> path_kind() {
  const std::string schema = json_or_environment(R"({"type":"string","pattern":"^/"})");
  return scalar_kind<PathPattern>(
      {"path", schema, {}}, "a path such as /users/{user_id:int}", parse_path_pattern);
}

ValueKind<std::string> method_kind() {
  return text_like("method", "a method such as GET", parse_method);
}

ValueKind<std::string> route_host_kind() {
  return text_like("host", "a host such as api.example.com", parse_route_host);
}

ValueKind<std::string> header_name_kind() {
  return text_like("header name", "a header name", parse_header_name);
}

ValueKind<std::string> cookie_name_kind() {
  return text_like("cookie name", "a cookie name", parse_cookie_name);
}

ValueKind<std::string> query_pattern_kind() {
  return text_like("parameter name", "a parameter name such as page or utm_*", parse_query_pattern);
}

ValueKind<std::string> normalised_header_kind() {
  const std::vector<std::string> names{"accept-language", "accept-encoding"};
  return scalar_kind<std::string>(
      {"header name", json_choice(names), {}}, "a header name", parse_normalised);
}

ValueKind<BypassCondition> bypass_kind() {
  return {
      {"condition",
       R"({"type":"object","minProperties":1,"maxProperties":1,"additionalProperties":false,"properties":)"
       R"({"header":{"type":"string"},"cookie":{"type":"string"},"query":{"type":"string"}}})",
       {}},
      read_bypass};
}

ValueKind<CookieRule> cookies_kind() {
  static const std::vector<std::string> words{"bypass", "ignore"};
  const std::string map =
      R"({"type":"object","required":["key"],"additionalProperties":false,"properties":)"
      R"({"key":{"type":"array","minItems":1,"items":{"type":"string"}}}})";
  auto read = [](Reader& reader,
                 const YamlNode& node,
                 const std::string& name) -> std::optional<CookieRule> {
    if (node.kind == YamlNode::Kind::map) return read_cookie_names(reader, node, name);
    if (node.kind == YamlNode::Kind::sequence) {
      reader.error(node.position,
                   fmt::format("{} must be bypass, ignore or {{ key: [NAME] }}, not a list", name));
      return std::nullopt;
    }
    const auto text = reader.text(node, name, "bypass, ignore or { key: [NAME] }");
    if (!text) return std::nullopt;
    if (*text == "bypass") return CookieRule{CookieRule::Kind::bypass, {}};
    if (*text == "ignore") return CookieRule{CookieRule::Kind::ignore, {}};
    reader.error(node.position,
                 fmt::format("{}: {} is not one of bypass, ignore, {{ key: [NAME] }}{}",
                             name,
                             in_quotes(*text),
                             did_you_mean(*text, words)));
    return std::nullopt;
  };
  return {{"bypass | ignore | { key: [NAME] }",
           fmt::format(R"({{"anyOf":[{},{}]}})", json_choice(words), map),
           {}},
          std::move(read)};
}

ValueKind<std::optional<Duration>> ttl_kind() {
  const auto parse =
      [](std::string_view text) -> std::variant<std::optional<Duration>, SyntaxError> {
    if (text == "origin") return std::optional<Duration>();
    auto parsed = parse_duration(text);
    if (const auto* duration = std::get_if<Duration>(&parsed))
      return std::optional<Duration>(*duration);
    SyntaxError error = std::get<SyntaxError>(std::move(parsed));
    const std::vector<std::string> words{"origin"};
    error.message += did_you_mean(text, words);
    return error;
  };
  return scalar_kind<std::optional<Duration>>(
      {"duration | origin", R"({"anyOf":[{"$ref":"#/$defs/duration"},{"const":"origin"}]})", {}},
      "a duration such as 60s, or origin",
      parse);
}

ValueKind<std::map<int, Duration>> statuses_kind() {
  return {{"map of status to duration",
           R"({"type":"object","propertyNames":{"pattern":"^[2-5][0-9][0-9]$"},)"
           R"("additionalProperties":{"$ref":"#/$defs/duration"}})",
           {}},
          read_statuses};
}

ValueKind<std::optional<std::string>> client_cache_control_kind() {
  return scalar_kind<std::optional<std::string>>({"keep | no-store | text", kNonEmptyText, {}},
                                                 "keep, no-store or a Cache-Control text",
                                                 parse_client_cache_control);
}

}  // namespace hawkcache::config
