#include "http/structured_fields.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace hawkcache::http {
namespace {

// RFC 9651 section 3.1 and 3.2 ask for at least 1024 members; a field with more is refused whole.
constexpr std::size_t kMaxMembers = 1024;

bool is_lower_alpha(char c) noexcept { return c >= 'a' && c <= 'z'; }

// The algorithms of RFC 9651 section 4.2. Each parse_ function takes what it reads off the front of
// rest_ and returns nullopt (or false) when it fails; the whole field fails then, so what is left
// does not matter.
class Parser {
 public:
  explicit Parser(std::string_view text) : rest_(text) { skip(" "); }

  std::optional<std::vector<SfMember>> parse_dictionary();
  std::optional<std::vector<SfMember>> parse_list();

 private:
  bool at(char c) const noexcept { return !rest_.empty() && rest_.front() == c; }
  bool take(char c) noexcept {
    if (!at(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void skip(std::string_view blanks) noexcept {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(blanks), rest_.size()));
  }
  template <class Accepts>
  std::string_view take_while(Accepts accepts) noexcept {
    const auto end = std::find_if_not(rest_.begin(), rest_.end(), accepts);
    const auto taken = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
    rest_.remove_prefix(taken.size());
    return taken;
  }

  // After a member: the comma before the next one, or the end. False: neither, or a comma with
  // nothing behind it.
  bool to_next_member() noexcept;
  std::optional<std::string> parse_key();
  std::optional<SfValue> parse_member_value();
  bool parse_inner_list();
  bool parse_parameters();
  std::optional<SfValue> parse_bare_item();
  std::optional<SfValue> parse_number();
  std::optional<SfValue> parse_string();
  std::optional<SfValue> parse_token();
  std::optional<SfValue> parse_byte_sequence();
  std::optional<SfValue> parse_boolean();
  std::optional<SfValue> parse_date();
  std::optional<SfValue> parse_display_string();

  std::string_view rest_;
};

std::optional<std::vector<SfMember>> Parser::parse_dictionary() {
  std::vector<SfMember> members;
  std::unordered_map<std::string, std::size_t> index;
  while (!rest_.empty()) {
    auto key = parse_key();
    if (!key) return std::nullopt;
    std::optional<SfValue> value;
    if (take('=')) {
      value = parse_member_value();
    } else if (parse_parameters()) {
      value = true;
    }
    if (!value || !to_next_member()) return std::nullopt;

    const auto [known, is_new] = index.try_emplace(*key, members.size());
    if (!is_new) {
      members[known->second].value = std::move(*value);
    } else {
      if (members.size() == kMaxMembers) return std::nullopt;
      members.push_back({.key = std::move(*key), .value = std::move(*value)});
    }
  }
  return members;
}

std::optional<std::vector<SfMember>> Parser::parse_list() {
  std::vector<SfMember> members;
  while (!rest_.empty()) {
    auto value = parse_member_value();
    if (!value || !to_next_member() || members.size() == kMaxMembers) return std::nullopt;
    members.push_back({.key = {}, .value = std::move(*value)});
  }
  return members;
}

bool Parser::to_next_member() noexcept {
  skip(" \t");
  if (rest_.empty()) return true;
  if (!take(',')) return false;
  skip(" \t");
  return !rest_.empty();
}

// key = ( lcalpha / "*" ) *( lcalpha / DIGIT / "_" / "-" / "." / "*" )
std::optional<std::string> Parser::parse_key() {
  if (rest_.empty() || !(is_lower_alpha(rest_.front()) || at('*'))) return std::nullopt;
  return std::string(take_while([](char c) {
    return is_lower_alpha(c) || ascii::is_digit(c) || c == '_' || c == '-' || c == '.' || c == '*';
  }));
}

std::optional<SfValue> Parser::parse_member_value() {
  std::optional<SfValue> value;
  if (at('(')) {
    if (parse_inner_list()) value = SfOther{};
  } else {
    value = parse_bare_item();
  }
  if (!value || !parse_parameters()) return std::nullopt;
  return value;
}

bool Parser::parse_inner_list() {
  take('(');
  for (;;) {
    skip(" ");
    if (take(')')) return true;
    if (!parse_bare_item() || !parse_parameters()) return false;
    if (!at(' ') && !at(')')) return false;
  }
}

bool Parser::parse_parameters() {
  while (take(';')) {
    skip(" ");
    if (!parse_key()) return false;
    if (take('=') && !parse_bare_item()) return false;
  }
  return true;
}

std::optional<SfValue> Parser::parse_bare_item() {
  if (rest_.empty()) return std::nullopt;
  const char c = rest_.front();
  if (c == '-' || ascii::is_digit(c)) return parse_number();
  if (c == '*' || ascii::is_alpha(c)) return parse_token();
  switch (c) {
    case '"':
      return parse_string();
    case ':':
      return parse_byte_sequence();
    case '?':
      return parse_boolean();
    case '@':
      return parse_date();
    case '%':
      return parse_display_string();
    default:
      return std::nullopt;
  }
}

// At most 15 digits; a decimal at most 12, a point, and 1 to 3.
std::optional<SfValue> Parser::parse_number() {
  const bool negative = take('-');
  const std::string_view digits = take_while(ascii::is_digit);
  if (digits.empty() || digits.size() > 15) return std::nullopt;
  if (take('.')) {
    const std::string_view fraction = take_while(ascii::is_digit);
    if (digits.size() > 12 || fraction.empty() || fraction.size() > 3) return std::nullopt;
    return SfOther{};
  }
  const auto value = static_cast<std::int64_t>(*ascii::parse_digits(digits));
  return negative ? -value : value;
}

std::optional<SfValue> Parser::parse_string() {
  take('"');
  std::string text;
  while (!rest_.empty()) {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    if (c == '"') return text;
    if (c < 0x20 || c > 0x7e) return std::nullopt;
    if (c != '\\') {
      text += c;
    } else if (at('"') || at('\\')) {
      text += rest_.front();
      rest_.remove_prefix(1);
    } else {
      return std::nullopt;
    }
  }
  return std::nullopt;
}

std::optional<SfValue> Parser::parse_token() {
  return SfToken{std::string(
      take_while([](char c) { return ascii::is_token_char(c) || c == ':' || c == '/'; }))};
}

std::optional<SfValue> Parser::parse_byte_sequence() {
  take(':');
  take_while([](char c) {
    return ascii::is_alpha(c) || ascii::is_digit(c) || c == '+' || c == '/' || c == '=';
  });
  if (!take(':')) return std::nullopt;
  return SfOther{};
}

std::optional<SfValue> Parser::parse_boolean() {
  take('?');
  if (take('1')) return true;
  if (take('0')) return false;
  return std::nullopt;
}

std::optional<SfValue> Parser::parse_date() {
  take('@');
  if (!at('-') && (rest_.empty() || !ascii::is_digit(rest_.front()))) return std::nullopt;
  const auto number = parse_number();
  if (!number || !std::holds_alternative<std::int64_t>(*number)) return std::nullopt;
  return SfOther{};
}

// %"..." with printable ASCII and lower-case escapes. That the escapes are UTF-8 is not looked at:
// nobody reads the text.
std::optional<SfValue> Parser::parse_display_string() {
  take('%');
  if (!take('"')) return std::nullopt;
  while (!rest_.empty()) {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    if (c == '"') return SfOther{};
    if (c < 0x20 || c > 0x7e) return std::nullopt;
    if (c != '%') continue;
    const auto is_lower_hex = [](char h) { return ascii::is_digit(h) || (h >= 'a' && h <= 'f'); };
    if (rest_.size() < 2 || !is_lower_hex(rest_[0]) || !is_lower_hex(rest_[1])) return std::nullopt;
    rest_.remove_prefix(2);
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::vector<SfMember>> parse_sf_dictionary(std::string_view text) {
  return Parser(text).parse_dictionary();
}

std::optional<std::vector<SfMember>> parse_sf_list(std::string_view text) {
  return Parser(text).parse_list();
}

}  // namespace hawkcache::http
