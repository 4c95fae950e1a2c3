#include "config/template_syntax.hpp"

#include "base/ascii.hpp"
#include "config/suggest.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

namespace hawkcache::config {
namespace {

using PartKind = TemplatePart::Kind;
using PlaceholderResult = std::variant<TemplatePart, SyntaxError>;

struct FixedName {
  const char* name;
  PartKind kind;
};
constexpr std::array<FixedName, 5> kFixedNames{{{"method", PartKind::method},
                                                {"scheme", PartKind::scheme},
                                                {"host", PartKind::host},
                                                {"path", PartKind::path},
                                                {"query", PartKind::query}}};
constexpr std::array<FixedName, 3> kPrefixes{{{"query", PartKind::query_parameter},
                                              {"header", PartKind::header},
                                              {"cookie", PartKind::cookie}}};

std::vector<std::string> known_names(std::span<const std::string> parameters) {
  std::vector<std::string> names(parameters.begin(), parameters.end());
  for (const FixedName& fixed : kFixedNames) names.emplace_back(fixed.name);
  for (const FixedName& prefix : kPrefixes) names.push_back(std::string(prefix.name) + ".NAME");
  return names;
}

SyntaxError unknown_placeholder(std::string_view inside,
                                std::size_t offset,
                                std::span<const std::string> parameters) {
  const std::vector<std::string> names = known_names(parameters);
  std::vector<std::string> shown;
  for (const std::string& name : names) shown.push_back("{" + name + "}");
  std::string hint;
  if (const auto near = closest(inside, names)) hint = fmt::format("; did you mean {{{}}}?", *near);
  const std::size_t dot = inside.find('.');
  if (dot != std::string_view::npos) {
    const std::vector<std::string> prefixes{"query", "header", "cookie"};
    if (const auto near = closest(inside.substr(0, dot), prefixes)) {
      hint = fmt::format("; did you mean {{{}{}}}?", *near, inside.substr(dot));
    }
  }
  return {offset,
          fmt::format("unknown placeholder {{{}}}{} names here are {}",
                      inside,
                      hint.empty() ? "; the" : hint + " The",
                      join(shown))};
}

PlaceholderResult parse_dotted(PartKind kind, std::string_view name, std::size_t offset) {
  if (kind == PartKind::query_parameter) {
    if (!name.empty()) return TemplatePart{kind, std::string(name)};
    return SyntaxError{offset,
                       "the parameter's name is missing; write {query.page}, or {query} for all"};
  }
  if (!ascii::is_token(name)) {
    return SyntaxError{
        offset,
        kind == PartKind::header
            ? fmt::format("{} is no header name; write one such as {{header.x-tenant}}",
                          in_quotes(name))
            : fmt::format("{} is no cookie name; write one such as {{cookie.session}}",
                          in_quotes(name))};
  }
  return TemplatePart{kind, kind == PartKind::header ? ascii::to_lower(name) : std::string(name)};
}

PlaceholderResult parse_placeholder(std::string_view inside,
                                    std::size_t offset,
                                    std::span<const std::string> parameters) {
  if (inside.empty()) {
    return SyntaxError{offset,
                       "an empty placeholder {}; write a name between the braces, or no braces"};
  }
  if (std::find(parameters.begin(), parameters.end(), inside) != parameters.end()) {
    return TemplatePart{PartKind::path_parameter, std::string(inside)};
  }
  for (const FixedName& fixed : kFixedNames) {
    if (inside == fixed.name) return TemplatePart{fixed.kind, {}};
  }
  const std::size_t dot = inside.find('.');
  for (const FixedName& prefix : kPrefixes) {
    if (dot != std::string_view::npos && inside.substr(0, dot) == prefix.name) {
      return parse_dotted(prefix.kind, inside.substr(dot + 1), offset);
    }
  }
  const std::size_t colon = inside.find(':');
  const std::string_view name = inside.substr(0, colon);
  if (std::find(parameters.begin(), parameters.end(), name) != parameters.end()) {
    return SyntaxError{
        offset, fmt::format("the converter belongs into `path`; write {{{}}} in a template", name)};
  }
  return unknown_placeholder(inside, offset, parameters);
}

void append(std::vector<TemplatePart>& parts, TemplatePart part) {
  const bool joins =
      part.kind == PartKind::literal && !parts.empty() && parts.back().kind == PartKind::literal;
  if (joins) {
    parts.back().text += part.text;
  } else if (part.kind != PartKind::literal || !part.text.empty()) {
    parts.push_back(std::move(part));
  }
}

void check_literal(std::string_view text, std::size_t offset, std::vector<SyntaxError>& errors) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (text[i] == '}')
      errors.push_back({offset + i, "this } has no {; write placeholders as {name}"});
    if (byte < 0x20 || byte == 0x7F) {
      errors.push_back({offset + i, "control bytes are not allowed here; remove this one"});
    }
  }
}

struct Parsed {
  std::vector<TemplatePart> parts;
  std::vector<SyntaxError> errors;
};

Parsed parse(std::string_view text, std::span<const std::string> parameters) {
  Parsed parsed;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t open = std::min(text.find('{', at), text.size());
    const std::string_view literal = text.substr(at, open - at);
    check_literal(literal, at, parsed.errors);
    append(parsed.parts, {PartKind::literal, std::string(literal)});
    if (open == text.size()) break;
    const std::size_t close = text.find_first_of("{}", open + 1);
    if (close == std::string_view::npos || text[close] == '{') {
      parsed.errors.push_back({open, "this { has no }; write placeholders as {name}"});
      at = open + 1;
      continue;
    }
    PlaceholderResult result =
        parse_placeholder(text.substr(open + 1, close - open - 1), open, parameters);
    if (auto* error = std::get_if<SyntaxError>(&result)) {
      parsed.errors.push_back(std::move(*error));
    } else {
      append(parsed.parts, std::move(std::get<TemplatePart>(result)));
    }
    at = close + 1;
  }
  return parsed;
}

}  // namespace

std::variant<std::vector<TemplatePart>, SyntaxError> parse_template(
    std::string_view text, std::span<const std::string> path_parameter_names) {
  Parsed parsed = parse(text, path_parameter_names);
  if (!parsed.errors.empty()) return std::move(parsed.errors.front());
  return std::move(parsed.parts);
}

std::vector<SyntaxError> template_errors(std::string_view text,
                                         std::span<const std::string> path_parameter_names) {
  return parse(text, path_parameter_names).errors;
}

}  // namespace hawkcache::config
