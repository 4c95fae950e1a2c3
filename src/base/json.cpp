#include "base/json.hpp"

#include "base/ascii.hpp"
#include "base/text_writer.hpp"
#include "base/utf8.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>

namespace hawkcache {
namespace {

// What does not stand for itself.
void write_escaped(TextWriter& out, char c) {
  constexpr std::string_view kHex = "0123456789abcdef";
  switch (c) {
    case '"':
      return out.text("\\\"");
    case '\\':
      return out.text("\\\\");
    case '\n':
      return out.text("\\n");
    case '\r':
      return out.text("\\r");
    case '\t':
      return out.text("\\t");
    default:
      break;
  }
  const auto byte = static_cast<unsigned char>(c);
  out.texts("\\u00", kHex.substr(byte >> 4U, 1), kHex.substr(byte & 0xFU, 1));
}

}  // namespace

void write_json_string(TextWriter& out, std::string_view text) {
  out.text("\"");
  for (;;) {
    const std::size_t plain = ascii::plain_prefix(text);
    out.text(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) break;
    const std::size_t length = utf8::sequence_length(text);
    if (length == 0) {
      out.text(utf8::kReplacement);
    } else if (length == 1) {
      write_escaped(out, text.front());
    } else {
      out.text(text.substr(0, length));
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  out.text("\"");
}

void append_json_string(std::string& out, std::string_view text) {
  TextWriter writer(out);
  write_json_string(writer, text);
}

JsonWriter& JsonWriter::key(std::string_view name) {
  separate();
  append_json_string(out_, name);
  out_ += ':';
  needs_comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::value(std::string_view text) {
  separate();
  append_json_string(out_, text);
  return *this;
}

JsonWriter& JsonWriter::value(double number) {
  if (!std::isfinite(number)) return null();
  std::array<char, 32> digits{};
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  return raw({digits.data(), static_cast<std::size_t>(end - digits.data())});
}

JsonWriter& JsonWriter::raw(std::string_view json) {
  separate();
  out_ += json;
  return *this;
}

JsonWriter& JsonWriter::open(char bracket) {
  separate();
  out_ += bracket;
  needs_comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
  out_ += bracket;
  needs_comma_ = true;
  return *this;
}

void JsonWriter::separate() {
  if (needs_comma_) out_ += ',';
  needs_comma_ = true;
}

}  // namespace hawkcache
