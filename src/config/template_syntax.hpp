// Templates, as used by `tags`, `key` and `invalidates`: literal text with placeholders,
// "user:{user_id}". Pure; any thread.
//
// The names are the path parameters of the rule, and {method} {scheme} {host} {path} {query}
// {query.NAME} {header.NAME} {cookie.NAME}. Where a path parameter has one of the fixed names (such
// as /files/{path:path}), the path parameter wins.
#pragma once

#include "config/syntax_error.hpp"

#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace hawkcache::config {

struct TemplatePart {
  enum class Kind {
    literal,         // text is the literal
    path_parameter,  // text is the parameter's name
    method,
    scheme,
    host,
    path,
    query,
    query_parameter,  // text is the parameter's name, as it appears decoded in a query
    header,           // text is the field name in lower case
    cookie,           // text is the cookie's name
  };
  Kind kind = Kind::literal;
  std::string text;
  bool operator==(const TemplatePart&) const = default;
};

// The parts in order (adjacent literals are one part; never empty for a non-empty text), or the
// first error.
[[nodiscard]] std::variant<std::vector<TemplatePart>, SyntaxError> parse_template(
    std::string_view text, std::span<const std::string> path_parameter_names);

// Every error of the template, in order; empty when parse_template succeeds.
std::vector<SyntaxError> template_errors(std::string_view text,
                                         std::span<const std::string> path_parameter_names);

}  // namespace hawkcache::config
