#include "config/yaml_document.hpp"

#include "config/suggest.hpp"
#include "config/utf8.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <sstream>

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

namespace hawkcache::config {
namespace {

Position position_of(const YAML::Mark& mark) {
  if (mark.is_null()) return {1, 1};
  return {mark.line + 1, mark.column + 1};
}

// Thrown out of the parser's callbacks, caught in parse_yaml.
struct Rejected {
  Problem problem;
};

// Builds the tree from the parser's events.
class TreeBuilder final : public YAML::EventHandler {
 public:
  explicit TreeBuilder(YamlDocument& document) : document_(document) {}

  void OnDocumentStart(const YAML::Mark& mark) override { start_ = position_of(mark); }
  void OnDocumentEnd() override {}
  // The parser's mark is the next token's, lines later maybe: a missing value is placed where its
  // key is.
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    YamlNode& node = make(YamlNode::Kind::null, mark, anchor);
    if (!open_.empty() && open_.back().key != nullptr) node.position = open_.back().key->position;
    attach(node);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end())
      throw Rejected{{position_of(mark), "this alias has no anchor before it"}};
    attach(*found->second);
  }
  void OnScalar(const YAML::Mark& mark,
                const std::string& tag,
                YAML::anchor_t anchor,
                const std::string& value) override {
    check_tag(mark, tag);
    YamlNode& node = make(YamlNode::Kind::scalar, mark, anchor);
    node.text = value;
    attach(node);
  }
  void OnSequenceStart(const YAML::Mark& mark,
                       const std::string& tag,
                       YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    open(YamlNode::Kind::sequence, mark, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark,
                  const std::string& tag,
                  YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    open(YamlNode::Kind::map, mark, tag, anchor);
  }
  void OnMapEnd() override { close(); }

  Position start() const { return start_; }

 private:
  struct Open {
    YamlNode* node;
    const YamlNode* key;  // a map's key that awaits its value
  };

  static void check_tag(const YAML::Mark& mark, const std::string& tag) {
    const bool plain =
        tag.empty() || tag == "?" || tag == "!" || tag.starts_with("tag:yaml.org,2002:");
    if (plain) return;
    throw Rejected{{position_of(mark),
                    fmt::format("the YAML tag {} is not supported; remove it", in_quotes(tag))}};
  }

  YamlNode& make(YamlNode::Kind kind, const YAML::Mark& mark, YAML::anchor_t anchor) {
    YamlNode& node = document_.nodes.emplace_back();
    node.kind = kind;
    node.position = position_of(mark);
    if (anchor != YAML::NullAnchor) anchors_[anchor] = &node;
    return node;
  }

  void attach(YamlNode& node) {
    if (open_.empty()) {
      document_.root = &node;
      return;
    }
    Open& top = open_.back();
    if (top.node->kind == YamlNode::Kind::sequence) {
      top.node->items.push_back(&node);
    } else if (top.key == nullptr) {
      top.key = &node;
    } else {
      top.node->entries.emplace_back(top.key, &node);
      top.key = nullptr;
    }
  }

  void open(YamlNode::Kind kind,
            const YAML::Mark& mark,
            const std::string& tag,
            YAML::anchor_t anchor) {
    check_tag(mark, tag);
    if (open_.size() >= kMaxFlowDepth) {
      throw Rejected{{position_of(mark),
                      fmt::format("nested too deeply; {} levels are the most", kMaxFlowDepth)}};
    }
    YamlNode& node = make(kind, mark, anchor);
    attach(node);
    open_.push_back({&node, nullptr});
  }
  void close() { open_.pop_back(); }

  YamlDocument& document_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, YamlNode*> anchors_;
  Position start_{1, 1};
};

// The parser's terse messages, and what usually is the cause.
struct Explanation {
  const char* message;
  const char* meaning;
};
constexpr std::array<Explanation, 10> kExplanations{{
    {"illegal map value", "a second \": \" in one line; put the value in quotes"},
    {"end of map not found",
     "this line does not fit the map it is in; check its indentation and its \": \""},
    {"end of sequence not found",
     "this line does not fit the list it is in; check its indentation"},
    {"end of map flow not found",
     "a { without its }, or a comma is missing; text with { } in it must be quoted"},
    {"end of sequence flow not found",
     "a [ without its ], or a comma is missing; text with [ ] in it must be quoted"},
    {"illegal block entry",
     "a \"- \" cannot stand here; put the list on lines of its own, indented"},
    {"illegal map key", "a key cannot stand here; check the indentation"},
    {"illegal tab when looking for indentation", "a tab in the indentation; use blanks"},
    {"the referenced anchor is not defined", "this *alias has no &anchor of that name before it"},
    {"illegal flow end", "a ] or } without its opening; remove it, or put the text in quotes"},
}};

std::string explain(const std::string& message) {
  for (const Explanation& known : kExplanations) {
    if (message == known.message) return fmt::format("not valid YAML: {}", known.meaning);
  }
  return fmt::format("not valid YAML: {}; check the indentation and the quotes here", message);
}

Problem as_problem(const YAML::Exception& error, const std::optional<Problem>& hint) {
  // The cause comes before what the parser stumbles over.
  const bool is_cause = hint && (error.mark.is_null() || hint->position <= position_of(error.mark));
  if (is_cause) return {hint->position, "not valid YAML: " + hint->message};
  return {position_of(error.mark), explain(error.msg)};
}

// The parser takes a quoted text without an end for whole where the file's last line is blank. A
// comment after it changes nothing else.
std::string with_visible_end(std::string_view text) {
  const std::size_t last_line = text.find_last_of("\r\n") + 1;
  std::string whole(text);
  if (last_line == text.size()) return whole + '#';
  const bool blank = text.find_first_not_of(" \t", last_line) == std::string_view::npos;
  return blank ? whole + "\n#" : whole;
}

std::variant<YamlDocument, Problem> build(const std::string& text,
                                          const std::optional<Problem>& hint) {
  YamlDocument document;
  try {
    std::istringstream stream(text);
    YAML::Parser parser(stream);
    TreeBuilder builder(document);
    if (!parser.HandleNextDocument(builder)) return document;
    YamlDocument second;
    TreeBuilder second_builder(second);
    if (parser.HandleNextDocument(second_builder)) {
      return Problem{second_builder.start(),
                     "a second YAML document begins here; keep one, and remove the --- line"};
    }
    return document;
  } catch (const Rejected& rejected) {
    return rejected.problem;
  } catch (const YAML::Exception& error) {
    return as_problem(error, hint);
  }
}

std::optional<Problem> find_bad_byte(std::string_view text) {
  const std::size_t bad = first_bad_byte(text);
  if (bad == std::string_view::npos) return std::nullopt;
  const std::string_view before = text.substr(0, bad);
  const std::size_t newline = before.rfind('\n');
  const std::size_t line_start = newline == std::string_view::npos ? 0 : newline + 1;
  const Position position{static_cast<int>(1 + std::count(before.begin(), before.end(), '\n')),
                          static_cast<int>(1 + bad - line_start)};
  const auto byte = static_cast<unsigned char>(text[bad]);
  const bool control = byte < 0x20 || byte == 0x7F;
  return Problem{
      position,
      control ? fmt::format("a control byte (0x{:02x}); remove it (in a double-quoted text it "
                            "can be written \\x{:02x})",
                            byte,
                            byte)
              : fmt::format("the byte 0x{:02x} is not UTF-8; save the file as UTF-8", byte)};
}

}  // namespace

