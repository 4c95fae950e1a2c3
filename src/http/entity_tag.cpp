#include "http/entity_tag.hpp"

#include <algorithm>
#include <optional>

namespace hawkcache::http {
namespace {

// %x21 / %x23-7E / obs-text
bool is_tag_char(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return byte == 0x21 || (byte >= 0x23 && byte != 0x7f);
}

bool is_weak(std::string_view tag) noexcept { return tag.starts_with("W/"); }

std::string_view opaque(std::string_view tag) noexcept {
  return is_weak(tag) ? tag.substr(2) : tag;
}

// Walks a list of entity tags. ascii::ListReader would not do: a backslash escapes nothing inside
// them.
class TagReader {
 public:
  explicit TagReader(std::string_view text) noexcept : rest_(text) {}

  std::optional<std::string_view> next() noexcept {
    const std::size_t begin = std::min(rest_.find_first_not_of(" \t,"), rest_.size());
    rest_.remove_prefix(begin);
    if (rest_.empty()) return std::nullopt;
    std::size_t end = is_weak(rest_) ? 2 : 0;
    if (end < rest_.size() && rest_[end] == '"')
      end = std::min(rest_.find('"', end + 1), rest_.size());
    end = std::min(rest_.find(',', end), rest_.size());
    std::string_view member = rest_.substr(0, end);
    member = member.substr(0, member.find_last_not_of(" \t") + 1);
    rest_.remove_prefix(end);
    return member;
  }

 private:
  std::string_view rest_;
};

template <class Equal>
bool list_matches(std::string_view list, std::string_view tag, Equal equal) noexcept {
  TagReader reader(list);
  while (const auto member = reader.next()) {
    if (equal(*member, tag)) return true;
  }
  return false;
}

}  // namespace

bool is_valid_entity_tag(std::string_view tag) noexcept {
  tag = opaque(tag);
  if (tag.size() < 2 || tag.front() != '"' || tag.back() != '"') return false;
  tag = tag.substr(1, tag.size() - 2);
  return std::all_of(tag.begin(), tag.end(), is_tag_char);
}

bool weakly_equal(std::string_view a, std::string_view b) noexcept {
  return opaque(a) == opaque(b) && is_valid_entity_tag(a);
}

bool strongly_equal(std::string_view a, std::string_view b) noexcept {
  return !is_weak(a) && a == b && is_valid_entity_tag(a);
}

bool list_matches_weakly(std::string_view list, std::string_view tag) noexcept {
  return list_matches(list, tag, weakly_equal);
}

bool list_matches_strongly(std::string_view list, std::string_view tag) noexcept {
  return list_matches(list, tag, strongly_equal);
}

}  // namespace hawkcache::http
