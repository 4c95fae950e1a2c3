// The text of a head (status line and field lines, each with its CRLF) in the two pieces in which
// it may be kept: the common one, shared with other heads, is empty or begins with the status line;
// the own one follows it. Lines of the same name are in the same piece.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace hawkcache::http {

struct HeadPieces {
  HeadPieces(std::string_view common_lines, std::string_view own_lines) noexcept
      : common(common_lines), own(own_lines) {}
  // A whole head is all its own.
  HeadPieces(const std::string& head) noexcept : own(head) {}

  std::size_t size() const noexcept { return common.size() + own.size(); }
  std::string joined() const {
    std::string text;
    text.reserve(size());
    return text.append(common).append(own);
  }

  std::string_view common;
  std::string_view own;
};

}  // namespace hawkcache::http
