#include "base/ascii.hpp"

#include "base/byte_words.hpp"

#include <algorithm>
#include <array>

namespace hawkcache::ascii {

bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept {
  if (byte_words::same(a, b)) return true;  // names are mostly spelled as everybody does
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           return to_lower(x) == to_lower(y);
         });
}

std::string to_lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = to_lower(c);
  return lower;
}

std::string_view trim(std::string_view text) noexcept {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

bool is_token(std::string_view text) noexcept {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

std::optional<std::uint64_t> parse_digits(std::string_view text, std::uint64_t max) noexcept {
  if (text.empty()) return std::nullopt;
  std::uint64_t value = 0;
  constexpr std::size_t kNeverTooLarge = 19;
  if (text.size() <= kNeverTooLarge) {
    for (const char c : text) {
      if (!is_digit(c)) return std::nullopt;
      value = value * 10 + static_cast<std::uint64_t>(c - '0');
    }
    return std::min(value, max);
  }
  bool saturated = false;
  for (const char c : text) {
    if (!is_digit(c)) return std::nullopt;
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (saturated || digit > max || value > (max - digit) / 10) {
      saturated = true;
    } else {
      value = value * 10 + digit;
    }
  }
  return saturated ? max : value;
}

std::optional<std::string_view> ListReader::next() noexcept {
  while (!rest_.empty()) {
    bool quoted = false;
    std::size_t end = 0;
    for (; end < rest_.size(); ++end) {
      const char c = rest_[end];
      if (quoted && c == '\\') {
        ++end;  // the escaped character, whatever it is
      } else if (c == '"') {
        quoted = !quoted;
      } else if (c == ',' && !quoted) {
        break;
      }
    }
    end = std::min(end, rest_.size());
    const std::string_view member = trim(rest_.substr(0, end));
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    if (!member.empty()) return member;
  }
  return std::nullopt;
}

std::optional<std::string_view> TokenListReader::next() noexcept {
  while (!rest_.empty()) {
    const std::string_view member = trim(take_until(',', rest_));
    if (!member.empty()) return member;
  }
  return std::nullopt;
}

std::optional<std::string_view> WordReader::next() noexcept {
  constexpr std::string_view kBlanks = " \t";
  rest_.remove_prefix(std::min(rest_.find_first_not_of(kBlanks), rest_.size()));
  if (rest_.empty()) return std::nullopt;
  const std::string_view word = rest_.substr(0, rest_.find_first_of(kBlanks));
  rest_.remove_prefix(word.size());
  return word;
}

bool list_contains(std::string_view list, std::string_view member) noexcept {
  ListReader reader(list);
  while (const auto candidate = reader.next()) {
    if (equals_ignoring_case(*candidate, member)) return true;
  }
  return false;
}

std::optional<std::string> unquote(std::string_view quoted) {
  if (quoted.size() < 2 || quoted.front() != '"' || quoted.back() != '"') return std::nullopt;
  quoted = quoted.substr(1, quoted.size() - 2);
  std::string text;
  for (std::size_t i = 0; i < quoted.size(); ++i) {
    if (quoted[i] == '"') return std::nullopt;
    if (quoted[i] == '\\' && ++i == quoted.size()) return std::nullopt;
    text += quoted[i];
  }
  return text;
}

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    const int byte = percent_byte(text, i);
    if (byte < 0) return std::nullopt;
    decoded += static_cast<char>(byte);
    i += 2;
  }
  return decoded;
}

std::size_t plain_prefix(std::string_view text) noexcept {
  const auto is_odd = [](std::uint64_t word) { return !byte_words::is_plain(word, 0x20); };
  if (!byte_words::any(text, ' ', is_odd)) return text.size();
  const auto stands_for_itself = [](char c) {
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
  };
  return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), stands_for_itself) -
                                  text.begin());
}

}  // namespace hawkcache::ascii
