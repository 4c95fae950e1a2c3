// The plain pieces that stored values are made of: numbers (big-endian), texts with their lengths.
// Inside this folder only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace hawkcache::shared_store {

inline constexpr std::size_t kLengthSize = 4;

template <class Unsigned>
Unsigned load_number(const char* bytes) noexcept {
  Unsigned number = 0;
  for (std::size_t i = 0; i < sizeof(Unsigned); ++i) {
    number =
        static_cast<Unsigned>((std::uint64_t{number} << 8) | static_cast<unsigned char>(bytes[i]));
  }
  return number;
}

template <class Unsigned>
void store_number(char* bytes, Unsigned number) noexcept {
  for (std::size_t i = sizeof(Unsigned); i-- > 0;) {
    bytes[i] = static_cast<char>(number & 0xFF);
    number = static_cast<Unsigned>(std::uint64_t{number} >> 8);
  }
}

// Both kinds of writer take the same calls: one only counts, so that the other needs a single
// allocation.
class SizeCounter {
 public:
  template <class Unsigned>
  void number(Unsigned) noexcept {
    size_ += sizeof(Unsigned);
  }
  void text(std::string_view text) noexcept { size_ += kLengthSize + text.size(); }
  void bytes(std::string_view bytes) noexcept { size_ += bytes.size(); }
  std::size_t size() const noexcept { return size_; }

 private:
  std::size_t size_ = 0;
};

// REQUIRES: `out` has room reserved; texts are shorter than 4 GiB.
class Writer {
 public:
  explicit Writer(std::string& out) noexcept : out_(out) {}
  template <class Unsigned>
  void number(Unsigned number) {
    char bytes[sizeof(Unsigned)];
    store_number(bytes, number);
    out_.append(bytes, sizeof(bytes));
  }
  void text(std::string_view text) {
    number(static_cast<std::uint32_t>(text.size()));
    out_.append(text);
  }
  void bytes(std::string_view bytes) { out_.append(bytes); }

 private:
  std::string& out_;
};

// Reads what is there and nothing else: once something was missing everything reads as 0 or empty,
// and failed() is true.
class Reader {
 public:
  explicit Reader(std::string_view rest) noexcept : rest_(rest) {}
  template <class Unsigned>
  Unsigned number() noexcept {
    const std::string_view bytes = this->bytes(sizeof(Unsigned));
    return failed_ ? Unsigned{0} : load_number<Unsigned>(bytes.data());
  }
  std::string_view text() noexcept { return bytes(number<std::uint32_t>()); }
  std::string_view bytes(std::uint64_t size) noexcept {
    if (failed_ || size > rest_.size()) {
      failed_ = true;
      return {};
    }
    const std::string_view taken = rest_.substr(0, static_cast<std::size_t>(size));
    rest_.remove_prefix(taken.size());
    return taken;
  }
  // A count of things of which each takes at least `least` bytes: what cannot all be there fails
  // before anything is allocated for it.
  std::size_t count(std::size_t least, std::size_t most) noexcept {
    const std::size_t counted = number<std::uint32_t>();
    if (counted > most || counted > rest_.size() / least) failed_ = true;
    return failed_ ? 0 : counted;
  }
  void fail() noexcept { failed_ = true; }
  bool failed() const noexcept { return failed_; }
  std::string_view rest() const noexcept { return rest_; }

 private:
  std::string_view rest_;
  bool failed_ = false;
};

}  // namespace hawkcache::shared_store
