#include "server/compile_routes.hpp"

#include "base/hash.hpp"
#include "config/template_syntax.hpp"
#include "proxy/client_cache_control.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include <fmt/format.h>

namespace hawkcache::server {
namespace {

using config::RouteConfig;

// No default: a kind added to one enumeration and not to the other must not pass unseen (-Wswitch).
proxy::PathPatternSegment::Kind segment_kind(config::PathSegment::Kind kind) {
  using From = config::PathSegment::Kind;
  using To = proxy::PathPatternSegment::Kind;
  switch (kind) {
    case From::literal:
      return To::literal;
    case From::str:
      return To::str;
    case From::int_:
      return To::int_;
    case From::float_:
      return To::float_;
    case From::uuid:
      return To::uuid;
    case From::slug:
      return To::slug;
    case From::path:
      return To::path;
  }
  throw std::logic_error("unknown kind of path segment");
}

proxy::TemplatePart::Kind part_kind(config::TemplatePart::Kind kind) {
  using From = config::TemplatePart::Kind;
  using To = proxy::TemplatePart::Kind;
  switch (kind) {
    case From::literal:
      return To::literal;
    case From::path_parameter:
      return To::path_parameter;
    case From::method:
      return To::method;
    case From::scheme:
      return To::scheme;
    case From::host:
      return To::host;
    case From::path:
      return To::path;
    case From::query:
      return To::query;
    case From::query_parameter:
      return To::query_parameter;
    case From::header:
      return To::header;
    case From::cookie:
      return To::cookie;
  }
  throw std::logic_error("unknown kind of template part");
}

proxy::BypassCondition::Kind bypass_kind(config::BypassCondition::Kind kind) {
  using From = config::BypassCondition::Kind;
  using To = proxy::BypassCondition::Kind;
  switch (kind) {
    case From::header:
      return To::header;
    case From::cookie:
      return To::cookie;
    case From::query:
      return To::query;
  }
  throw std::logic_error("unknown kind of bypass condition");
}

caching::CookieMode cookie_mode(config::CookieRule::Kind kind) {
  switch (kind) {
    case config::CookieRule::Kind::bypass:
      return caching::CookieMode::bypass;
    case config::CookieRule::Kind::ignore:
      return caching::CookieMode::ignore;
    case config::CookieRule::Kind::key:
      return caching::CookieMode::key;
  }
  throw std::logic_error("unknown kind of cookie rule");
}

caching::SetCookieMode set_cookie_mode(config::SetCookie mode) {
  switch (mode) {
    case config::SetCookie::refuse:
      return caching::SetCookieMode::refuse;
    case config::SetCookie::strip:
      return caching::SetCookieMode::strip;
    case config::SetCookie::store:
      return caching::SetCookieMode::store;
  }
  throw std::logic_error("unknown set_cookie mode");
}

std::vector<proxy::PathPatternSegment> compile_path(const config::PathPattern& pattern) {
  std::vector<proxy::PathPatternSegment> segments;
  segments.reserve(pattern.segments.size());
  for (const config::PathSegment& segment : pattern.segments) {
    segments.push_back({segment_kind(segment.kind), segment.text});
  }
  return segments;
}

proxy::RuleTemplate compile_template(std::string_view text,
                                     std::span<const std::string> parameters) {
  auto parsed = config::parse_template(text, parameters);
  auto* parts = std::get_if<std::vector<config::TemplatePart>>(&parsed);
  if (parts == nullptr)
    throw std::logic_error("a template that was not checked: " + std::string(text));
  std::vector<proxy::TemplatePart> compiled;
  compiled.reserve(parts->size());
  for (config::TemplatePart& part : *parts) {
    const auto place = std::find(parameters.begin(), parameters.end(), part.text);
    compiled.push_back({part_kind(part.kind),
                        std::move(part.text),
                        static_cast<std::size_t>(place - parameters.begin())});
  }
  return proxy::RuleTemplate(std::move(compiled));
}

std::vector<proxy::RuleTemplate> compile_templates(
    const std::vector<config::Located<std::string>>& texts,
    std::span<const std::string> parameters) {
  std::vector<proxy::RuleTemplate> templates;
  templates.reserve(texts.size());
  for (const auto& text : texts) templates.push_back(compile_template(text.value, parameters));
  return templates;
}

bool keys_authorization(const RouteConfig& rule, const std::optional<proxy::RuleTemplate>& key) {
  if (!key)
    return std::find(rule.vary.begin(), rule.vary.end(), "authorization") != rule.vary.end();
  const auto parts = key->parts();
  return std::any_of(parts.begin(), parts.end(), [](const proxy::TemplatePart& part) {
    return part.kind == proxy::TemplatePart::Kind::header && part.text == "authorization";
  });
}

caching::CachePolicy compile_policy(const RouteConfig& rule,
                                    const std::optional<proxy::RuleTemplate>& key) {
  return {
      .ttl = rule.ttl,
      .precedence = rule.override_origin ? caching::OriginPrecedence::rule_wins
                                         : caching::OriginPrecedence::origin_first,
      .stale_while_revalidate = rule.stale_while_revalidate,
      .stale_if_error = rule.stale_if_error,
      .statuses = {rule.statuses.begin(), rule.statuses.end()},
      .cookies = cookie_mode(rule.cookies.kind),
      .set_cookie = set_cookie_mode(rule.set_cookie),
      .request_cache_control = rule.request_cache_control == config::RequestCacheControl::honor
                                   ? caching::RequestCacheControlMode::honor
                                   : caching::RequestCacheControlMode::ignore,
      .heuristic = rule.heuristic ? caching::Heuristic::on : caching::Heuristic::off,
      .keyed_credentials = keys_authorization(rule, key) ? caching::KeyedCredentials::authorization
                                                         : caching::KeyedCredentials::none,
      .normalize = rule.normalize,
  };
}

http::QueryRule compile_query(const config::QueryRule& query) {
  return {.ignore = query.ignore,
          .only = query.only,
          .order = query.sort ? http::QueryRule::Order::sorted : http::QueryRule::Order::as_sent};
}

// A text that differs exactly where the rule differs in what entries remember of it: each part with
// its name, its count and its lengths, so that no two rules read the same.
class CanonicalText {
 public:
  void add(std::string_view text) {
    fmt::format_to(std::back_inserter(text_), "{}:", text.size());
    text_ += text;
  }
  template <class Texts>
  void add_all(std::string_view label, const Texts& texts) {
    add(label);
    add(std::to_string(texts.size()));
    for (const auto& text : texts) add(value_of(text));
  }
  std::uint64_t fingerprint() const { return hash64(text_); }

