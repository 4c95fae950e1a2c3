#include "scenario/support/fields.hpp"

#include <algorithm>
#include <cctype>

namespace hawkcache::scenario {
namespace {

char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace

bool equal_names(std::string_view a, std::string_view b) {
  return std::equal(
      a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

std::size_t Fields::count_of(std::string_view name) const {
  return static_cast<std::size_t>(std::count_if(
      begin(), end(), [&](const auto& field) { return equal_names(field.first, name); }));
}

std::string Fields::value(std::string_view name) const {
  std::string joined;
  bool first = true;
  for (const auto& [key, text] : *this) {
    if (!equal_names(key, name)) continue;
    if (!first) joined += ", ";
    joined += text;
    first = false;
  }
  return joined;
}

std::string to_lines(const Fields& fields) {
  std::string lines;
  for (const auto& [name, value] : fields) lines += name + ": " + value + "\r\n";
  return lines;
}

Head split_head(std::string_view raw) {
  Head head;
  bool first = true;
  while (!raw.empty()) {
    const std::size_t end = std::min(raw.find("\r\n"), raw.size());
    const std::string_view line = raw.substr(0, end);
    raw.remove_prefix(std::min(end + 2, raw.size()));
    if (first) {
      head.start_line = std::string(line);
      first = false;
      continue;
    }
    if (line.empty()) break;
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) {
      head.fields.emplace_back("", line);
    } else {
      head.fields.emplace_back(line.substr(0, colon), trimmed(line.substr(colon + 1)));
    }
  }
  return head;
}

}  // namespace hawkcache::scenario
