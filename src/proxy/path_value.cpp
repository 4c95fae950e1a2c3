#include "proxy/path_value.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <optional>

namespace hawkcache::proxy {
namespace {

using SegmentKind = PathPatternSegment::Kind;

std::string_view without_sign(std::string_view text) noexcept {
  if (!text.empty() && text.front() == '-') text.remove_prefix(1);
  return text;
}

bool is_int(std::string_view text) noexcept {
  text = without_sign(text);
  return !text.empty() && std::all_of(text.begin(), text.end(), ascii::is_digit);
}

// from_chars would take "inf" and "nan" as well.
std::optional<double> parse_float(std::string_view text) noexcept {
  const std::string_view digits = without_sign(text);
  if (digits.empty() || !(ascii::is_digit(digits.front()) || digits.front() == '.'))
    return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool is_uuid(std::string_view text) noexcept {
  constexpr std::string_view kShape = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  return text.size() == kShape.size() &&
         std::equal(text.begin(), text.end(), kShape.begin(), [](char c, char shape) {
           return shape == '-' ? c == '-' : ascii::hex_value(c) >= 0;
         });
}

bool is_slug(std::string_view text) noexcept {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return ascii::is_alpha(c) || ascii::is_digit(c) || c == '-' || c == '_';
  });
}

std::string_view appended_since(const std::string& scratch, std::size_t start) {
  return std::string_view(scratch).substr(start);
}

std::string_view convert_int(std::string_view text, std::string& scratch) {
  const std::string_view digits = without_sign(text);
  const std::size_t zeros = std::min(digits.find_first_not_of('0'), digits.size() - 1);
  const std::string_view value = digits.substr(zeros);
  if (digits.size() == text.size() || value == "0") return value;  // there is no -0
  if (zeros == 0) return text;
  const std::size_t start = scratch.size();
  scratch += '-';
  scratch += value;
  return appended_since(scratch, start);
}

// Python's repr: the fewest digits that read back as the same number, always with a point or an
// exponent, which is used below 1e-4 and from 1e16 on.
std::string_view convert_float(std::string_view text, std::string& scratch) {
  const double value = parse_float(text).value_or(0);
  const double size = std::fabs(value);
  const auto form = size != 0 && (size < 1e-4 || size >= 1e16) ? std::chars_format::scientific
                                                               : std::chars_format::fixed;
  std::array<char, 64> digits{};
  const auto [end, error] =
      std::to_chars(digits.data(), digits.data() + digits.size(), value, form);
  const std::size_t start = scratch.size();
  scratch.append(digits.data(), end);
  if (form == std::chars_format::fixed &&
      appended_since(scratch, start).find('.') == std::string_view::npos) {
    scratch += ".0";
  }
  return appended_since(scratch, start);
}

std::string_view convert_uuid(std::string_view text, std::string& scratch) {
  const auto is_upper = [](char c) { return c >= 'A' && c <= 'F'; };
  if (std::none_of(text.begin(), text.end(), is_upper)) return text;
  const std::size_t start = scratch.size();
  for (const char c : text) scratch += ascii::to_lower(c);
  return appended_since(scratch, start);
}

}  // namespace

bool accepts(SegmentKind kind, std::string_view segment) noexcept {
  switch (kind) {
    case SegmentKind::str:
      return !segment.empty();
    case SegmentKind::int_:
      return is_int(segment);
    case SegmentKind::float_:
      return parse_float(segment).has_value();
    case SegmentKind::uuid:
      return is_uuid(segment);
    case SegmentKind::slug:
      return is_slug(segment);
    case SegmentKind::literal:
    case SegmentKind::path:
      break;
  }
  return false;
}

std::string_view convert(SegmentKind kind, std::string_view segment, std::string& scratch) {
  switch (kind) {
    case SegmentKind::int_:
      return convert_int(segment, scratch);
    case SegmentKind::float_:
      return convert_float(segment, scratch);
    case SegmentKind::uuid:
      return convert_uuid(segment, scratch);
    case SegmentKind::literal:
    case SegmentKind::str:
    case SegmentKind::slug:
    case SegmentKind::path:
      break;
  }
  return segment;
}

}  // namespace hawkcache::proxy
