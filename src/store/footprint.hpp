// What things really take from the heap, so that a budget in bytes is true to the process's size.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>

// Part of jemalloc: null in a program that is not linked with it.
extern "C" int mallctl(const char* name,
                       void* old_value,
                       std::size_t* old_size,
                       void* new_value,
                       std::size_t new_size) __attribute__((weak, nothrow));

namespace hawkcache::store {

// The allocators that the daemon (jemalloc) and the tests (glibc's) are linked with.
enum class Allocator : std::uint8_t { glibc, jemalloc };
inline Allocator allocator() noexcept {
  return mallctl != nullptr ? Allocator::jemalloc : Allocator::glibc;
}

constexpr std::size_t heap_footprint(std::size_t size, Allocator allocator) noexcept {
  if (size == 0) return 0;
  switch (allocator) {
    case Allocator::glibc:
      // A header of 8 bytes, chunks in steps of 16, no smaller than 32.
      return std::max<std::size_t>(32, (size + 8 + 15) & ~std::size_t{15});
    case Allocator::jemalloc:
      break;
  }
  // What is large begins at a random line of a page, so that caches of the processor are used
  // evenly (cache_oblivious, which Debian leaves on); of the pages only those that are touched take
  // memory.
  constexpr std::size_t kLargest = 14 * 1024;
  constexpr std::size_t kPage = 4096;
  if (size > kLargest) return size + kPage;
  // Steps of 16, from 128 on four classes for each doubling.
  const std::size_t step = size <= 128 ? 16 : std::bit_floor(size - 1) / 4;
  return (size + step - 1) / step * step;
}
inline std::size_t heap_footprint(std::size_t size) noexcept {
  return heap_footprint(size, allocator());
}

// Nothing for a string that fits into itself.
inline std::size_t heap_footprint(const std::string& text) noexcept {
  static const std::size_t in_place = std::string().capacity();
  return text.capacity() <= in_place ? 0 : heap_footprint(text.capacity() + 1);
}

}  // namespace hawkcache::store
