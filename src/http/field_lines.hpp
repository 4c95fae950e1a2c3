// The field lines of a head (RFC 9112 section 5), read by Beast's basic_parser. Private to
// parser.cpp and its tests.
#pragma once

#include "http/fields.hpp"

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace hawkcache::http {

enum class FieldLines { well_formed, malformed };

// A block that was well-formed, and its fields, which view it.
struct KnownLines {
  std::string_view block;
  std::span<const Field> fields;

  std::size_t size() const noexcept { return fields.size(); }
  // From line i to the end of the last one, CRLF included; "" where there is no line i.
  std::string_view from(std::size_t i) const noexcept {
    const char* end = block.data() + block.size() - (block.empty() ? 0 : 2);
    const char* begin = i < fields.size() ? fields[i].name.data() : end;
    return {begin, static_cast<std::size_t>(end - begin)};
  }

  // Lines that stand at the beginning of a text.
  struct Run {
    std::size_t first = 0;
    std::size_t count = 0;
    std::size_t bytes = 0;
  };
  // The longest run of them that `text` begins with, from `next` on or from shortly after it: a
  // line more or less does not make all that follow look new. count 0: there is none.
  Run find_run(std::size_t next, std::string_view text) const noexcept;
};

// Appends a Field per line of `block` to `fields`, as views into it. REQUIRES: `block` ends with
// its only empty line, and a HeadScanner has found neither control bytes nor folded lines in it.
// Lines that are among the known ones, in about the same order, are not parsed again. What
// Content-Length, Transfer-Encoding and Connection say is not judged here, but in body_framing.
FieldLines parse_field_lines(std::string_view block,
                             const KnownLines& known,
                             std::vector<Field>& fields);

}  // namespace hawkcache::http
