#include "config/environment.hpp"

#include "base/ascii.hpp"
#include "config/suggest.hpp"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

namespace hawkcache::config {
namespace {

bool is_variable_name(std::string_view text) {
  if (text.empty() || ascii::is_digit(text.front())) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return ascii::is_alpha(c) || ascii::is_digit(c) || c == '_';
  });
}

// `inside` is what stands between the braces.
std::variant<std::string, SyntaxError> value_of(std::string_view inside,
                                                std::size_t offset,
                                                const Environment& environment) {
  const std::size_t end = std::min(inside.find(':'), inside.size());
  const std::string_view name = inside.substr(0, end);
  const std::string_view rest = inside.substr(end);
  const bool has_default = rest.starts_with(":-");
  if (!is_variable_name(name) || (!rest.empty() && !has_default)) {
    return SyntaxError{offset,
                       fmt::format("{} is no variable; write ${{NAME}} or ${{NAME:-default}}",
                                   in_quotes(fmt::format("${{{}}}", inside)))};
  }
  std::optional<std::string> value = environment ? environment(name) : std::nullopt;
  if (value && (!value->empty() || !has_default)) return std::move(*value);
  if (has_default) return std::string(rest.substr(2));
  return SyntaxError{
      offset,
      fmt::format(
          "the environment variable {} is not set; set it, or write ${{{}:-default}}", name, name)};
}

}  // namespace

std::variant<std::string, SyntaxError> substitute(std::string_view text,
                                                  const Environment& environment) {
  std::string out;
  std::size_t at = 0;
  while (true) {
    const std::size_t open = text.find("${", at);
    if (open == std::string_view::npos) break;
    if (open > at && text[open - 1] == '$') {  // $${ is a plain ${
      out += text.substr(at, open - 1 - at);
      out += "${";
      at = open + 2;
      continue;
    }
    out += text.substr(at, open - at);
    const std::size_t close = text.find('}', open);
    if (close == std::string_view::npos) {
      return SyntaxError{open, "this ${ has no }; write ${NAME} or ${NAME:-default}"};
    }
    auto value = value_of(text.substr(open + 2, close - open - 2), open, environment);
    if (std::holds_alternative<SyntaxError>(value)) return value;
    out += std::get<std::string>(value);
    at = close + 1;
  }
  out += text.substr(at);
  return out;
}

Environment process_environment() {
  return [](std::string_view name) -> std::optional<std::string> {
    const char* value = std::getenv(std::string(name).c_str());
    if (value == nullptr) return std::nullopt;
    return std::string(value);
  };
}

}  // namespace hawkcache::config
