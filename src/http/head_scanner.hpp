// Finds the end of a head in bytes that arrive bit by bit, within bounds, and the first byte that
// no head may have: control bytes, bare CR or LF, folded lines. Private to parser.cpp and its
// tests.
#pragma once

#include "http/field_lines.hpp"
#include "http/parser.hpp"

#include <cstddef>
#include <string_view>

namespace hawkcache::http {

enum class EmptyLines { skipped, refused };  // before the start line: RFC 9112 section 2.2

class HeadScanner {
 public:
  HeadScanner(HeadLimits limits, EmptyLines empty_lines) noexcept
      : limits_(limits), empty_lines_(empty_lines) {}

  // `buffer` begins at the same byte each time. Every byte is looked at once, however often this is
  // called, and the outcome depends on the bytes alone, not on how they were cut. After `complete`
  // or `error`: REQUIRES reset() first. `known`: the lines of an earlier head; where they come
  // again, nothing is searched. The same in all calls for one head.
  Feed scan(std::string_view buffer, const KnownLines& known, ChangedValues& changed) noexcept;
  void reset() noexcept { *this = HeadScanner(limits_, empty_lines_); }

  HeadError error() const noexcept { return error_; }
  // Whether the start line has come whole; known before the head is complete, and also when an
  // error follows it.
  bool has_start_line() const noexcept { return has_start_line_; }
  // The start line without its CRLF, or what has come of it before any CR.
  std::string_view start_line(std::string_view buffer) const noexcept;
  // On `complete`: whether the lines are the known ones, but for the changed values.
  bool are_all_known() const noexcept { return all_known_; }
  // On `complete`: the field lines and the empty line after them.
  std::string_view field_lines(std::string_view buffer) const noexcept;
  // On `complete`: all bytes of the head, skipped empty lines included.
  std::size_t size() const noexcept { return line_begin_; }

 private:
  Feed end_of_line(std::string_view line) noexcept;
  Feed end_of_start_line(std::string_view line) noexcept;
  bool takes_all(std::string_view buffer, const KnownLines& known, ChangedValues& changed) noexcept;
  void take_known(std::string_view window, const KnownLines& known) noexcept;
  Feed fail(HeadError error) noexcept;
  std::size_t limit() const noexcept;

  HeadLimits limits_;
  EmptyLines empty_lines_;
  HeadError error_ = HeadError::none;
  bool has_start_line_ = false;
  bool all_known_ = false;
  std::size_t skipped_lines_ = 0;
  std::size_t field_count_ = 0;
  std::size_t next_known_ = 0;
  std::size_t searched_ = 0;    // no control byte before this
  std::size_t line_begin_ = 0;  // of the line that has not ended yet
  std::size_t start_begin_ = 0;
  std::size_t start_size_ = 0;
};

}  // namespace hawkcache::http
