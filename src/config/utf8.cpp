#include "config/utf8.hpp"

#include "base/utf8.hpp"

namespace hawkcache::config {

std::size_t first_bad_byte(std::string_view text) noexcept {
  for (std::size_t at = 0; at < text.size();) {
    const auto byte = static_cast<unsigned char>(text[at]);
    const bool control =
        (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') || byte == 0x7F;
    if (control) return at;
    const std::size_t length = utf8::sequence_length(text.substr(at));
    if (length == 0) return at;
    at += length;
  }
  return std::string_view::npos;
}

}  // namespace hawkcache::config
