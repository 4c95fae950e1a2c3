#include "config/keys.hpp"

#include <unordered_map>

#include <fmt/format.h>

namespace hawkcache::config {
namespace {

void flatten(const std::vector<KeyInfo>& keys,
             const std::string& prefix,
             std::vector<FlatKey>& flat) {
  for (const KeyInfo& key : keys) {
    flat.push_back({prefix + key.name, &key});
    const bool list = key.shape == KeyInfo::Shape::list_of_sections;
    flatten(key.children, prefix + key.name + (list ? "[]." : "."), flat);
  }
}

// "connect_timeout" and "idle_timeout" for "timeout".
std::vector<std::string> names_ending_with(std::string_view text,
                                           const std::vector<std::string>& known) {
  std::vector<std::string> names;
  for (const std::string& name : known) {
    if (name.ends_with(fmt::format("_{}", text))) names.push_back(name);
  }
  return names;
}

// Where a key of this name does belong: "; it belongs under `store.memory`".
std::string belongs_elsewhere(const std::string& name, const std::string& label) {
  for (const FlatKey& key : flat_keys()) {
    if (key.info->name != name || key.full_name == name) continue;
    const std::string section = key.full_name.substr(0, key.full_name.size() - name.size() - 1);
    if (section == label) continue;
    if (section == "routes[]") return "; it belongs into a rule of `routes`";
    if (section == "defaults") return "; it belongs into a rule of `routes`, or under `defaults`";
    return fmt::format("; it belongs under `{}`", section);
  }
  return {};
}

}  // namespace

bool check_map(Reader& reader,
               const YamlNode& node,
               const std::string& label,
               const std::vector<std::string>& known) {
  constexpr std::size_t kFew = 8;  // what one still likes to read
  if (node.kind != YamlNode::Kind::map) {
    reader.error(node.position,
                 fmt::format("{} must be a map of keys and values, not {}{}",
                             label,
                             kind_name(node.kind),
                             known.size() > kFew ? "" : "; the keys here are " + join(known)));
    return false;
  }
  std::unordered_map<std::string_view, int> lines;
  bool good = true;
  for (const auto& [key, value] : node.entries) {
    if (key->kind != YamlNode::Kind::scalar) {
      reader.error(
          key->position,
          fmt::format(
              "a key of {} must be a name, not {}; a text that begins with {{ or [ must be quoted",
              label,
              kind_name(key->kind)));
      good = false;
      continue;
    }
    if (key->text == "<<") {
      reader.error(key->position,
                   "merge keys (<<) are not supported; put what rules share under `defaults`");
      good = false;
      continue;
    }
    const auto [first, is_new] = lines.emplace(key->text, key->position.line);
    if (is_new) continue;
    reader.error(key->position,
                 fmt::format("duplicate key {}; the first is in line {}, keep one",
                             in_quotes(key->text),
                             first->second));
  }
  return good;
}

void report_unknown_key(Reader& reader,
                        const YamlNode& key,
                        const std::string& label,
                        const std::vector<std::string>& known) {
  std::string hint = did_you_mean(key.text, known);
  const std::vector<std::string> fuller = names_ending_with(key.text, known);
  const std::string elsewhere = belongs_elsewhere(key.text, label);
  if (!elsewhere.empty()) hint = elsewhere;
  // A rule's key where the file's are expected is out of place rather than too short.
  const bool of_a_rule = elsewhere.find("`routes`") != std::string::npos;
  if (!fuller.empty() && !of_a_rule) hint = "; the keys here that end so are " + join(fuller);
  if (key.text.find(':') != std::string::npos) hint = "; a key ends with a colon and a blank";
  if (hint.empty()) hint = "; the keys here are " + join(known);
  reader.error(key.position,
               fmt::format("unknown key {} in {}{}", in_quotes(key.text), label, hint));
}

const std::vector<KeyInfo>& key_table() {
  static const std::vector<KeyInfo> table = file_section().infos();
  return table;
}

const std::vector<FlatKey>& flat_keys() {
  static const std::vector<FlatKey> all = [] {
    std::vector<FlatKey> flat;
    flatten(key_table(), "", flat);
    return flat;
  }();
  return all;
}

}  // namespace hawkcache::config
