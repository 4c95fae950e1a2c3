#include "config/token_text.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace hawkcache::config {

std::variant<std::string, SyntaxError> parse_token(std::string_view text) {
  if (text.size() > kLongestToken) {
    return SyntaxError{
        0, fmt::format("the token has {} bytes; {} are the most", text.size(), kLongestToken)};
  }
  const bool fits =
      std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F; });
  if (fits) return std::string(text);
  return SyntaxError{0,
                     "a token travels in a header: it has no blanks, line ends, control bytes or "
                     "letters beyond ASCII; take them out (at its end, too)"};
}

}  // namespace hawkcache::config
