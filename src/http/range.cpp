#include "http/range.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <optional>

namespace hawkcache::http {
namespace {

constexpr RangeDecision kWhole{.verdict = RangeVerdict::whole, .range = {}};
constexpr RangeDecision kUnsatisfiable{.verdict = RangeVerdict::unsatisfiable, .range = {}};

RangeDecision partial(std::uint64_t first, std::uint64_t last) noexcept {
  return {.verdict = RangeVerdict::partial, .range = {.first = first, .last = last}};
}

// "-500": the last 500 bytes.
RangeDecision decide_suffix(std::string_view digits, std::uint64_t length) noexcept {
  const auto count = ascii::parse_digits(digits);
  if (!count) return kWhole;
  if (*count == 0) return kUnsatisfiable;
  if (length == 0) return kWhole;  // satisfiable, but Content-Range cannot express no bytes
  return partial(length - std::min(*count, length), length - 1);
}

}  // namespace

RangeDecision decide_range(std::string_view value, std::uint64_t length) noexcept {
  const std::size_t equals = value.find('=');
  if (equals == std::string_view::npos) return kWhole;
  if (!ascii::equals_ignoring_case(value.substr(0, equals), "bytes")) return kWhole;

  const std::string_view spec = ascii::trim(value.substr(equals + 1));
  const std::size_t dash = spec.find('-');
  if (dash == std::string_view::npos) return kWhole;
  const std::string_view last_text = spec.substr(dash + 1);
  if (dash == 0) return decide_suffix(last_text, length);

  // A comma, that is several ranges, is no digit: parse_digits refuses it, and everything is sent.
  const auto first = ascii::parse_digits(spec.substr(0, dash));
  const auto last =
      last_text.empty() ? std::optional<std::uint64_t>(UINT64_MAX) : ascii::parse_digits(last_text);
  if (!first || !last || *first > *last) return kWhole;
  if (*first >= length) return kUnsatisfiable;
  return partial(*first, std::min(*last, length - 1));
}

}  // namespace hawkcache::http
