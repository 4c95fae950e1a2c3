// The bytes a connection has received and not yet used up: one contiguous run, growing only while a
// head does not fit.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

namespace hawkcache::net {

class InputBuffer {
 public:
  static constexpr std::size_t kInitial = 4 * 1024;

  std::string_view view() const noexcept { return {bytes_.get(), size_}; }
  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }

  // At least 2 KiB to read into; commit() says how much was read. Views into the buffer are void
  // afterwards.
  std::span<char> space() {
    if (capacity_ - size_ < kInitial / 2) grow(std::max(kInitial, capacity_ * 2));
    return {bytes_.get() + size_, capacity_ - size_};
  }
  void commit(std::size_t size) noexcept { size_ += size; }

  void consume(std::size_t size) noexcept {
    size_ -= size;
    if (size_ > 0) std::memmove(bytes_.get(), bytes_.get() + size, size_);
    head_begun_ = false;
    if (size_ == 0 && capacity_ > 4 * kInitial) {
      bytes_.reset();
      capacity_ = 0;
    }
  }
  // RFC 9112 section 2.2: empty lines before a request are skipped; if nothing else is there,
  // nothing has begun.
  void drop_empty_lines() noexcept {
    const auto size = view().find_first_not_of("\r\n");
    if (size == std::string_view::npos) consume(size_);
  }
  void append(std::string_view more) {
    if (capacity_ < size_ + more.size()) grow(size_ + more.size());
    if (!more.empty()) std::memcpy(bytes_.get() + size_, more.data(), more.size());
    size_ += more.size();
  }

  // Whether the clock of the head being received runs already.
  bool head_begun() const noexcept { return head_begun_; }
  void mark_head_begun() noexcept { head_begun_ = true; }

 private:
  void grow(std::size_t capacity) {
    auto larger = std::make_unique_for_overwrite<char[]>(capacity);
    if (size_ > 0) std::memcpy(larger.get(), bytes_.get(), size_);
    bytes_ = std::move(larger);
    capacity_ = capacity;
  }

  std::unique_ptr<char[]> bytes_;
  std::size_t capacity_ = 0;
  std::size_t size_ = 0;
  bool head_begun_ = false;
};

}  // namespace hawkcache::net
