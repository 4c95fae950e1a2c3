// Writes short pieces at the end of a string that keeps its memory. A piece costs a look at the
// room that is left and a copy, which for a literal is a store or two, where std::string::append()
// is a call: an answer's dozen pieces take a quarter of the time. While a writer lives, the string
// is its own.
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace hawkcache {

class TextWriter {
 public:
  explicit TextWriter(std::string& out) : out_(out), size_(out.size()) { make_room(kRoom); }
  ~TextWriter() { out_.resize(size_); }
  TextWriter(const TextWriter&) = delete;
  TextWriter& operator=(const TextWriter&) = delete;

  void text(std::string_view piece) {
    if (piece.size() > out_.size() - size_) make_room(piece.size() + kRoom);
    put(piece);
  }
  // Several pieces, with one look at the room for all.
  template <class... Pieces>
  void texts(const Pieces&... pieces) {
    const std::size_t size = (std::string_view(pieces).size() + ...);
    if (size > out_.size() - size_) make_room(size + kRoom);
    (put(pieces), ...);
  }
  void number(std::int64_t value) {
    if (kDigits > out_.size() - size_) make_room(kDigits + kRoom);
    char* const begin = out_.data() + size_;
    size_ += static_cast<std::size_t>(std::to_chars(begin, begin + kDigits, value).ptr - begin);
  }

 private:
  static constexpr std::size_t kRoom = 256;  // more than most heads' tails take
  static constexpr std::size_t kDigits = 20;
  void make_room(std::size_t room) { out_.resize(size_ + room); }
  void put(std::string_view piece) {
    if (piece.empty()) return;
    std::memcpy(out_.data() + size_, piece.data(), piece.size());
    size_ += piece.size();
  }

  std::string& out_;
  std::size_t size_;  // of what is written; what the string has beyond it is room
};

}  // namespace hawkcache
