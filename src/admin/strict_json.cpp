#include "admin/strict_json.hpp"

#include <set>
#include <vector>

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

namespace hawkcache::admin {
namespace {

namespace json = boost::json;

// boost::json::parse() keeps the last of repeated keys without a word: this pass finds them.
struct DuplicateFinder {
  static constexpr std::size_t max_object_size = json::object::max_size();
  static constexpr std::size_t max_array_size = json::array::max_size();
  static constexpr std::size_t max_key_size = json::string::max_size();
  static constexpr std::size_t max_string_size = json::string::max_size();
  using Error = json::error_code;
  using Text = json::string_view;

  bool on_document_begin(Error&) { return true; }
  bool on_document_end(Error&) { return true; }
  bool on_object_begin(Error&) {
    open_objects.emplace_back();
    return true;
  }
  bool on_object_end(std::size_t, Error&) {
    open_objects.pop_back();
    return true;
  }
  bool on_array_begin(Error&) { return true; }
  bool on_array_end(std::size_t, Error&) { return true; }
  bool on_key_part(Text part, std::size_t, Error&) {
    key.append(part.data(), part.size());
    return true;
  }
  bool on_key(Text part, std::size_t, Error& error) {
    key.append(part.data(), part.size());
    if (!open_objects.back().insert(key).second) {
      repeated = key;
      error = json::error::incomplete;  // ends the pass; `repeated` says why
      return false;
    }
    key.clear();
    return true;
  }
  bool on_string_part(Text, std::size_t, Error&) { return true; }
  bool on_string(Text, std::size_t, Error&) { return true; }
  bool on_number_part(Text, Error&) { return true; }
  bool on_int64(std::int64_t, Text, Error&) { return true; }
  bool on_uint64(std::uint64_t, Text, Error&) { return true; }
  bool on_double(double, Text, Error&) { return true; }
  bool on_bool(bool, Error&) { return true; }
  bool on_null(Error&) { return true; }
  bool on_comment_part(Text, Error&) { return true; }
  bool on_comment(Text, Error&) { return true; }

  std::vector<std::set<std::string>> open_objects;
  std::string key;
  std::string repeated;
};

json::parse_options strict_options() {
  json::parse_options options;  // no comments, no trailing commas, valid UTF-8 only
  options.max_depth = kMaxJsonDepth;
  return options;
}

std::string place(std::string_view text, std::size_t offset) {
  if (offset >= text.size()) return "at its end";
  return fmt::format("at byte {}", offset);
}

std::string syntax_message(std::string_view text,
                           std::size_t offset,
                           const json::error_code& error) {
  if (error == json::error::too_deep) {
    return fmt::format(
        "the JSON is nested deeper than {} levels {}", kMaxJsonDepth, place(text, offset));
  }
  if (error == json::error::incomplete) return "the JSON breaks off " + place(text, text.size());
  return fmt::format("this is no valid JSON: {} {}", error.message(), place(text, offset));
}

}  // namespace

std::variant<json::object, JsonError> parse_strict_object(std::string_view text) {
  json::basic_parser<DuplicateFinder> parser(strict_options());
  json::error_code error;
  const std::size_t used = parser.write_some(false, text.data(), text.size(), error);
  if (!parser.handler().repeated.empty()) {
    return JsonError{
        fmt::format("the key \"{}\" is there twice; name it once", parser.handler().repeated)};
  }
  if (error) return JsonError{syntax_message(text, used, error)};
  if (used < text.size()) {
    return JsonError{"something follows the JSON object " + place(text, used) +
                     "; send one object alone"};
  }
  json::value value = json::parse(text, error, {}, strict_options());
  if (error) return JsonError{syntax_message(text, used, error)};
  if (!value.is_object()) {
    return JsonError{fmt::format("the body is {}; send one JSON object", name_of_kind(value))};
  }
  return std::move(value.get_object());
}

std::string_view name_of_kind(const json::value& value) noexcept {
  switch (value.kind()) {
    case json::kind::null:
      return "null";
    case json::kind::bool_:
      return "a boolean";
    case json::kind::int64:
    case json::kind::uint64:
    case json::kind::double_:
      return "a number";
    case json::kind::string:
      return "a string";
    case json::kind::array:
      return "an array";
    case json::kind::object:
      return "an object";
  }
  return "something else";
}

}  // namespace hawkcache::admin
