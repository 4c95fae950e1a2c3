#include "admin/admin_documents.hpp"
#include "base/json.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace hawkcache::admin {
namespace {

using proxy::PathPatternSegment;
using proxy::Route;
using proxy::RuleTemplate;
using proxy::TemplatePart;

std::string parameter_name(const Route& route, std::size_t wanted) {
  std::size_t parameter = 0;
  for (const PathPatternSegment& segment : route.pattern) {
    if (segment.kind == PathPatternSegment::Kind::literal) continue;
    if (parameter++ == wanted) return segment.text;
  }
  return {};
}

// One part of a template as it is written in the configuration.
std::string spelled(const TemplatePart& part, const Route& route) {
  using Kind = TemplatePart::Kind;
  switch (part.kind) {
    case Kind::literal:
      return part.text;
    case Kind::path_parameter:
      return "{" + parameter_name(route, part.parameter) + "}";
    case Kind::method:
      return "{method}";
    case Kind::scheme:
      return "{scheme}";
    case Kind::host:
      return "{host}";
    case Kind::path:
      return "{path}";
    case Kind::query:
      return "{query}";
    case Kind::query_parameter:
      return "{query." + part.text + "}";
    case Kind::header:
      return "{header." + part.text + "}";
    case Kind::cookie:
      return "{cookie." + part.text + "}";
  }
  return {};
}

std::string spelled(const RuleTemplate& rule_template, const Route& route) {
  std::string text;
  for (const TemplatePart& part : rule_template.parts()) text += spelled(part, route);
  return text;
}

std::vector<std::string> spelled(const std::vector<RuleTemplate>& templates, const Route& route) {
  std::vector<std::string> texts;
  texts.reserve(templates.size());
  for (const RuleTemplate& one : templates) texts.push_back(spelled(one, route));
  return texts;
}

void write_list(JsonWriter& json, std::string_view name, const std::vector<std::string>& values) {
  json.key(name).begin_array();
  for (const std::string& value : values) json.value(value);
  json.end_array();
}

double in_seconds(Duration duration) { return static_cast<double>(duration.count()) / 1000.0; }

void write_lifetimes(JsonWriter& json, const caching::CachePolicy& policy) {
  json.key("ttl_s");
  if (policy.ttl) {
    json.value(in_seconds(*policy.ttl));
  } else {
    json.null();  // ttl: origin
  }
  json.member("override", policy.precedence == caching::OriginPrecedence::rule_wins);
  json.member("stale_while_revalidate_s", in_seconds(policy.stale_while_revalidate));
  json.member("stale_if_error_s", in_seconds(policy.stale_if_error));
  json.key("statuses").begin_object();
  for (const auto& [status, lifetime] : policy.statuses) {
    json.member(std::to_string(status), in_seconds(lifetime));
  }
  json.end_object();
}

std::string_view kind_name(proxy::BypassCondition::Kind kind) {
  switch (kind) {
    case proxy::BypassCondition::Kind::header:
      return "header";
    case proxy::BypassCondition::Kind::cookie:
      return "cookie";
    case proxy::BypassCondition::Kind::query:
      return "query";
  }
  return "";
}

void write_bypass(JsonWriter& json, const Route& route) {
  json.key("bypass").begin_array();
  for (const proxy::BypassCondition& condition : route.bypass) {
    json.begin_object().member(kind_name(condition.kind), condition.name).end_object();
  }
  json.end_array();
}

// By name.
using RouteFigures = std::unordered_map<std::string, std::shared_ptr<const observe::RouteCounters>>;

void write_figures(JsonWriter& json, const Route& route, const RouteFigures& figures) {
  using observe::RouteOutcome;
  const auto found = figures.find(route.name);
  if (found == figures.end()) return;
  json.member("hits", found->second->value(RouteOutcome::hit));
  json.member("misses", found->second->value(RouteOutcome::miss));
  json.member("bypasses", found->second->value(RouteOutcome::bypass));
  json.member("errors", found->second->value(RouteOutcome::error));
}

void write_route(JsonWriter& json, const Route& route, const RouteFigures& figures) {
  json.begin_object().member("name", route.name).member("path", route.path);
  write_list(json, "methods", route.methods);
  write_list(json, "hosts", route.hosts);
  write_lifetimes(json, route.policy);
  write_list(json, "tags", spelled(route.tags, route));
  write_list(json, "vary", route.vary);
  json.key("key");
  if (route.key) {
    json.value(spelled(*route.key, route));
  } else {
    json.null();  // scheme, host, path and query
  }
  write_bypass(json, route);
  write_list(json, "invalidates", spelled(route.invalidates, route));
  write_figures(json, route, figures);
  json.end_object();
}

}  // namespace

std::string render_routes(const proxy::Router& router, const observe::Counters& counters) {
  RouteFigures figures;
  for (auto& [name, values] : counters.routes()) figures.emplace(name, values);
  JsonWriter json;
  json.begin_object().key("routes").begin_array();
  for (const Route& route : router.routes()) write_route(json, route, figures);
  json.end_array().end_object();
  return json.take() + "\n";
}

}  // namespace hawkcache::admin
