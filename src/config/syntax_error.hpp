// What the small parsers of this folder (paths, templates, units, URLs) say when a text is wrong:
// where inside the text, and what would be right. The reader turns it into a ConfigError with line
// and column.
#pragma once

#include <cstddef>
#include <string>

namespace hawkcache::config {

struct SyntaxError {
  std::size_t offset = 0;  // bytes from the start of the text
  std::string message;
  bool operator==(const SyntaxError&) const = default;
};

}  // namespace hawkcache::config
