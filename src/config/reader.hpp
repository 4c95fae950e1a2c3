// What everything that reads the tree shares: the text of a scalar with the environment filled in,
// and the list of errors and warnings with their places. One per load; single-threaded.
#pragma once

#include "config/load.hpp"
#include "config/yaml_document.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace hawkcache::config {

class Reader {
 public:
  // `source` is what the tree was parsed from, and outlives the reader.
  Reader(std::string_view source, std::string file_name, const Environment& environment);

  void error(Position position, std::string message);
  void warning(Position position, std::string message);

  // The scalar's text after substitution; an error is reported (naming `name`) when the node is no
  // scalar or a variable is not set. `what` says what is expected, "a duration such as 60s".
  std::optional<std::string> text(const YamlNode& node,
                                  std::string_view name,
                                  std::string_view what);

  // The place of a byte of the scalar's text: exact where the source shows the text as it is, else
  // the scalar's start.
  Position position_in(const YamlNode& node, std::string_view text, std::size_t offset) const;

  // A node whose value could not be read: what depends on it need not be reported as well.
  void mark_bad(const YamlNode& node) { bad_.insert(&node); }
  bool is_good(const YamlNode* node) const { return node == nullptr || !bad_.contains(node); }

  bool has_errors() const { return !errors_.empty(); }
  // Sorted by place, without repetitions.
  std::vector<ConfigError> take_errors();
  std::vector<ConfigError> take_warnings();

 private:
  std::string_view source_;
  std::string file_name_;
  const Environment& environment_;
  std::vector<std::size_t> line_starts_;
  std::unordered_set<const YamlNode*> bad_;
  std::vector<ConfigError> errors_;
  std::vector<ConfigError> warnings_;
};

// Splits "the value is wrong" from "reported already": runs on what the scalar parsers of this
// folder return.
template <class V>
std::optional<V> accept(Reader& reader,
                        const YamlNode& node,
                        std::string_view text,
                        std::string_view name,
                        std::variant<V, SyntaxError> parsed) {
  if (auto* error = std::get_if<SyntaxError>(&parsed)) {
    reader.error(reader.position_in(node, text, error->offset),
                 std::string(name) + ": " + error->message);
    return std::nullopt;
  }
  return std::move(std::get<V>(parsed));
}

}  // namespace hawkcache::config
