// Writes JSON (RFC 8259), piece by piece, into one string; commas are put where they belong. Text
// that is not UTF-8 still gives valid JSON: each wrong byte becomes U+FFFD. One thread at a time.
//   JsonWriter json;
//   json.begin_object().member("purged",
//   17).key("tags").begin_array().value("a").end_array().end_object(); json.take();  //
//   {"purged":17,"tags":["a"]}
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace hawkcache {

class TextWriter;

// The text as a JSON string, with its quotes.
void write_json_string(TextWriter& out, std::string_view text);
void append_json_string(std::string& out, std::string_view text);

class JsonWriter {
 public:
  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }
  // The name of the value that comes next. REQUIRES: in an object.
  JsonWriter& key(std::string_view name);

  JsonWriter& value(std::string_view text);
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(std::same_as<bool> auto boolean) { return raw(boolean ? "true" : "false"); }
  template <std::integral T>
  requires(!std::same_as<T, bool> && !std::same_as<T, char>) JsonWriter& value(T number) {
    return raw(std::to_string(number));
  }
  // NaN and infinities have no spelling in JSON: null.
  JsonWriter& value(double number);
  JsonWriter& null() { return raw("null"); }
  // Text that is JSON already.
  JsonWriter& raw(std::string_view json);

  template <class T>
  JsonWriter& member(std::string_view name, const T& content) {
    return key(name).value(content);
  }

  const std::string& text() const noexcept { return out_; }
  std::string take() { return std::move(out_); }

 private:
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  void separate();

  std::string out_;
  bool needs_comma_ = false;
};

}  // namespace hawkcache
