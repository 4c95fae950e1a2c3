#include "config/checks.hpp"

#include <algorithm>
#include <set>
#include <unordered_map>

#include <fmt/format.h>

namespace hawkcache::config {
namespace {

using Parts = std::vector<TemplatePart>;

class RoutesReader {
 public:
  RoutesReader(Reader& reader, Draft& draft) : reader_(reader), draft_(draft) {}

  void run() {
    if (draft_.defaults != nullptr)
      read_section(reader_, defaults_section(), *draft_.defaults, defaults_);
    const YamlNode* routes = draft_.routes;
    if (routes == nullptr || routes->kind == YamlNode::Kind::null) return;
    if (routes->kind != YamlNode::Kind::sequence) {
      reader_.error(
          routes->position,
          fmt::format(
              "routes must be a list of rules, not {}; begin each rule with \"- path: ...\"",
              kind_name(routes->kind)));
      return;
    }
    for (const YamlNode* rule : routes->items) read_rule(*rule);
    name_the_rest();
    warn_about_hidden();
  }

 private:
  void read_rule(const YamlNode& rule) {
    RouteConfig route = defaults_;
    route.position = rule.position;
    read_section(reader_, route_section(), rule, route);
    const YamlNode* path = rule.find("path");
    const RouteScope scope{rule, draft_.defaults};
    if (rule.kind == YamlNode::Kind::null) {
      reader_.error(rule.position,
                    "a rule must be a map of keys and values, not empty; write - path: ...");
    } else if (rule.kind == YamlNode::Kind::map && path == nullptr) {
      reader_.error(rule.position,
                    "this rule has no path; write one such as path: /users/{user_id:int}");
    }
    check_name(scope, route);
    if (path != nullptr && reader_.is_good(path)) check_rule(scope, route);
    draft_.config.routes.push_back(std::move(route));
  }

  void check_name(const RouteScope& scope, const RouteConfig& route) {
    const YamlNode* node = scope.rule.find("name");
    if (node == nullptr || !reader_.is_good(node)) return;
    const auto [first, is_new] = names_.emplace(route.name, node->position.line);
    if (is_new) return;
    reader_.error(
        node->position,
        fmt::format(
            "name: \"{}\" is taken by the rule in line {}; names are unique, choose another",
            route.name,
            first->second));
  }

  void check_rule(const RouteScope& scope, const RouteConfig& route) {
    const std::vector<std::string> parameters = route.path.value.parameter_names();
    RouteTemplates templates;
    templates.tags = parse_list(scope, "tags", route.tags, parameters);
    templates.invalidates = parse_list(scope, "invalidates", route.invalidates, parameters);
    if (route.key) templates.key = parse_one("key", scope.find("key"), *route.key, parameters);
    if (route.override_origin && !route.ttl) {
      reader_.error(scope.position("override"),
                    "override: true needs a lifetime to win with; give `ttl` a duration, or remove "
                    "`override`");
    }
    if (route.coalesce == Coalesce::cluster &&
        draft_.config.store.backend == StoreBackend::memory) {
      reader_.warning(
          scope.position("coalesce"),
          "coalesce: cluster needs a store that the nodes share; with `backend: memory` "
          "each node fetches for itself");
    }
    warn_about_route(reader_, scope, route, templates);
  }

  Parts parse_list(const RouteScope& scope,
                   const std::string& name,
                   const std::vector<Located<std::string>>& list,
                   const std::vector<std::string>& parameters) {
    const YamlNode* node = scope.find(name);
    Parts all;
    std::size_t next = 0;  // items that could not be read are in the node, not in the list
    for (const Located<std::string>& text : list) {
      while (node && next < node->items.size() && node->items[next]->position != text.position())
        ++next;
      const YamlNode* item = node && next < node->items.size() ? node->items[next] : nullptr;
      Parts parts = parse_one(name, item, text, parameters);
      all.insert(all.end(), parts.begin(), parts.end());
    }
    return all;
  }

  // A template of `defaults` is parsed once per rule, and reported for the first rule that it does
  // not fit.
  Parts parse_one(const std::string& name,
                  const YamlNode* node,
                  const Located<std::string>& text,
                  const std::vector<std::string>& parameters) {
    auto parsed = parse_template(text.value, parameters);
    if (auto* parts = std::get_if<Parts>(&parsed)) return std::move(*parts);
    if (!reported_.insert(text.position()).second) return {};
    for (const SyntaxError& error : template_errors(text.value, parameters)) {
      const Position position =
          node ? reader_.position_in(*node, text.value, error.offset) : text.position();
      reader_.error(position, fmt::format("{}: {}", name, error.message));
    }
    return {};
  }

  // A rule without a name is called by its path; where that is taken, by its path and methods; then
  // by a number as well.
  void name_the_rest() {
    for (RouteConfig& route : draft_.config.routes) {
      if (!route.name.empty()) continue;
      const std::string& path = route.path.value.text;
      std::string name = path;
      if (names_.contains(name)) name = fmt::format("{} {}", path, join(route.methods, ","));
      const std::string base = name;
      for (std::size_t& number = numbers_[base]; names_.contains(name);) {
        number = std::max<std::size_t>(number + 1, 2);
        name = fmt::format("{} #{}", base, number);
      }
      names_.emplace(name, route.position.line);
      route.name = std::move(name);
    }
  }

  void warn_about_hidden() {
    if (reader_.has_errors()) return;  // what could not be read may be what tells the rules apart
    const std::vector<RouteConfig>& routes = draft_.config.routes;
    for (const HiddenRule& hidden : find_hidden_rules(routes)) {
      reader_.warning(
          routes[hidden.rule].path.position(),
          fmt::format("this rule is never reached: the one in line {} ({}) takes all its requests; "
                      "move this one before it, or narrow the other",
                      routes[hidden.by].path.line,
                      in_quotes(routes[hidden.by].name)));
    }
  }

  Reader& reader_;
  Draft& draft_;
  RouteConfig defaults_;
  std::unordered_map<std::string, int> names_;  // to the line that took the name
  std::unordered_map<std::string, std::size_t> numbers_;
  std::set<Position> reported_;
};

}  // namespace

const YamlNode* RouteScope::find(std::string_view key) const {
  if (const YamlNode* own = rule.find(key)) return own;
  return defaults ? defaults->find(key) : nullptr;
}

Position RouteScope::position(std::string_view key) const {
  const YamlNode* node = find(key);
  return node ? node->position : rule.position;
}

void read_routes(Reader& reader, Draft& draft) { RoutesReader(reader, draft).run(); }

}  // namespace hawkcache::config
