#include "store/head_split.hpp"

#include "base/ascii.hpp"
#include "base/hash.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <utility>

#include <boost/container/static_vector.hpp>

namespace hawkcache::store {

namespace {

// More is not worth it.
constexpr std::size_t kMostLines = 64;
constexpr std::size_t kMostCommon = 4096;
// Less is not either: a reference takes 8 bytes, and alignment some.
constexpr std::size_t kLeastCommon = 64;
constexpr std::size_t kMostRemembered = 8192;

struct Line {
  std::string_view text;  // with its CRLF
  std::string_view name;  // empty: the status line
  bool common = false;
};
using Lines = boost::container::static_vector<Line, kMostLines>;

// None where it is not in lines, or in too many.
Lines lines_of(std::string_view head) {
  Lines lines;
  while (!head.empty()) {
    const std::size_t end = head.find('\r');
    if (end == std::string_view::npos || lines.size() == kMostLines) return {};
    const std::string_view text = head.substr(0, end + 2);
    const std::size_t colon = lines.empty() ? 0 : text.find(':');
    if (!text.ends_with("\r\n") || colon == std::string_view::npos) return {};
    lines.push_back({text, text.substr(0, colon)});
    head.remove_prefix(text.size());
  }
  return lines;
}

bool is_named(const Line& line, std::string_view name) noexcept {
  return line.name.size() == name.size() && ascii::equals_ignoring_case(line.name, name);
}

// Validators are looked for in what is the response's own; times would make a common head of every
// second.
bool is_always_own(const Line& line) noexcept {
  constexpr std::array<std::string_view, 4> kNames{"date", "etag", "expires", "last-modified"};
  return std::any_of(
      kNames.begin(), kNames.end(), [&](std::string_view name) { return is_named(line, name); });
}

void keep_names_together(Lines& lines) {
  for (const Line& own : lines) {
    if (own.common) continue;
    for (Line& other : lines) {
      if (other.common && is_named(other, own.name)) other.common = false;
    }
  }
}

}  // namespace

std::optional<HeadSplit> split_head(std::string_view head,
                                    std::uint64_t owner,
                                    RepeatFilter& filter) {
  Lines lines = lines_of(head);
  for (Line& line : lines) {
    line.common = !is_always_own(line) && filter.repeats(hash64(line.text), owner);
  }
  keep_names_together(lines);
  std::size_t common = 0;
  for (const Line& line : lines) common += line.common ? line.text.size() : 0;
  if (common < kLeastCommon || common > kMostCommon || !lines.front().common) return std::nullopt;
  HeadSplit split;
  split.common.reserve(common);
  split.own.reserve(head.size() - common);
  // Lines that stay neighbours are copied at once.
  for (auto first = lines.begin(); first != lines.end();) {
    const auto last = std::find_if(
        first, lines.end(), [&](const Line& line) { return line.common != first->common; });
    const char* end = std::prev(last)->text.data() + std::prev(last)->text.size();
    (first->common ? split.common : split.own).append(first->text.data(), end);
    first = last;
  }
  return split;
}

const HeadSplit* HeadSplitter::split(std::string_view head,
                                     std::uint64_t owner,
                                     RepeatFilter& filter) {
  if (is_like_the_last(head, owner, filter)) return &last_;
  parts_.clear();
  auto found = split_head(head, owner, filter);
  if (!found) return nullptr;
  last_ = std::move(*found);
  filter_ = filter.number();
  if (head.size() <= kMostRemembered) remember(head);
  return &last_;
}

// Whether it has the same lines, but for what its own lines say, and none of those has become
// common. Then last_ is its split.
bool HeadSplitter::is_like_the_last(std::string_view head,
                                    std::uint64_t owner,
                                    RepeatFilter& filter) {
  if (parts_.empty() || filter_ != filter.number()) return false;
  last_.own.clear();
  const char* common = last_.common.data();
  const char* name = names_.data();
  for (const Part& part : parts_) {
    const bool is_common = part.kind == Part::Kind::common;
    const char*& expected = is_common ? common : name;
    if (!head.starts_with(std::string_view(expected, part.size))) return false;
    expected += part.size;
    std::size_t size = part.size;
    if (!is_common) {
      const std::size_t end = head.find('\r', size);
      if (end == std::string_view::npos || !head.substr(end).starts_with("\r\n")) return false;
      size = end + 2;
      const std::string_view line = head.substr(0, size);
      if (part.kind == Part::Kind::own && filter.repeats(hash64(line), owner)) return false;
      last_.own.append(line);
    }
    head.remove_prefix(size);
  }
  return head.empty();
}

// Its lines are those of last_, each in its order: the next one is common where it comes next
// among the common ones, or else its own.
void HeadSplitter::remember(std::string_view head) {
  names_.clear();
  std::string_view common = last_.common;
  for (const Line& line : lines_of(head)) {
    if (common.starts_with(line.text)) {
      common.remove_prefix(line.text.size());
      if (parts_.empty() || parts_.back().kind != Part::Kind::common) {
        parts_.push_back({Part::Kind::common, 0});
      }
      parts_.back().size += line.text.size();
      continue;
    }
    const bool always = is_always_own(line);
    parts_.push_back({always ? Part::Kind::always_own : Part::Kind::own, line.name.size() + 1});
    names_.append(line.text, 0, line.name.size() + 1);
  }
}

}  // namespace hawkcache::store
