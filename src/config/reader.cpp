#include "config/reader.hpp"

#include "base/ascii.hpp"
#include "config/environment.hpp"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

namespace hawkcache::config {
namespace {

std::vector<ConfigError> in_order(std::vector<ConfigError> list) {
  const auto key = [](const ConfigError& e) { return std::tie(e.line, e.column, e.message); };
  std::stable_sort(list.begin(), list.end(), [&](const ConfigError& a, const ConfigError& b) {
    return std::tie(a.line, a.column) < std::tie(b.line, b.column);
  });
  const auto same = [&](const ConfigError& a, const ConfigError& b) { return key(a) == key(b); };
  list.erase(std::unique(list.begin(), list.end(), same), list.end());
  return list;
}

// $NAME and nothing else.
bool is_shell_variable(std::string_view text) {
  if (text.size() < 2 || text.front() != '$' || ascii::is_digit(text[1])) return false;
  return std::all_of(text.begin() + 1, text.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || ascii::is_digit(c) || c == '_';
  });
}

}  // namespace

Reader::Reader(std::string_view source, std::string file_name, const Environment& environment)
    : source_(source),
      file_name_(std::move(file_name)),
      environment_(environment),
      line_starts_{0} {
  for (std::size_t at = source.find('\n'); at != std::string_view::npos;
       at = source.find('\n', at + 1)) {
    line_starts_.push_back(at + 1);
  }
}

void Reader::error(Position position, std::string message) {
  errors_.push_back({file_name_,
                     position.line,
                     position.column,
                     ConfigError::Severity::error,
                     std::move(message)});
}

void Reader::warning(Position position, std::string message) {
  warnings_.push_back({file_name_,
                       position.line,
                       position.column,
                       ConfigError::Severity::warning,
                       std::move(message)});
}

std::optional<std::string> Reader::text(const YamlNode& node,
                                        std::string_view name,
                                        std::string_view what) {
  if (node.kind == YamlNode::Kind::null) {
    error(node.position, fmt::format("{} has no value; write {}, or remove the key", name, what));
    return std::nullopt;
  }
  if (node.kind != YamlNode::Kind::scalar) {
    const bool placeholder = node.kind == YamlNode::Kind::map && node.entries.size() == 1 &&
                             node.entries.front().second->kind == YamlNode::Kind::null;
    error(node.position,
          fmt::format("{} must be {}, not {}{}",
                      name,
                      what,
                      kind_name(node.kind),
                      placeholder ? "; a text that begins with { must be quoted" : ""));
    return std::nullopt;
  }
  if (is_shell_variable(node.text)) {
    // Not repeated: it may be a token.
    warning(node.position,
            fmt::format("{}: $ and a name are ordinary text here; a variable of the environment is "
                        "written ${{NAME}}",
                        name));
  }
  return accept(*this, node, node.text, name, substitute(node.text, environment_));
}

Position Reader::position_in(const YamlNode& node,
                             std::string_view text,
                             std::size_t offset) const {
  const auto line = static_cast<std::size_t>(node.position.line);
  if (offset == 0 || node.position.line < 1 || line > line_starts_.size()) return node.position;
  std::size_t start = line_starts_[line - 1] + static_cast<std::size_t>(node.position.column - 1);
  const bool is_quoted =
      start < source_.size() && (source_[start] == '"' || source_[start] == '\'');
  if (is_quoted) ++start;
  if (start > source_.size() || source_.substr(start, text.size()) != text) return node.position;
  const std::size_t shift = offset + (is_quoted ? 1 : 0);
  return {node.position.line, node.position.column + static_cast<int>(shift)};
}

std::vector<ConfigError> Reader::take_errors() { return in_order(std::move(errors_)); }

std::vector<ConfigError> Reader::take_warnings() { return in_order(std::move(warnings_)); }

}  // namespace hawkcache::config
