// A look at the text before the YAML parser reads it: for what that parser would misread, choke on,
// or report badly. It knows just enough YAML to tell quoted text, comments, block scalars and flow
// collections apart. Pure; any thread.
#pragma once

#include "config/config.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hawkcache::config {

struct Problem {
  Position position;
  std::string message;
};

struct ScanResult {
  // Wrong whatever the parser says: nesting too deep, ${NAME} or {name} unquoted inside a flow
  // collection.
  std::vector<Problem> problems;
  // The better explanation, should the parser fail: a quote or bracket without its
  // end, a key without its colon.
  std::optional<Problem> hint;
};

inline constexpr std::size_t kMaxFlowDepth = 32;

// REQUIRES: UTF-8 without control bytes.
[[nodiscard]] ScanResult scan_yaml(std::string_view text);

}  // namespace hawkcache::config
