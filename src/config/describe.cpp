// What the table of keys looks like to others: the JSON Schema for editors, the reference for
// people.
#include "base/ascii.hpp"
#include "config/keys.hpp"
#include "config/units.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace hawkcache::config {
namespace {

std::string unavailable_note(const KeyInfo& key) {
  if (key.description.unavailable.empty()) return {};
  std::vector<std::string> values;
  for (const Unavailable& value : key.description.unavailable)
    values.push_back("`" + value.value + "`");
  return fmt::format(" Not available in this version yet: {}.", join(values));
}

// The default as JSON; empty where it is told in words.
std::string json_default(const KeyInfo& key) {
  const std::string& text = key.default_text;
  constexpr std::array<std::string_view, 5> kWords{
      "none", "all", "required", "the path", "one per core"};
  const bool words = text.empty() ||
                     std::find(kWords.begin(), kWords.end(), text) != kWords.end() ||
                     text.find(' ') != std::string::npos;
  if (words) return {};
  const bool literal = text == "true" || text == "false" || text == "[]" || text == "{}" ||
                       ascii::parse_digits(text);
  return literal ? text : json_string(text);
}

std::string schema_of(const KeyInfo& key);

std::string object_schema(const std::vector<KeyInfo>& keys) {
  std::vector<std::string> properties;
  std::vector<std::string> required;
  for (const KeyInfo& key : keys) {
    properties.push_back(json_string(key.name) + ":" + schema_of(key));
    if (key.default_text == "required") required.push_back(json_string(key.name));
  }
  const std::string needed =
      required.empty() ? "" : fmt::format(R"("required":[{}],)", join(required, ","));
  return fmt::format(
      R"("additionalProperties":false,{}"properties":{{{}}})", needed, join(properties, ","));
}

std::string schema_of(const KeyInfo& key) {
  const std::string description = json_string(key.doc + unavailable_note(key));
  switch (key.shape) {
    case KeyInfo::Shape::section:
      return fmt::format(R"({{"description":{},"type":["object","null"],{}}})",
                         description,
                         object_schema(key.children));
    case KeyInfo::Shape::list_of_sections:
      return fmt::format(
          R"({{"description":{},"type":["array","null"],"items":{{"type":"object",{}}}}})",
          description,
          object_schema(key.children));
    case KeyInfo::Shape::value:
      break;
  }
  const std::string standard = json_default(key);
  const std::string rest = key.description.schema.substr(1);
  return fmt::format(R"({{"description":{},{}{})",
                     description,
                     standard.empty() ? "" : "\"default\":" + standard + ",",
                     rest);
}

// {"anyOf":[{"type":"string","pattern":...},{"$ref":"#/$defs/environment"}]}
std::string pattern_schema(std::string_view pattern) {
  return json_or_environment(
      fmt::format(R"({{"type":"string","pattern":{}}})", json_string(pattern)));
}

// | must not end a table's cell.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out;
}

std::string default_cell(const KeyInfo& key) {
  const std::string& text = key.default_text;
  if (text.empty()) return "";
  const bool in_words = text == "none" || text == "required" || text == "all" ||
                        text == "the path" || text == "one per core" ||
                        text.starts_with("the smaller") || text.starts_with("scheme,");
  return in_words ? text : "`" + text + "`";
}

}  // namespace

std::string json_schema() {
  constexpr std::string_view kEnvironment = R"(\$\{[A-Za-z_][A-Za-z0-9_]*(:-[^}]*)?\})";
  const std::string json = fmt::format(
      R"({{"$schema":"https://json-schema.org/draft/2020-12/schema","title":"hawkcache configuration",)"
      R"("type":"object","required":["upstream"],{},"$defs":{{)"
      R"("environment":{{"description":"Read from the environment.","type":"string","pattern":{}}},)"
      R"("duration":{},"size":{}}}}})",
      object_schema(key_table()),
      json_string(kEnvironment),
      pattern_schema(kDurationPattern),
      pattern_schema(kSizePattern));
  return json_indented(json);
}

std::string reference_table() {
  std::string table = "| Key | Type | Default | Meaning |\n| --- | --- | --- | --- |\n";
  for (const FlatKey& key : flat_keys()) {
    if (key.full_name.starts_with("defaults.")) continue;  // the keys of routes[], told once
    table += fmt::format(
        "| `{}` | {} | {} | {} |\n",
        key.full_name,
        cell(key.info->shape == KeyInfo::Shape::list_of_sections ? "list of rules"
                                                                 : key.info->description.type),
        cell(default_cell(*key.info)),
        cell(key.info->doc + unavailable_note(*key.info)));
  }
  return table;
}

}  // namespace hawkcache::config
