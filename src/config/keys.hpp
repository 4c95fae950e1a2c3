// The table of all keys: each is described once, and from that come the reading of the file, the
// suggestions for unknown keys, the JSON Schema (describe.cpp) and the reference in
// docs/configuration.md. The tables themselves are in keys_file.cpp and keys_route.cpp. Built at
// first use, read-only afterwards.
#pragma once

#include "config/kinds.hpp"

#include <functional>
#include <string>
#include <vector>

namespace hawkcache::config {

struct KeyInfo {
  enum class Shape { value, section, list_of_sections };
  std::string name;
  std::string default_text;  // as written in the file, or words where there is no such text
  std::string doc;           // one line
  Description description;
  Shape shape = Shape::value;
  std::vector<KeyInfo> children;
};

template <class T>
struct Key {
  KeyInfo info;
  // Reads the value into its member; `name` is the key's full name.
  std::function<void(Reader&, const YamlNode&, const std::string& name, T&)> read;
};

template <class T>
struct Section {
  std::string label;   // for messages: "store.memory"
  std::string prefix;  // of the full names: "store.memory."
  std::vector<Key<T>> keys;
  // What no single key can tell; may be empty. Runs after the keys were read.
  std::function<void(Reader&, const YamlNode&, T&)> check;

  std::vector<KeyInfo> infos() const {
    std::vector<KeyInfo> all;
    for (const Key<T>& key : keys) all.push_back(key.info);
    return all;
  }
};

// Reports a node that is no map (`known`: the keys it could have), keys that are no text or stand
// twice, and merge keys.
bool check_map(Reader& reader,
               const YamlNode& node,
               const std::string& label,
               const std::vector<std::string>& known);
void report_unknown_key(Reader& reader,
                        const YamlNode& key,
                        const std::string& label,
                        const std::vector<std::string>& known);

// An empty section (`limits:` with nothing) counts as absent.
template <class T>
void read_section(Reader& reader, const Section<T>& section, const YamlNode& node, T& into) {
  if (node.kind == YamlNode::Kind::null) return;
  std::vector<std::string> known;
  for (const Key<T>& key : section.keys) known.push_back(key.info.name);
  if (!check_map(reader, node, section.label, known)) return;
  for (const auto& [key, value] : node.entries) {
    const auto same_name = [&](const Key<T>& candidate) {
      return candidate.info.name == key->text;
    };
    const auto found = std::find_if(section.keys.begin(), section.keys.end(), same_name);
    if (found != section.keys.end()) {
      found->read(reader, *value, section.prefix + key->text, into);
    } else {
      report_unknown_key(reader, *key, section.label, known);
    }
  }
  if (section.check) section.check(reader, node, into);
}

// A key with a value. `member` is a member pointer, or a function from T& to the place where the
// value belongs.
template <class T, class Member, class V>
Key<T> value_key(
    std::string name, Member member, ValueKind<V> kind, std::string default_text, std::string doc) {
  auto read = [member, read_value = std::move(kind.read)](
                  Reader& reader, const YamlNode& node, const std::string& full_name, T& into) {
    if (auto value = read_value(reader, node, full_name)) {
      std::invoke(member, into) = std::move(*value);
    } else {
      reader.mark_bad(node);
    }
  };
  return {KeyInfo{std::move(name),
                  std::move(default_text),
                  std::move(doc),
                  std::move(kind.description),
                  KeyInfo::Shape::value,
                  {}},
          std::move(read)};
}

template <class T, class Member, class S>
Key<T> section_key(std::string name, Member member, const Section<S>& section, std::string doc) {
  auto read = [member, &section](
                  Reader& reader, const YamlNode& node, const std::string&, T& into) {
    read_section(reader, section, node, std::invoke(member, into));
  };
  return {KeyInfo{std::move(name),
                  {},
                  std::move(doc),
                  {"section", {}, {}},
                  KeyInfo::Shape::section,
                  section.infos()},
          std::move(read)};
}

// The file while it is read: `defaults` and `routes` are read last, in this order, wherever they
// stand.
struct Draft {
  Config config;
  const YamlNode* defaults = nullptr;
  const YamlNode* routes = nullptr;
};

const Section<Draft>& file_section();
const Section<LimitsConfig>& limits_section();
const Section<RouteConfig>& route_section();
// A rule's keys without those that belong to one rule alone (name, path).
const Section<RouteConfig>& defaults_section();

// All keys of the file, as a tree.
const std::vector<KeyInfo>& key_table();

// One key of the tree, by its full name: "store.memory.max_size", "routes[].ttl".
struct FlatKey {
  std::string full_name;
  const KeyInfo* info;
};
const std::vector<FlatKey>& flat_keys();

}  // namespace hawkcache::config
