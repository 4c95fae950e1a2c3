// The YAML file as a tree of plain values with positions: what yaml-cpp parsed, without its types
// and exceptions. Aliases share the node they point to. Single-threaded while it is built,
// read-only afterwards.
#pragma once

#include "config/yaml_scan.hpp"

#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace hawkcache::config {

struct YamlNode {
  enum class Kind { null, scalar, sequence, map };
  Kind kind = Kind::null;
  Position position;
  std::string text;  // scalar only
  std::vector<const YamlNode*> items;
  std::vector<std::pair<const YamlNode*, const YamlNode*>>
      entries;  // in the order of the file, duplicates included

  // The value of the first entry with this key, or null.
  const YamlNode* find(std::string_view key) const;
};

// "a list", "a map", "text", "empty".
std::string_view kind_name(YamlNode::Kind kind);

struct YamlDocument {
  std::deque<YamlNode> nodes;  // owns them all
  const YamlNode* root = nullptr;
};

inline constexpr std::size_t kMaxFileSize = 16 * kMiB;

// One document with one value, or what is wrong with it.
[[nodiscard]] std::variant<YamlDocument, std::vector<Problem>> parse_yaml(std::string_view text);

}  // namespace hawkcache::config
