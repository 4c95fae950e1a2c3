// What things really take from the heap, so that a budget in bytes is true to the process's size.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>

namespace hawkcache::store {

// glibc's malloc: a header of 8 bytes, chunks in steps of 16, no smaller than 32.
constexpr std::size_t heap_footprint(std::size_t size) noexcept {
  if (size == 0) return 0;
  return std::max<std::size_t>(32, (size + 8 + 15) & ~std::size_t{15});
}

// Nothing for a string that fits into itself.
inline std::size_t heap_footprint(const std::string& text) noexcept {
  static const std::size_t in_place = std::string().capacity();
  return text.capacity() <= in_place ? 0 : heap_footprint(text.capacity() + 1);
}

}  // namespace hawkcache::store
