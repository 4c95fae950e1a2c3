// SharedBytes: an immutable, reference-counted run of bytes. Copying shares, never copies the
// bytes. Thread-safe in the way of shared_ptr: distinct copies may be used from distinct threads.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>

namespace hawkcache {

class SharedBytes {
 public:
  SharedBytes() = default;
  SharedBytes(std::shared_ptr<const char[]> data, std::size_t size)
      : data_(std::move(data)), size_(size) {}

  static SharedBytes copy_of(std::string_view bytes);

  const char* data() const noexcept { return data_.get(); }
  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  std::string_view view() const noexcept { return {data_.get(), size_}; }
  // The first `size` bytes, sharing the same memory. REQUIRES: size <= this->size().
  SharedBytes prefix(std::size_t size) const { return {data_, size}; }

 private:
  std::shared_ptr<const char[]> data_;
  std::size_t size_ = 0;
};

}  // namespace hawkcache
