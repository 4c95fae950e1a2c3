// The lines of a rendered head, as answers that are not the whole response pick among them: each
// time anew, so names are compared as words of bytes, without looking them up.
#pragma once

#include "base/byte_words.hpp"
#include "base/text_writer.hpp"
#include "http/head_pieces.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace hawkcache::proxy {

// Where the line that begins at `line` ends. A rendered head has line feeds at its lines' ends
// only.
inline const char* end_of_line(const char* line, const char* end) noexcept {
  const void* feed = std::memchr(line, '\n', static_cast<std::size_t>(end - line));
  return feed != nullptr ? static_cast<const char*>(feed) + 1 : end;
}

template <class Visit>
void for_each_line(const http::HeadPieces& head, Visit&& visit) {
  for (const std::string_view piece : {head.common, head.own}) {
    const char* const end = piece.data() + piece.size();
    for (const char* line = piece.data(); line != end;) {
      const char* const next = end_of_line(line, end);
      visit(std::string_view(line, next));
      line = next;
    }
  }
}

// Writes the lines that are wanted, those that stand side by side in one go.
template <class Wanted>
void write_lines(TextWriter& out, const http::HeadPieces& head, Wanted wanted) {
  for (const std::string_view piece : {head.common, head.own}) {
    const char* const end = piece.data() + piece.size();
    const char* begin = piece.data();  // of what is wanted and not yet written
    for (const char* line = begin; line != end;) {
      const char* const next = end_of_line(line, end);
      if (!wanted(std::string_view(line, next))) {
        if (begin != line) out.text({begin, line});
        begin = next;
      }
      line = next;
    }
    if (begin != end) out.text({begin, end});
  }
}

// Whether a line of a rendered head has this name, given in lower case and with its colon. Setting
// a bit makes letters small, and no other byte that a name may have a letter, a hyphen or a colon.
template <std::size_t kSize>
bool is_named(std::string_view line, const char (&name)[kSize]) noexcept {
  constexpr std::size_t kLength = kSize - 1;
  static_assert(kLength >= 4);
  if (line.size() < kLength) return false;
  const auto differ = [&]<class Word>(Word, std::size_t at) {
    Word ours;
    Word theirs;
    std::memcpy(&ours, name + at, sizeof ours);
    std::memcpy(&theirs, line.data() + at, sizeof theirs);
    return (theirs | static_cast<Word>(byte_words::kOnes * 0x20)) != ours;
  };
  if constexpr (kLength < sizeof(std::uint64_t)) {
    return !differ(std::uint32_t{}, 0) && !differ(std::uint32_t{}, kLength - 4);
  } else {
    for (std::size_t at = 0; at + 8 < kLength; at += 8) {
      if (differ(std::uint64_t{}, at)) return false;
    }
    return !differ(std::uint64_t{}, kLength - 8);
  }
}

// Fields that a 304 carries (RFC 9110 section 15.4.5).
inline bool belongs_to_304(std::string_view line) noexcept {
  switch (line.front() | 0x20) {
    case 'c':
      return is_named(line, "cache-control:") || is_named(line, "cdn-cache-control:") ||
             is_named(line, "content-location:") || is_named(line, "cache-groups:") ||
             is_named(line, "cache-status:");
    case 'd':
      return is_named(line, "date:");
    case 'e':
      return is_named(line, "etag:") || is_named(line, "expires:");
    case 'l':
      return is_named(line, "last-modified:");
    case 'v':
      return is_named(line, "via:") || is_named(line, "vary:");
    default:
      return false;
  }
}

}  // namespace hawkcache::proxy
