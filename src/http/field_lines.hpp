// The field lines of a head (RFC 9112 section 5), read by Beast's basic_parser. Private to
// parser.cpp and its tests.
#pragma once

#include "http/fields.hpp"

#include <array>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace hawkcache::http {

enum class FieldLines { well_formed, malformed };

// Values that differ from those of a known block, in the order of its lines: which line, and where
// in the new text its value lies, with the blanks around it.
class ChangedValues {
 public:
  struct Change {
    std::size_t line = 0;
    std::size_t begin = 0;
    std::size_t end = 0;
  };
  void clear() noexcept {
    count_ = 0;
    lines_move_ = false;
  }
  // false: there are too many to be worth it.
  bool add(const Change& change) noexcept {
    if (count_ == changes_.size()) return false;
    changes_[count_++] = change;
    return true;
  }
  std::span<const Change> all() const noexcept { return {changes_.data(), count_}; }
  // Whether some are of another length than before, so that lines behind them begin elsewhere.
  bool lines_move() const noexcept { return lines_move_; }
  void set_lines_move() noexcept { lines_move_ = true; }

 private:
  std::array<Change, 4> changes_;
  std::size_t count_ = 0;
  bool lines_move_ = false;
};

// A block that was well-formed, and its fields, which view it.
struct KnownLines {
  std::string_view block;
  std::span<const Field> fields;

  std::size_t size() const noexcept { return fields.size(); }
  // Where line i begins in the block; the empty line comes after the last.
  std::size_t begin_of(std::size_t i) const noexcept {
    if (i < fields.size()) return static_cast<std::size_t>(fields[i].name.data() - block.data());
    return block.empty() ? 0 : block.size() - 2;
  }
  // From line i to the end of the last one, CRLF included; "" where there is no line i.
  std::string_view from(std::size_t i) const noexcept {
    const std::size_t begin = begin_of(i);
    return block.substr(begin, begin_of(fields.size()) - begin);
  }

  // Whether `text` begins with these lines, the empty one included, but for the values of a few:
  // how many bytes they take, and in `changed` those values. 0: it does not, or not all of it is
  // here.
  std::size_t match(std::string_view text, ChangedValues& changed) const noexcept;

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

// The new values of fields that view `block`, to which the text that was matched has been copied,
// and in which no line moves.
void replace_values(std::string_view block,
                    const ChangedValues& changed,
                    std::vector<Field>& fields);
// Where lines move: makes of the fields of `known` those of `block`, the text that it was matched
// with. `block` may lie elsewhere than when it was matched.
void move_fields(std::string_view block,
                 const KnownLines& known,
                 const ChangedValues& changed,
                 std::vector<Field>& fields);

}  // namespace hawkcache::http
