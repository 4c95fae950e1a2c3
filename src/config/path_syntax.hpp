// The path of a rule, in HawkAPI's syntax: /users/{user_id:int}/files/{rest:path}. Pure; any
// thread.
//
// A pattern is split at its slashes; a request path is split first and each segment percent-decoded
// afterwards, so a literal is written decoded ("/a b", never "/a%20b"). A trailing slash is a last,
// empty literal segment: "/" is [""],
// "/x" is ["x"], "/x/" is ["x", ""]. A placeholder takes a whole, non-empty segment; {name:path}
// takes everything that is left, also nothing, and stands last.
#pragma once

#include "config/syntax_error.hpp"

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace hawkcache::config {

struct PathSegment {
  enum class Kind { literal, str, int_, float_, uuid, slug, path };
  Kind kind = Kind::literal;
  std::string text;  // the literal itself, or the parameter's name
  bool operator==(const PathSegment&) const = default;
};

struct PathPattern {
  std::string text;  // as written
  std::vector<PathSegment> segments;

  // The names of the placeholders, in order.
  std::vector<std::string> parameter_names() const;
  bool operator==(const PathPattern&) const = default;
};

// The pattern, or the first thing that is wrong with it and what to write instead.
[[nodiscard]] std::variant<PathPattern, SyntaxError> parse_path_pattern(std::string_view text);

}  // namespace hawkcache::config
