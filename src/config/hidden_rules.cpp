#include "base/ascii.hpp"
#include "base/host.hpp"
#include "config/checks.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <unordered_map>

namespace hawkcache::config {
namespace {

using SegmentKind = PathSegment::Kind;

// The earlier rules by their segments. Looking a rule up follows every edge that matches all that
// its segment matches.
class RuleTree {
 public:
  explicit RuleTree(const std::vector<RouteConfig>& routes) : routes_(routes) {}

  void insert(std::size_t rule) {
    Node* node = &root_;
    for (const PathSegment& segment : segments(rule)) {
      if (segment.kind == SegmentKind::path) {
        node->tails.push_back(rule);
        return;
      }
      std::unique_ptr<Node>& next = segment.kind == SegmentKind::literal
                                        ? node->literals[segment.text]
                                        : node->placeholders[index(segment.kind)];
      if (!next) next = std::make_unique<Node>();
      node = next.get();
    }
    node->rules.push_back(rule);
  }

  std::optional<std::size_t> find_cover(std::size_t rule) const { return search(root_, rule, 0); }

 private:
  struct Node {
    std::unordered_map<std::string, std::unique_ptr<Node>> literals;
    std::array<std::unique_ptr<Node>, 6> placeholders;
    std::vector<std::size_t> tails;  // rules that end here with {name:path}
    std::vector<std::size_t> rules;  // rules that end here
  };

  static std::size_t index(SegmentKind kind) { return static_cast<std::size_t>(kind); }
  const std::vector<PathSegment>& segments(std::size_t rule) const {
    return routes_[rule].path.value.segments;
  }

  using Names = std::vector<std::string>;
  static bool has(const Names& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  }
  // A host without port stands for every port.
  static bool covers_hosts(const Names& all, const Names& some) {
    return std::all_of(some.begin(), some.end(), [&](const std::string& host) {
      const std::size_t colon = port_colon(host);
      return has(all, host) || (colon != std::string::npos && has(all, host.substr(0, colon)));
    });
  }
  // A rule for GET takes HEAD as well.
  static bool covers_methods(const Names& all, const Names& some) {
    return std::all_of(some.begin(), some.end(), [&](const std::string& method) {
      return has(all, method) || (method == "HEAD" && has(all, "GET"));
    });
  }

  std::optional<std::size_t> first_cover(const std::vector<std::size_t>& candidates,
                                         std::size_t rule) const {
    const RouteConfig& later = routes_[rule];
    for (std::size_t i = 0; i < std::min(candidates.size(), kHiddenCandidates); ++i) {
      const RouteConfig& earlier = routes_[candidates[i]];
      const bool all_hosts = earlier.hosts.empty();
      const bool hosts =
          all_hosts || (!later.hosts.empty() && covers_hosts(earlier.hosts, later.hosts));
      if (hosts && covers_methods(earlier.methods, later.methods)) return candidates[i];
    }
    return std::nullopt;
  }

  std::optional<std::size_t> search(const Node& node, std::size_t rule, std::size_t depth) const {
    const std::vector<PathSegment>& path = segments(rule);
    if (depth == path.size()) return first_cover(node.rules, rule);
    if (auto found = first_cover(node.tails, rule)) return found;
    const PathSegment& segment = path[depth];
    if (segment.kind == SegmentKind::path) return std::nullopt;
    if (segment.kind == SegmentKind::literal) {
      const auto same = node.literals.find(segment.text);
      if (same != node.literals.end()) {
        if (auto found = search(*same->second, rule, depth + 1)) return found;
      }
    }
    for (const SegmentKind kind : {SegmentKind::str,
                                   SegmentKind::int_,
                                   SegmentKind::float_,
                                   SegmentKind::uuid,
                                   SegmentKind::slug}) {
      const auto& next = node.placeholders[index(kind)];
      if (!next || !matches_all_of(kind, segment)) continue;
      if (auto found = search(*next, rule, depth + 1)) return found;
    }
    return std::nullopt;
  }

  static bool matches_all_of(SegmentKind placeholder, const PathSegment& segment) {
    if (segment.kind == placeholder) return true;
    if (segment.kind == SegmentKind::literal && segment.text.empty())
      return false;  // a trailing slash
    if (placeholder == SegmentKind::str) return true;
    return placeholder == SegmentKind::int_ && segment.kind == SegmentKind::literal &&
           ascii::parse_digits(segment.text).has_value();
  }

  const std::vector<RouteConfig>& routes_;
  Node root_;
};

}  // namespace

std::vector<HiddenRule> find_hidden_rules(const std::vector<RouteConfig>& routes) {
  std::vector<HiddenRule> hidden;
  RuleTree tree(routes);
  for (std::size_t rule = 0; rule < routes.size(); ++rule) {
    if (const auto by = tree.find_cover(rule)) hidden.push_back({rule, *by});
    tree.insert(rule);
  }
  return hidden;
}

}  // namespace hawkcache::config
