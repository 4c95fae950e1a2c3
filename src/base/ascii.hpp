// Text as HTTP sees it: ASCII case folding, optional whitespace (RFC 9110 section 5.6.3), comma
// lists that mind quoted strings (section 5.6.1), and integers that never overflow.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hawkcache::ascii {

constexpr char to_lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}
constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool is_alpha(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
// -1 when c is no hex digit.
constexpr int hex_value(char c) noexcept {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

inline constexpr auto kTokenChars = [] {
  std::array<bool, 256> table{};
  for (char c = '0'; c <= '9'; ++c) table[static_cast<unsigned char>(c)] = true;
  for (char c = 'a'; c <= 'z'; ++c) table[static_cast<unsigned char>(c)] = true;
  for (char c = 'A'; c <= 'Z'; ++c) table[static_cast<unsigned char>(c)] = true;
  for (const char c : std::string_view("!#$%&'*+-.^_`|~")) {
    table[static_cast<unsigned char>(c)] = true;
  }
  return table;
}();

bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept;
std::string to_lower(std::string_view text);
// Without SP and HTAB at both ends.
std::string_view trim(std::string_view text) noexcept;
// RFC 9110 section 5.6.2.
bool is_token(std::string_view text) noexcept;
inline bool is_token_char(char c) noexcept { return kTokenChars[static_cast<unsigned char>(c)]; }

// 1*DIGIT and nothing else; nullopt otherwise; values over `max` come back as `max`.
std::optional<std::uint64_t> parse_digits(std::string_view text,
                                          std::uint64_t max = UINT64_MAX) noexcept;

// What is before the first such separator, or all of it. It goes from the text, and the separator
// with it.
inline std::string_view take_until(char separator, std::string_view& text) noexcept {
  const std::size_t end = text.find(separator);
  const std::string_view taken = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return taken;
}

// Walks the members of a comma-separated list (RFC 9110 section 5.6.1): trimmed, empty members
// skipped, commas inside quoted strings left alone. The views point into the text.
//   ListReader list(value); while (auto member = list.next()) ...
class ListReader {
 public:
  explicit ListReader(std::string_view text) noexcept : rest_(text) {}
  std::optional<std::string_view> next() noexcept;

 private:
  std::string_view rest_;
};

// The same for lists in whose syntax there are no quoted strings (Connection, Cache-Tag): a
// quotation mark hides no comma.
class TokenListReader {
 public:
  explicit TokenListReader(std::string_view text) noexcept : rest_(text) {}
  std::optional<std::string_view> next() noexcept;

 private:
  std::string_view rest_;
};

// Walks the words of a text that stand between blanks, SP and HTAB (Surrogate-Key).
class WordReader {
 public:
  explicit WordReader(std::string_view text) noexcept : rest_(text) {}
  std::optional<std::string_view> next() noexcept;

 private:
  std::string_view rest_;
};

// Whether a comma-separated list has this member, ignoring case.
bool list_contains(std::string_view list, std::string_view member) noexcept;

// The content of a quoted-string (with its quotes) with the escapes undone; nullopt when it is not
// one whole quoted-string.
std::optional<std::string> unquote(std::string_view quoted);

// The byte that "%41" and the like stand for at this place (RFC 3986 section 2.1); -1: nothing of
// that kind is there.
constexpr int percent_byte(std::string_view text, std::size_t at) noexcept {
  if (text.size() < at + 3 || text[at] != '%') return -1;
  const int high = hex_value(text[at + 1]);
  const int low = hex_value(text[at + 2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}
// The text with %41 and the like decoded; nullopt where two hex digits do not follow a percent
// sign.
std::optional<std::string> percent_decoded(std::string_view text);

// How many bytes at the start are printable ASCII other than a double quote and a backslash: what
// stands for itself between quotes, in a log as in JSON.
std::size_t plain_prefix(std::string_view text) noexcept;

}  // namespace hawkcache::ascii
