#include "base/shared_bytes.hpp"

#include <cstring>

namespace hawkcache {

SharedBytes SharedBytes::copy_of(std::string_view bytes) {
  if (bytes.empty()) return {};
  auto data = std::make_shared_for_overwrite<char[]>(bytes.size());
  std::memcpy(data.get(), bytes.data(), bytes.size());
  return {std::move(data), bytes.size()};
}

}  // namespace hawkcache
