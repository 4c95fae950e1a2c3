// What no single value can tell: keys that do not go together, and what is legal but probably not
// meant (warnings). Called while the file is read (config/keys.hpp); errors and warnings go to the
// reader.
#pragma once

#include "config/keys.hpp"
#include "config/template_syntax.hpp"

#include <string>
#include <vector>

namespace hawkcache::config {

void check_memory(Reader& reader, const YamlNode& node, MemoryConfig& memory);
void check_store(Reader& reader, const YamlNode& node, StoreConfig& store);
// The last check of all: reads `defaults` and `routes` too.
void check_file(Reader& reader, const YamlNode& node, Draft& draft);

// Reads the rules over their defaults (routes.cpp).
void read_routes(Reader& reader, Draft& draft);

// Where a rule's keys were written: in the rule, else under `defaults`.
struct RouteScope {
  const YamlNode& rule;
  const YamlNode* defaults;

  const YamlNode* find(std::string_view key) const;
  // Of the key's value; of the rule where the key is not written.
  Position position(std::string_view key) const;
};

// The templates of one rule, parsed.
struct RouteTemplates {
  std::vector<TemplatePart> key;
  std::vector<TemplatePart> tags;  // the parts of all tags
  std::vector<TemplatePart> invalidates;
};

// Rules that could share personal data, and rules that do not do what they look like
// (route_warnings.cpp).
void warn_about_route(Reader& reader,
                      const RouteScope& scope,
                      const RouteConfig& route,
                      const RouteTemplates& templates);

// Methods that the rule does not serve as it seems to (method_warnings.cpp); warn_about_route calls
// it.
void warn_about_methods(Reader& reader, const RouteScope& scope, const RouteConfig& route);

// A rule that an earlier one hides, as indexes into the rules (hidden_rules.cpp).
struct HiddenRule {
  std::size_t rule;
  std::size_t by;
};
// Never names a rule that could be reached; misses some that cannot (those hidden by several rules
// together, and those behind the first kHiddenCandidates rules of one path). Roughly linear in the
// number of rules.
inline constexpr std::size_t kHiddenCandidates = 64;
std::vector<HiddenRule> find_hidden_rules(const std::vector<RouteConfig>& routes);

}  // namespace hawkcache::config
