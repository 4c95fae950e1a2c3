// Writes field lines as "Name: value CRLF". Lines that stand just so, one behind the other, in the
// text that they were parsed from are copied in one piece.
#pragma once

#include "base/text_writer.hpp"
#include "http/fields.hpp"

#include <cstddef>
#include <string_view>

namespace hawkcache::proxy {

inline void append_field(TextWriter& out, std::string_view name, std::string_view value) {
  out.texts(name, ": ", value, "\r\n");
}

// What is added has been written when the run ends.
class FieldRun {
 public:
  explicit FieldRun(TextWriter& out) noexcept : out_(out) {}
  ~FieldRun() { write(); }
  FieldRun(const FieldRun&) = delete;
  FieldRun& operator=(const FieldRun&) = delete;

  void add(const http::Field& field) {
    const char* const begin = field.name.data();
    const char* const name_end = begin + field.name.size();
    // Where an empty value points to is not said.
    const bool as_written = !field.value.empty() && field.value.data() == name_end + 2 &&
                            name_end[0] == ':' && name_end[1] == ' ';
    if (!as_written || !goes_on_at(begin)) write();
    if (!as_written) return append_field(out_, field.name, field.value);
    if (begin_ == nullptr) begin_ = begin;
    end_ = field.value.data() + field.value.size();
  }

 private:
  bool goes_on_at(const char* begin) const noexcept {
    return begin_ != nullptr && begin == end_ + 2 && end_[0] == '\r' && end_[1] == '\n';
  }
  void write() {
    if (begin_ == nullptr) return;
    out_.texts(std::string_view(begin_, static_cast<std::size_t>(end_ - begin_)), "\r\n");
    begin_ = nullptr;
  }

  TextWriter& out_;
  const char* begin_ = nullptr;  // of lines that are to be written; null: none
  const char* end_ = nullptr;    // of the last one's value
};

}  // namespace hawkcache::proxy
