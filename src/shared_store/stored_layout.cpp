#include "shared_store/stored_layout.hpp"

#include "base/hash.hpp"
#include "caching/partial_content.hpp"

namespace hawkcache::shared_store::layout {

std::uint64_t checksum(std::string_view value, std::string_view name) noexcept {
  const std::uint64_t of_header = hash64(value.substr(0, kChecksumAt), hash64(name));
  return hash64(value.substr(kStoredHeaderSize), of_header);
}

bool is_well_formed(const caching::PartialContent& partial, std::uint64_t body_size) noexcept {
  if (partial.parts.empty() || partial.parts.size() > caching::kMostParts) return false;
  std::uint64_t sum = 0;
  const http::ByteRange* before = nullptr;
  for (const http::ByteRange& part : partial.parts) {
    if (part.last < part.first || part.last >= partial.complete_length) return false;
    // Not touching either: first is more than one beyond the last before it.
    if (before != nullptr && (part.first <= before->last || part.first - before->last < 2)) {
      return false;
    }
    before = &part;
    sum += part.size();  // at most complete_length: the parts do not overlap
  }
  return sum == body_size;
}

bool is_head_text(std::string_view text) noexcept {
  if (text.find('\0') != std::string_view::npos) return false;
  while (!text.empty()) {
    const std::size_t end = text.find('\r');
    if (end == std::string_view::npos) return text.find('\n') == std::string_view::npos;
    if (end == 0 || text.find('\n') != end + 1) return false;
    text.remove_prefix(end + 2);
  }
  return true;
}

bool is_field_value(std::string_view text) noexcept {
  return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

}  // namespace hawkcache::shared_store::layout
