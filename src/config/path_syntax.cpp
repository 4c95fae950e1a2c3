#include "config/path_syntax.hpp"

#include "base/ascii.hpp"
#include "config/suggest.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

namespace hawkcache::config {
namespace {

using SegmentKind = PathSegment::Kind;

struct Converter {
  const char* name;
  SegmentKind kind;
};
constexpr std::array<Converter, 6> kConverters{{{"str", SegmentKind::str},
                                                {"int", SegmentKind::int_},
                                                {"float", SegmentKind::float_},
                                                {"uuid", SegmentKind::uuid},
                                                {"slug", SegmentKind::slug},
                                                {"path", SegmentKind::path}}};

// What people write who come from other routers.
constexpr std::array<std::array<const char*, 2>, 6> kForeignNames{{{"string", "str"},
                                                                   {"integer", "int"},
                                                                   {"number", "float"},
                                                                   {"double", "float"},
                                                                   {"any", "path"},
                                                                   {"rest", "path"}}};

bool is_name(std::string_view text) {
  if (text.empty() || ascii::is_digit(text.front())) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return ascii::is_alpha(c) || ascii::is_digit(c) || c == '_';
  });
}

SyntaxError unknown_converter(std::string_view name, std::size_t offset) {
  std::vector<std::string> known;
  for (const Converter& converter : kConverters) known.emplace_back(converter.name);
  std::string hint = did_you_mean(name, known);
  for (const auto& [foreign, ours] : kForeignNames) {
    if (name == foreign) hint = fmt::format("; did you mean \"{}\"?", ours);
  }
  if (hint.empty()) hint = "; the converters are " + join(known);
  return {offset, fmt::format("unknown converter {}{}", in_quotes(name), hint)};
}

using SegmentResult = std::variant<PathSegment, SyntaxError>;

// `text` is "{...}" as a whole.
SegmentResult parse_placeholder(std::string_view text, std::size_t offset) {
  const std::string_view inside = text.substr(1, text.size() - 2);
  const std::size_t colon = inside.find(':');
  const std::string_view name = inside.substr(0, colon);
  if (!is_name(name)) {
    return SyntaxError{offset + 1,
                       fmt::format("{} is no parameter name; write letters, digits and _, such as "
                                   "{{user_id}} or {{user_id:int}}",
                                   in_quotes(name))};
  }
  if (colon == std::string_view::npos) return PathSegment{SegmentKind::str, std::string(name)};
  const std::string_view converter_name = inside.substr(colon + 1);
  for (const Converter& converter : kConverters) {
    if (converter_name == converter.name) return PathSegment{converter.kind, std::string(name)};
  }
  return unknown_converter(converter_name, offset + 1 + colon + 1);
}

// What is wrong with one character of a literal segment; empty when nothing is.
std::string wrong_character(char c) {
  const auto byte = static_cast<unsigned char>(c);
  if (byte < 0x20 || byte == 0x7F) return "control bytes cannot be matched; remove this one";
  switch (c) {
    case '%':
      return "segments are compared decoded; write the character itself in place of a %-escape";
    case '\\':
      return "a path with a backslash matches no rule; write / between segments";
    case '?':
      return "a path has no query; use `query:` or `bypass:` for parameters, and remove the ?";
    case '#':
      return "a path has no fragment; remove the #";
    default:
      return {};
  }
}

SegmentResult parse_literal(std::string_view text, std::size_t offset) {
  if (text == "." || text == "..") {
    return SyntaxError{offset,
                       "a path with dot segments matches no rule; write the path it leads to"};
  }
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (std::string wrong = wrong_character(text[i]); !wrong.empty()) {
      return SyntaxError{offset + i, std::move(wrong)};
    }
  }
  return PathSegment{SegmentKind::literal, std::string(text)};
}

SegmentResult parse_segment(std::string_view text, std::size_t offset) {
  const std::size_t brace = text.find_first_of("{}");
  if (brace == std::string_view::npos) return parse_literal(text, offset);
  const bool whole = text.front() == '{' && text.find('}') == text.size() - 1 &&
                     text.find('{', 1) == std::string_view::npos;
  if (whole) return parse_placeholder(text, offset);
  if (text.find('{') != std::string_view::npos && text.find('}') == std::string_view::npos) {
    return SyntaxError{offset + brace,
                       "this { has no }; write a placeholder as {name} or {name:int}"};
  }
  return SyntaxError{offset + brace,
                     "a placeholder takes a whole segment; write it between two slashes, such as "
                     "/users/{user_id}"};
}

// A URL, a regular expression, or just a path without its slash.
SyntaxError no_slash(std::string_view text) {
  if (const std::size_t scheme = text.find("://"); scheme != std::string_view::npos) {
    const std::size_t path = text.find('/', scheme + 3);
    return {0,
            fmt::format("a path has no scheme and no host; write {} (and the host under `hosts`)",
                        in_quotes(path == std::string_view::npos ? "/" : text.substr(path)))};
  }
  const bool regular = text.starts_with('^');
  if (regular) text.remove_prefix(1);
  if (regular && text.ends_with('$')) text.remove_suffix(1);
  const std::string_view slash = text.starts_with('/') ? "" : "/";
  return {0,
          fmt::format("a path begins with /{}; write {}",
                      regular ? ", and is no regular expression" : "",
                      in_quotes(fmt::format("{}{}", slash, text)))};
}

std::optional<SyntaxError> misplaced(const PathPattern& pattern,
                                     const PathSegment& segment,
                                     std::size_t offset) {
  if (!pattern.segments.empty() && pattern.segments.back().kind == SegmentKind::path) {
    return SyntaxError{
        offset,
        fmt::format("{{{}:path}} takes the whole rest, so nothing can follow it; put "
                    "it last",
                    pattern.segments.back().text)};
  }
  if (segment.kind == SegmentKind::literal) return std::nullopt;
  for (const PathSegment& earlier : pattern.segments) {
    if (earlier.kind != SegmentKind::literal && earlier.text == segment.text) {
      return SyntaxError{
          offset,
          fmt::format("the parameter {{{}}} appears twice; give each its own name", segment.text)};
    }
  }
  return std::nullopt;
}

}  // namespace

std::vector<std::string> PathPattern::parameter_names() const {
  std::vector<std::string> names;
  for (const PathSegment& segment : segments) {
    if (segment.kind != SegmentKind::literal) names.push_back(segment.text);
  }
  return names;
}

std::variant<PathPattern, SyntaxError> parse_path_pattern(std::string_view text) {
  if (text.empty() || text.front() != '/') return no_slash(text);
  PathPattern pattern{std::string(text), {}};
  std::size_t start = 1;
  while (true) {
    const std::size_t end = std::min(text.find('/', start), text.size());
    const std::string_view piece = text.substr(start, end - start);
    if (piece.empty() && end < text.size()) {
      return SyntaxError{start, "a path with empty segments matches no rule; write one / here"};
    }
    SegmentResult parsed = parse_segment(piece, start);
    if (auto* error = std::get_if<SyntaxError>(&parsed)) return std::move(*error);
    PathSegment& segment = std::get<PathSegment>(parsed);
    if (auto error = misplaced(pattern, segment, start)) return std::move(*error);
    pattern.segments.push_back(std::move(segment));
    if (end == text.size()) return pattern;
    start = end + 1;
  }
}

}  // namespace hawkcache::config
