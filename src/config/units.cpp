#include "config/units.hpp"

#include "base/ascii.hpp"
#include "config/suggest.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <span>
#include <vector>

#include <fmt/format.h>

namespace hawkcache::config {
namespace {

struct Unit {
  const char* name;
  std::uint64_t factor;
};

// Ascending.
constexpr std::array<Unit, 5> kDurationUnits{
    {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};
constexpr std::array<Unit, 9> kSizeUnits{{{"B", 1},
                                          {"KB", 1000},
                                          {"KiB", 1ULL << 10U},
                                          {"MB", 1'000'000},
                                          {"MiB", 1ULL << 20U},
                                          {"GB", 1'000'000'000},
                                          {"GiB", 1ULL << 30U},
                                          {"TB", 1'000'000'000'000},
                                          {"TiB", 1ULL << 40U}}};

struct Quantity {
  const char* what;          // "duration"
  const char* example;       // "60s"
  const char* default_unit;  // what a bare number probably meant
  std::span<const Unit> units;
  std::uint64_t max;
  const char* max_text;
};
constexpr Quantity kDuration{"duration", "60s", "s", kDurationUnits, 315'360'000'000ULL, "3650d"};
constexpr Quantity kSize{"size", "64KiB", "KiB", kSizeUnits, kLargestSize, "1024TiB"};

std::string unit_names(const Quantity& quantity) {
  std::vector<std::string> names;
  for (const Unit& unit : quantity.units) names.emplace_back(unit.name);
  return join(names);
}

// What an odd spelling of a unit most probably means: 512mb, 64k, 10sec.
std::string meant_unit(const Quantity& quantity, std::string_view written) {
  const std::string lower = ascii::to_lower(written);
  for (const Unit& unit : quantity.units) {
    if (ascii::to_lower(unit.name) == lower) return unit.name;
  }
  constexpr std::array<std::array<const char*, 2>, 16> kMeanings{{{"k", "KiB"},
                                                                  {"m", "MiB"},
                                                                  {"g", "GiB"},
                                                                  {"t", "TiB"},
                                                                  {"bytes", "B"},
                                                                  {"byte", "B"},
                                                                  {"sec", "s"},
                                                                  {"secs", "s"},
                                                                  {"seconds", "s"},
                                                                  {"second", "s"},
                                                                  {"min", "m"},
                                                                  {"mins", "m"},
                                                                  {"minutes", "m"},
                                                                  {"hours", "h"},
                                                                  {"days", "d"},
                                                                  {"msec", "ms"}}};
  for (const auto& [spelling, unit] : kMeanings) {
    const bool ours = std::any_of(quantity.units.begin(), quantity.units.end(), [&](const Unit& u) {
      return std::string_view(u.name) == unit;
    });
    if (ours && lower == spelling) return unit;
  }
  return {};
}

SyntaxError wrong_number(const Quantity& quantity, std::string_view text) {
  if (!text.empty() && text.front() == '-') {
    return {0, fmt::format("{} is negative; a {} is at least 0", in_quotes(text), quantity.what)};
  }
  const bool fraction = !text.empty() && ascii::is_digit(text.front()) &&
                        text.find_first_of(".,") != std::string_view::npos;
  if (fraction) {
    return {0,
            fmt::format("{} is no whole number; write it in a smaller unit ({})",
                        in_quotes(text),
                        unit_names(quantity))};
  }
  return {0,
          fmt::format("{} is no {}; write a whole number and a unit, such as {} (units: {})",
                      in_quotes(text),
                      quantity.what,
                      quantity.example,
                      unit_names(quantity))};
}

SyntaxError wrong_unit(const Quantity& quantity, std::string_view digits, std::string_view unit) {
  if (ascii::trim(unit).empty()) {
    return {0,
            fmt::format("{} has no unit; write {}{} (units: {})",
                        in_quotes(digits),
                        digits,
                        quantity.default_unit,
                        unit_names(quantity))};
  }
  const std::string meant = meant_unit(quantity, ascii::trim(unit));
  const std::string hint =
      meant.empty() ? std::string() : fmt::format("; did you mean {}{}?", digits, meant);
  return {digits.size(),
          fmt::format("{} is no unit of a {}{} (units: {})",
                      in_quotes(ascii::trim(unit)),
                      quantity.what,
                      hint,
                      unit_names(quantity))};
}

std::variant<std::uint64_t, SyntaxError> parse(const Quantity& quantity, std::string_view text) {
  const std::size_t end = std::min(text.find_first_not_of("0123456789"), text.size());
  const std::string_view digits = text.substr(0, end);
  const std::string_view name = text.substr(end);
  if (digits.empty() || (!name.empty() && (name.front() == '.' || name.front() == ','))) {
    return wrong_number(quantity, text);
  }
  for (const Unit& unit : quantity.units) {
    if (name != unit.name) continue;
    const std::uint64_t number = *ascii::parse_digits(digits);
    if (number > quantity.max / unit.factor) {
      return SyntaxError{
          0, fmt::format("{} is too large; the most is {}", in_quotes(text), quantity.max_text)};
    }
    return number * unit.factor;
  }
  // "1h30m": several units in one text.
  if (name.find_first_of("0123456789") != std::string_view::npos) {
    return SyntaxError{
        0,
        fmt::format("{} mixes units; write one whole number with one unit, such as {}",
                    in_quotes(text),
                    quantity.example)};
  }
  return wrong_unit(quantity, digits, name);
}

std::string text_of(const Quantity& quantity, std::uint64_t value) {
  const Unit* best = quantity.units.data();
  for (const Unit& unit : quantity.units) {
    if (value != 0 && value % unit.factor == 0) best = &unit;
  }
  if (value == 0) return std::string("0") + (&quantity == &kDuration ? "s" : "B");
  return fmt::format("{}{}", value / best->factor, best->name);
}

}  // namespace

std::variant<Duration, SyntaxError> parse_duration(std::string_view text) {
  auto parsed = parse(kDuration, text);
  if (auto* error = std::get_if<SyntaxError>(&parsed)) return std::move(*error);
  return Duration{static_cast<Duration::rep>(std::get<std::uint64_t>(parsed))};
}

std::variant<std::uint64_t, SyntaxError> parse_size(std::string_view text) {
  return parse(kSize, text);
}

std::string duration_text(Duration duration) {
  return text_of(kDuration,
                 static_cast<std::uint64_t>(std::max<Duration::rep>(duration.count(), 0)));
}

std::string size_text(std::uint64_t bytes) { return text_of(kSize, bytes); }

}  // namespace hawkcache::config