 private:
  static const std::string& value_of(const std::string& text) { return text; }
  static const std::string& value_of(const config::Located<std::string>& text) {
    return text.value;
  }
  std::string text_;
};

std::uint64_t fingerprint_of(const RouteConfig& rule, std::size_t tag_length) {
  CanonicalText text;
  text.add(rule.name);
  text.add(rule.key ? "key" : "no key");
  text.add(rule.key ? rule.key->value : "");
  text.add_all("vary", rule.vary);
  text.add(std::to_string(static_cast<int>(rule.cookies.kind)));
  text.add_all("cookies", rule.cookies.names);
  text.add_all("query ignore", rule.query.ignore);
  text.add(rule.query.only ? "query only" : "query all");
  text.add_all("", rule.query.only.value_or(std::vector<std::string>()));
  text.add(rule.query.sort ? "sorted" : "as sent");
  text.add_all("tags", rule.tags);
  if (!rule.tags.empty()) text.add(std::to_string(tag_length));
  return text.fingerprint();
}

proxy::Route compile_route(const RouteConfig& rule, std::size_t index, std::size_t tag_length) {
  const std::vector<std::string> parameters = rule.path.value.parameter_names();
  proxy::Route route;
  route.name = rule.name;
  route.index = index;
  route.path = rule.path.value.text;
  route.pattern = compile_path(rule.path.value);
  route.methods = rule.methods;
  route.hosts = rule.hosts;
  if (rule.key) route.key = compile_template(rule.key->value, parameters);
  route.policy = compile_policy(rule, route.key);
  route.coalesce =
      rule.coalesce == config::Coalesce::cluster ? proxy::Coalesce::cluster : proxy::Coalesce::node;
  route.tags = compile_templates(rule.tags, parameters);
  route.vary = rule.vary;
  route.key_cookies = rule.cookies.names;
  route.query = compile_query(rule.query);
  for (const config::BypassCondition& condition : rule.bypass) {
    route.bypass.push_back({bypass_kind(condition.kind), condition.name});
  }
  route.invalidates = compile_templates(rule.invalidates, parameters);
  route.client_cache_control = rule.client_cache_control;
  route.client_text_is_shared =
      rule.client_cache_control && proxy::lets_others_have_it(*rule.client_cache_control);
  route.tag_length = tag_length;
  route.fingerprint = fingerprint_of(rule, tag_length);
  return route;
}

}  // namespace

std::vector<proxy::Route> compile_routes(const config::Config& config) {
  std::vector<proxy::Route> routes;
  routes.reserve(config.routes.size());
  for (const RouteConfig& rule : config.routes)
    routes.push_back(compile_route(rule, routes.size(), config.limits.tag_length));
  return routes;
}

}  // namespace hawkcache::server
