// Writes short pieces at the end of a string that keeps its memory. A piece costs a look at the
// room that is left and a copy, which for a literal is a store or two, where std::string::append()
// is a call: an answer's dozen pieces take a quarter of the time. While a writer lives, the string
// is its own.
#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace hawkcache {

class TextWriter {
 public:
  explicit TextWriter(std::string& out) : out_(out), at_(out.data() + out.size()) {
    make_room(kRoom);
  }
  ~TextWriter() { out_.resize(size()); }
  TextWriter(const TextWriter&) = delete;
  TextWriter& operator=(const TextWriter&) = delete;

  void text(std::string_view piece) {
    if (piece.size() > room()) make_room(piece.size() + kRoom);
    put(piece);
  }
  // Of the string, with what has been written.
  std::size_t size() const { return static_cast<std::size_t>(at_ - out_.data()); }
  // Several pieces, with one look at the room for all.
  template <class... Pieces>
  void texts(const Pieces&... pieces) {
    const std::size_t size = (std::string_view(pieces).size() + ...);
    if (size > room()) make_room(size + kRoom);
    (put(pieces), ...);
  }
  template <std::integral Number>
  void number(Number value) {
    static_assert(sizeof(Number) <= sizeof(std::uint64_t));
    if (kDigits > room()) make_room(kDigits + kRoom);
    at_ = std::to_chars(at_, at_ + kDigits, value).ptr;
  }

 private:
  static constexpr std::size_t kRoom = 256;  // more than most heads' tails take
  static constexpr std::size_t kDigits = 20;
  std::size_t room() const { return static_cast<std::size_t>(end_ - at_); }
  void make_room(std::size_t room) {
    const std::size_t written = size();
    out_.resize(written + room);
    at_ = out_.data() + written;
    end_ = at_ + room;
  }
  void put(std::string_view piece) {
    if (piece.empty()) return;
    std::memcpy(at_, piece.data(), piece.size());
    at_ += piece.size();
  }

  std::string& out_;
  char* at_;             // behind what is written
  char* end_ = nullptr;  // of the string; what it has from at_ on is room
};

}  // namespace hawkcache
