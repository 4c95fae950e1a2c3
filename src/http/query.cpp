#include "http/query.hpp"

#include "base/ascii.hpp"

#include <algorithm>

namespace hawkcache::http {
namespace {

struct Parameter {
  std::string_view text;   // as spelled
  std::string_view name;   // as spelled
  std::string_view value;  // as spelled
};

// Takes the parameters off a query one by one; empty ones ("a&&b") are none.
class ParameterReader {
 public:
  explicit ParameterReader(std::string_view query) noexcept : rest_(query) {}

  std::optional<Parameter> next() noexcept {
    while (!rest_.empty()) {
      const std::string_view text = ascii::take_until('&', rest_);
      if (text.empty()) continue;
      std::string_view value = text;
      const std::string_view name = ascii::take_until('=', value);
      return Parameter{.text = text, .name = name, .value = value};
    }
    return std::nullopt;
  }

 private:
  std::string_view rest_;
};

// application/x-www-form-urlencoded, undone; a "%" without two hex digits stays.
std::string decode(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int byte = ascii::percent_byte(text, i);
    if (byte >= 0) {
      decoded += static_cast<char>(byte);
      i += 2;
    } else {
      decoded += text[i] == '+' ? ' ' : text[i];
    }
  }
  return decoded;
}

bool matches(std::string_view pattern, std::string_view name) noexcept {
  if (!pattern.ends_with('*')) return pattern == name;
  return name.starts_with(pattern.substr(0, pattern.size() - 1));
}

bool matches_any(const std::vector<std::string>& patterns, std::string_view name) noexcept {
  return std::any_of(patterns.begin(), patterns.end(), [name](const std::string& pattern) {
    return matches(pattern, name);
  });
}

bool keeps(const QueryRule& rule, std::string_view name) noexcept {
  if (rule.only && !matches_any(*rule.only, name)) return false;
  return !matches_any(rule.ignore, name);
}

}  // namespace

std::string apply_query_rule(std::string_view query, const QueryRule& rule) {
  if (!rule.changes_anything()) return std::string(query);

  struct Kept {
    std::string name;
    std::string_view text;
  };
  std::vector<Kept> kept;
  ParameterReader reader(query);
  while (const auto parameter = reader.next()) {
    std::string name = decode(parameter->name);
    if (keeps(rule, name)) kept.push_back({std::move(name), parameter->text});
  }
  if (rule.order == QueryRule::Order::sorted) {
    std::stable_sort(
        kept.begin(), kept.end(), [](const Kept& a, const Kept& b) { return a.name < b.name; });
  }

  std::string result;
  result.reserve(query.size());
  for (const Kept& parameter : kept) {
    if (!result.empty()) result += '&';
    result += parameter.text;
  }
  return result;
}

std::optional<std::string> query_parameter(std::string_view query, std::string_view name) {
  ParameterReader reader(query);
  while (const auto parameter = reader.next()) {
    if (decode(parameter->name) == name) return decode(parameter->value);
  }
  return std::nullopt;
}

}  // namespace hawkcache::http
