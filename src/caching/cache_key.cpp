#include "caching/cache_key.hpp"

#include "base/ascii.hpp"
#include "base/byte_words.hpp"

#include <cstddef>
#include <cstdint>
#include <utility>

namespace hawkcache::caching {
namespace {

constexpr char kEnd = '\0';
constexpr char kEscape = '\1';

bool is_special(char c) noexcept { return c == kEnd || c == kEscape; }

bool has_special(std::string_view text) noexcept {
  return byte_words::any(
      text, ' ', [](std::uint64_t word) { return byte_words::has_below(word, kEscape + 1); });
}

void append_text(std::string& out, std::string_view text) {
  if (has_special(text)) {
    for (const char c : text) {
      if (is_special(c)) {
        out += kEscape;
        out += c == kEnd ? '0' : '1';
      } else {
        out += c;
      }
    }
  } else {
    out.append(text);
  }
  out += kEnd;
}

void begin_part(std::string& out, char kind, std::string_view name) {
  out += 'p';
  out += kind;
  append_text(out, name);
}

// Walks a key's text for people. What does not follow the grammar ends the walk.
class Printer {
 public:
  explicit Printer(std::string_view key) noexcept : rest_(key) {}

  std::string print() {
    while (!rest_.empty()) {
      if (!print_item(take())) break;
    }
    return std::move(out_);
  }

 private:
  char take() noexcept {
    if (rest_.empty()) return kEnd;
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }
  std::string_view take_text() noexcept { return ascii::take_until(kEnd, rest_); }

  bool print_item(char item) {
    switch (item) {
      case 'u':
        print_text(take_text());
        out_ += "://";
        print_text(take_text());
        print_text(take_text());
        return true;
      case 'q':
        out_ += '?';
        print_text(take_text());
        return true;
      case 't':
        return true;
      case 'l':
      case 'v':
        print_text(take_text());
        return true;
      case 's':
        out_ += '#';
        print_text(take_text());
        return true;
      case 'a':
        out_ += '-';
        return true;
      case 'p':
        print_part();
        return true;
      default:
        return false;
    }
  }

  void print_part() {
    if (!out_.empty()) out_ += ' ';
    const char kind = take();
    if (kind == kCookiePart) {
      out_ += "cookie:";
    } else if (kind != kFieldPart && kind != kContentPart) {
      print_text({&kind, 1});
      out_ += ':';
    }
    print_text(take_text());
    out_ += '=';
    switch (take()) {
      case '=':
        print_text(take_text());
        break;
      case '#':
        out_ += '#';
        print_text(take_text());
        break;
      default:
        out_ += '-';
        break;
    }
  }

  void print_text(std::string_view text) {
    static constexpr std::string_view kHex = "0123456789ABCDEF";
    for (std::size_t i = 0; i < text.size(); ++i) {
      char c = text[i];
      if (c == kEscape && i + 1 < text.size()) c = text[++i] == '0' ? kEnd : kEscape;
      if (c > ' ' && c < '\x7f') {
        out_ += c;
      } else {
        const auto byte = static_cast<unsigned char>(c);
        out_ += '%';
        out_ += kHex[byte >> 4];
        out_ += kHex[byte & 15];
      }
    }
  }

  std::string_view rest_;
  std::string out_;
};

}  // namespace

void append_key_uri(std::string& out,
                    std::string_view scheme,
                    std::string_view authority,
                    std::string_view path,
                    std::optional<std::string_view> query) {
  out += 'u';
  append_text(out, scheme);
  append_text(out, authority);
  append_text(out, path);
  if (!query) return;
  out += 'q';
  append_text(out, *query);
}

void begin_key_template(std::string& out) { out += 't'; }

void append_key_literal(std::string& out, std::string_view text) {
  out += 'l';
  append_text(out, text);
}

void append_key_value(std::string& out, std::string_view value) {
  out += 'v';
  append_text(out, value);
}

void append_key_secret(std::string& out, std::string_view value) {
  out += 's';
  append_text(out, credential_digest(value));
}

void append_key_absent(std::string& out) { out += 'a'; }

void append_key_part(std::string& out,
                     char kind,
                     std::string_view name,
                     std::optional<std::string_view> value) {
  if (kind == kCookiePart && value) return append_secret_key_part(out, kind, name, *value);
  begin_part(out, kind, name);
  if (!value) {
    out += '-';
    return;
  }
  out += '=';
  append_text(out, *value);
}

void append_secret_key_part(std::string& out,
                            char kind,
                            std::string_view name,
                            std::string_view value) {
  begin_part(out, kind, name);
  out += '#';
  append_text(out, credential_digest(value));
}

// "The cache key for a QUERY request MUST incorporate the request content and related metadata."
// (RFC 10008) "[...] to remove semantically insignificant differences" from content before that
// does not apply, because content is not looked into.
void append_query_metadata(std::string& out, http::FieldsView fields) {
  using http::FieldName;
  append_key_part(out, kContentPart, "method", "QUERY");
  for (const auto& [id, name] : {std::pair(FieldName::content_type, "content-type"),
                                 std::pair(FieldName::content_encoding, "content-encoding"),
                                 std::pair(FieldName::content_language, "content-language")}) {
    append_key_part(out, kContentPart, name, fields.combined(id));
  }
}

void append_query_content(std::string& out, std::string_view content) {
  append_secret_key_part(out, kContentPart, "content", content);
}

std::string_view take_key_part(std::string_view& parts) noexcept {
  // "p" kind name NUL, then "-", or "=" or "#" with a text that ends in NUL.
  std::size_t end = parts.find(kEnd);
  if (end != parts.npos && ++end < parts.size() && parts[end] != '-') end = parts.find(kEnd, end);
  const std::string_view part = parts.substr(0, end >= parts.size() ? parts.size() : end + 1);
  parts.remove_prefix(part.size());
  return part;
}

std::string printable_key(std::string_view text) { return Printer(text).print(); }

}  // namespace hawkcache::caching
