#include "config/json_text.hpp"

#include <vector>

#include <fmt/format.h>

namespace hawkcache::config {

std::string json_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  out += '"';
  return out;
}

std::string json_choice(std::span<const std::string> names) {
  std::vector<std::string> shown;
  for (const std::string& name : names) shown.push_back(json_string(name));
  return json_or_environment(fmt::format(R"({{"enum":[{}]}})", fmt::join(shown, ",")));
}

std::string json_or_environment(std::string_view schema) {
  return fmt::format(R"({{"anyOf":[{},{{"$ref":"#/$defs/environment"}}]}})", schema);
}

std::string json_indented(std::string_view json) {
  std::string out;
  std::size_t depth = 0;
  bool in_string = false;
  const auto new_line = [&] { out.append(1, '\n').append(depth * 2, ' '); };
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_string) {
      out += c;
      if (c == '\\' && i + 1 < json.size()) out += json[++i];
      if (c == '"') in_string = false;
      continue;
    }
    const bool empty = i + 1 < json.size() && (json[i + 1] == '}' || json[i + 1] == ']');
    if (c == '"') in_string = true;
    if (c == '}' || c == ']') {
      const char before = out.empty() ? ' ' : out.back();
      if (before != '{' && before != '[') {
        --depth;
        new_line();
      }
    }
    out += c;
    if ((c == '{' || c == '[') && !empty) {
      ++depth;
      new_line();
    }
    if (c == ',') new_line();
    if (c == ':') out += ' ';
  }
  out += '\n';
  return out;
}

}  // namespace hawkcache::config