const YamlNode* YamlNode::find(std::string_view key) const {
  for (const auto& [name, value] : entries) {
    if (name->kind == Kind::scalar && name->text == key) return value;
  }
  return nullptr;
}

std::string_view kind_name(YamlNode::Kind kind) {
  switch (kind) {
    case YamlNode::Kind::null:
      return "empty";
    case YamlNode::Kind::scalar:
      return "text";
    case YamlNode::Kind::sequence:
      return "a list";
    case YamlNode::Kind::map:
      return "a map";
  }
  return "";
}

std::variant<YamlDocument, std::vector<Problem>> parse_yaml(std::string_view text) {
  if (text.size() > kMaxFileSize) {
    return std::vector<Problem>{
        {{1, 1}, "the file is larger than 16MiB; split the service, or remove rules"}};
  }
  if (auto bad = find_bad_byte(text)) return std::vector<Problem>{std::move(*bad)};
  ScanResult scanned = scan_yaml(text);
  if (!scanned.problems.empty()) return std::move(scanned.problems);
  auto built = build(with_visible_end(text), scanned.hint);
  if (auto* problem = std::get_if<Problem>(&built))
    return std::vector<Problem>{std::move(*problem)};
  YamlDocument& document = std::get<YamlDocument>(built);
  const bool empty = document.root == nullptr || document.root->kind == YamlNode::Kind::null;
  if (empty) {
    return std::vector<Problem>{
        {{1, 1},
         "the file is empty; it needs at least `upstream: { servers: [http://127.0.0.1:8000] }`"}};
  }
  return std::move(document);
}

}  // namespace hawkcache::config
