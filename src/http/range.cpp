#include "http/range.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <utility>

namespace hawkcache::http {
namespace {

// One range-spec (section 14.1.1), before the length is known.
struct RangeSpec {
  enum class Form : std::uint8_t { between, suffix } form = Form::between;
  std::uint64_t first = 0;          // between
  std::uint64_t last = UINT64_MAX;  // between; "5-" reaches as far as it can
  std::uint64_t suffix = 0;         // suffix: the last so many bytes
};

// int-range = first-pos "-" [ last-pos ] / suffix-range = "-" suffix-length
std::optional<RangeSpec> parse_spec(std::string_view text) noexcept {
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const std::string_view after = text.substr(dash + 1);
  RangeSpec spec;
  if (dash == 0) {
    const auto suffix = ascii::parse_digits(after);
    if (!suffix) return std::nullopt;
    spec.form = RangeSpec::Form::suffix;
    spec.suffix = *suffix;
    return spec;
  }
  const auto first = ascii::parse_digits(text.substr(0, dash));
  const auto last = after.empty() ? std::optional(UINT64_MAX) : ascii::parse_digits(after);
  // "An int-range is invalid if the last-pos value is present and less than first-pos."
  if (!first || !last || *first > *last) return std::nullopt;
  spec.first = *first;
  spec.last = *last;
  return spec;
}

// "An int-range is satisfiable if it contains a first-pos that is less than the current length of
// the selected representation. A suffix-range is satisfiable if the suffix-length is non-zero."
// (section 14.1.2)
bool is_satisfiable(const RangeSpec& spec, std::uint64_t length) noexcept {
  return spec.form == RangeSpec::Form::suffix ? spec.suffix > 0 : spec.first < length;
}

// REQUIRES: satisfiable, length > 0.
ByteRange resolve(const RangeSpec& spec, std::uint64_t length) noexcept {
  // "If the selected representation is shorter than the specified suffix-length, the entire
  // representation is used."
  if (spec.form == RangeSpec::Form::suffix) {
    return {length - std::min(spec.suffix, length), length - 1};
  }
  return {spec.first, std::min(spec.last, length - 1)};
}

// The range-set after "bytes="; nullopt: another unit, or none.
std::optional<std::string_view> range_set(std::string_view value) noexcept {
  if (value.starts_with("bytes=")) return value.substr(6);
  const std::size_t equals = value.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  // "Range units [...] are case-insensitive" (section 14.1)
  if (!ascii::equals_ignoring_case(value.substr(0, equals), "bytes")) return std::nullopt;
  return value.substr(equals + 1);
}

bool overlap_or_touch(const ByteRange& lower, const ByteRange& upper) noexcept {
  return upper.first <= lower.last || upper.first == lower.last + 1;
}

// "a server MAY coalesce any of the ranges that overlap, or that are separated by a gap that is
// smaller than the overhead of sending multiple parts" (section 15.3.7.2): here those that overlap
// or leave no gap. "A server that generates a multipart response SHOULD send the parts in the same
// order that the corresponding range-spec appeared", so those that need no merging stay as they
// are.
void coalesce(ByteRanges& ranges) {
  ByteRanges sorted = ranges;
  std::sort(sorted.begin(), sorted.end(), [](const ByteRange& a, const ByteRange& b) {
    return a.first < b.first;
  });
  std::size_t merged = 0;
  for (std::size_t i = 1; i < sorted.size(); ++i) {
    if (overlap_or_touch(sorted[merged], sorted[i])) {
      sorted[merged].last = std::max(sorted[merged].last, sorted[i].last);
    } else {
      sorted[++merged] = sorted[i];
    }
  }
  if (merged + 1 == ranges.size()) return;
  sorted.resize(merged + 1);
  ranges = std::move(sorted);
}

RangeDecision decide_one(std::string_view text, std::uint64_t length) noexcept {
  const auto spec = parse_spec(text);
  if (!spec) return {};
  if (!is_satisfiable(*spec, length)) return {RangeVerdict::unsatisfiable};
  if (length == 0) return {};  // no Content-Range can express no bytes
  return {RangeVerdict::single, resolve(*spec, length)};
}

}  // namespace

RangeDecision decide_ranges(std::string_view value, std::uint64_t length) {
  const auto set = range_set(value);
  if (!set) return {};
  if (set->find(',') == std::string_view::npos) return decide_one(ascii::trim(*set), length);
  std::size_t specs = 0;
  std::size_t satisfiable = 0;
  std::optional<ByteRange> first;
  ByteRanges ranges;
  ascii::ListReader list(*set);
  while (const auto member = list.next()) {
    const auto spec = parse_spec(*member);
    // "A server that supports range requests MAY ignore or reject a Range header field that
    // contains an invalid ranges-specifier" (section 14.2): ignored, as a whole.
    if (!spec) return {};
    ++specs;
    if (!is_satisfiable(*spec, length)) continue;
    ++satisfiable;
    if (length == 0) continue;  // no Content-Range can express no bytes
    const ByteRange range = resolve(*spec, length);
    if (first && ranges.empty()) ranges.push_back(*first);
    if (first) ranges.push_back(range);
    if (!first) first = range;
  }
  // "none of the ranges-specifier's range-spec values [...] are satisfiable" (section 15.5.17)
  if (specs > 0 && satisfiable == 0) return {RangeVerdict::unsatisfiable};
  if (!first) return {};
  if (ranges.empty()) return {RangeVerdict::single, *first};
  coalesce(ranges);
  if (ranges.size() == 1) return {RangeVerdict::single, ranges.front()};
  // "many small ranges [...] are indications of either a broken client or a deliberate
  // denial-of-service attack" (section 14.2): everything once costs less.
  if (ranges.size() > kMostRanges) return {};
  return {RangeVerdict::several, {}, std::move(ranges)};
}

bool is_single_range(std::string_view value) noexcept {
  const auto set = range_set(value);
  if (!set) return false;
  ascii::ListReader list(*set);
  const auto member = list.next();
  return member && parse_spec(*member) && !list.next();
}

std::optional<ContentRange> parse_content_range(std::string_view value) noexcept {
  const std::size_t space = value.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  if (!ascii::equals_ignoring_case(value.substr(0, space), "bytes")) return std::nullopt;
  const std::string_view rest = value.substr(space + 1);
  const std::size_t dash = rest.find('-');
  const std::size_t slash = rest.find('/');
  if (dash == std::string_view::npos || slash == std::string_view::npos || slash < dash) {
    return std::nullopt;
  }
  const auto first = ascii::parse_digits(rest.substr(0, dash));
  const auto last = ascii::parse_digits(rest.substr(dash + 1, slash - dash - 1));
  const auto length = ascii::parse_digits(rest.substr(slash + 1));
  // "A Content-Range field value is invalid if it contains a range-resp that has a last-pos value
  // less than its first-pos value, or a complete-length value less than or equal to its last-pos
  // value." (section 14.4)
  if (!first || !last || !length || *last < *first || *length <= *last) return std::nullopt;
  return ContentRange{.range = {*first, *last}, .complete_length = *length};
}

}  // namespace hawkcache::http
