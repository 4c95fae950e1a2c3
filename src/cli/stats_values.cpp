#include "cli/stats_values.hpp"

#include "base/utf8.hpp"

#include <array>

#include <fmt/format.h>

namespace hawkcache::cli {

namespace json = boost::json;

const json::value* member(const json::value* value, std::string_view name) {
  const json::object* object = value == nullptr ? nullptr : value->if_object();
  return object == nullptr ? nullptr : object->if_contains({name.data(), name.size()});
}

std::uint64_t number(const json::value* object, std::string_view name) {
  const json::value* value = member(object, name);
  if (value == nullptr) return 0;
  if (const auto* positive = value->if_uint64()) return *positive;
  const auto* integer = value->if_int64();
  return integer != nullptr && *integer > 0 ? static_cast<std::uint64_t>(*integer) : 0;
}

std::string_view text(const json::value* object, std::string_view name) {
  const json::value* value = member(object, name);
  const json::string* string = value == nullptr ? nullptr : value->if_string();
  return string == nullptr ? std::string_view() : std::string_view(string->data(), string->size());
}

std::string counted(std::uint64_t count, std::string_view singular, std::string_view plural) {
  if (count == 1) return fmt::format("1 {}", singular);
  return plural.empty() ? fmt::format("{} {}s", count, singular)
                        : fmt::format("{} {}", count, plural);
}

std::string padded(std::string_view text, std::size_t width) {
  std::string cell(text);
  const std::size_t size = utf8::character_count(text);
  if (size < width) cell.append(width - size, ' ');
  return cell;
}

std::string bytes(std::uint64_t count) {
  constexpr std::array<std::string_view, 5> kUnits{"B", "KiB", "MiB", "GiB", "TiB"};
  constexpr double kStep = 1024.0;
  auto value = static_cast<double>(count);
  std::size_t unit = 0;
  while (value >= kStep && unit + 1 < kUnits.size()) {
    value /= kStep;
    ++unit;
  }
  return unit == 0 ? fmt::format("{} B", count) : fmt::format("{:.1f} {}", value, kUnits.at(unit));
}

std::string uptime(std::uint64_t seconds) {
  constexpr std::uint64_t kMinute = 60;
  constexpr std::uint64_t kHour = 60 * kMinute;
  constexpr std::uint64_t kDay = 24 * kHour;
  if (seconds >= kDay) return fmt::format("{}d {}h", seconds / kDay, seconds % kDay / kHour);
  if (seconds >= kHour) return fmt::format("{}h {}m", seconds / kHour, seconds % kHour / kMinute);
  return fmt::format("{}m {}s", seconds / kMinute, seconds % kMinute);
}

std::string hit_ratio(std::uint64_t hits, std::uint64_t misses) {
  if (hits + misses == 0) return "-";
  constexpr double kPercent = 100.0;
  return fmt::format("{:.1f}%",
                     kPercent * static_cast<double>(hits) / static_cast<double>(hits + misses));
}

}  // namespace hawkcache::cli
