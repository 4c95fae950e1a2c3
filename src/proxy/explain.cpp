#include "proxy/explain.hpp"

#include "base/json.hpp"
#include "proxy/explain_words.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <span>
#include <string_view>

#include <fmt/format.h>

namespace hawkcache::proxy {
namespace {

using caching::CachePolicy;
using caching::Reason;

// "10m", "60s", "250ms": in the spelling of the configuration, with the largest unit that is exact;
// a minute is 60s.
std::string to_words(Duration duration) {
  struct Unit {
    std::int64_t milliseconds;
    std::string_view suffix;
  };
  constexpr Unit kUnits[] = {{86'400'000, "d"}, {3'600'000, "h"}, {60'000, "m"}, {1'000, "s"}};
  const std::int64_t count = duration.count();
  if (count == 0) return "0s";
  for (const Unit& unit : kUnits) {
    if (count % unit.milliseconds == 0 && count != 60'000) {
      return fmt::format("{}{}", count / unit.milliseconds, unit.suffix);
    }
  }
  return count == 60'000 ? "60s" : fmt::format("{}ms", count);
}

std::string_view to_string(PlanKind kind) {
  switch (kind) {
    case PlanKind::pass:
      return "pass";
    case PlanKind::bypass:
      return "bypass";
    case PlanKind::lookup:
    case PlanKind::lookup_by_content:
      break;
  }
  return "lookup";
}

std::string ttl_source(const CachePolicy& policy) {
  if (!policy.ttl)
    return "the rule gives none (ttl: origin): a response lives as long as the origin says";
  if (policy.precedence == caching::OriginPrecedence::rule_wins) {
    return "from the rule, whatever the origin says (override: true)";
  }
  return "from the rule, where the origin gives no CDN-Cache-Control, s-maxage, max-age or Expires";
}

std::string status_condition(const CachePolicy& policy) {
  const bool lists_206 = std::any_of(policy.statuses.begin(),
                                     policy.statuses.end(),
                                     [](const auto& listed) { return listed.first == 206; });
  std::string text = "status: any with an explicit lifetime from the origin";
  if (policy.ttl) text = lists_206 ? "status: 2xx" : "status: 2xx except 206";
  for (const auto& [status, lifetime] : policy.statuses) {
    text += fmt::format(", {} for {}", status, to_words(lifetime));
  }
  if (policy.ttl) text += "; others only with an explicit lifetime from the origin";
  if (policy.heuristic == caching::Heuristic::on) {
    text +=
        "; or a heuristic one from Last-Modified, where there is neither ttl nor explicit lifetime";
  }
  return text;
}

std::string origin_condition(const CachePolicy& policy) {
  return policy.precedence == caching::OriginPrecedence::rule_wins
             ? "no-store and private from the origin do not count (override: true)"
             : "neither no-store nor private from the origin";
}

std::string set_cookie_condition(const CachePolicy& policy) {
  switch (policy.set_cookie) {
    case caching::SetCookieMode::strip:
      return "Set-Cookie is removed before storing (set_cookie: strip)";
    case caching::SetCookieMode::store:
      return "Set-Cookie is stored with it, given an explicit lifetime from the origin "
             "(set_cookie: store)";
    case caching::SetCookieMode::refuse:
      break;
  }
  return "no Set-Cookie (set_cookie: refuse)";
}

void add_credential_conditions(const CachePolicy& policy,
                               http::FieldsView fields,
                               std::vector<std::string>& conditions) {
  if (fields.contains(http::FieldName::authorization)) {
    conditions.emplace_back(
        policy.keyed_credentials == caching::KeyedCredentials::authorization
            ? "the request has Authorization: it is in the key, as a digest"
            : "the request has Authorization: the origin must allow sharing (public, s-maxage or "
              "must-revalidate; RFC 9111 section 3.5)");
  }
  if (!fields.contains(http::FieldName::cookie)) return;
  conditions.emplace_back(
      policy.cookies == caching::CookieMode::key
          ? "the request has Cookie: only the keyed cookies are forwarded (cookies: key)"
          : "the request has Cookie: it is forwarded but not keyed (cookies: ignore)");
}

std::vector<std::string> conditions_of(const RequestPlan& plan, http::FieldsView fields) {
  const CachePolicy& policy = plan.route->policy;
  std::vector<std::string> conditions;
  if (is_kept_from_the_store(plan, fields)) {
    conditions.emplace_back(
        "never: the request's Cache-Control says no-store (request_cache_control: honor)");
    return conditions;
  }
  if (plan.answer_use == AnswerUse::kept_for_get) {
    conditions.emplace_back(
        "the answer to a POST: 2xx with content, an explicit lifetime from the origin, and a "
        "Content-Location that names the target itself (RFC 9110 section 9.3.3)");
  } else {
    conditions.push_back(status_condition(policy));
  }
  conditions.push_back(origin_condition(policy));
  conditions.push_back(set_cookie_condition(policy));
  conditions.emplace_back("no Vary: *");
  add_credential_conditions(policy, fields, conditions);
  if (policy.request_cache_control == caching::RequestCacheControlMode::honor &&
      fields.contains(http::FieldName::cache_control)) {
    conditions.emplace_back(
        "the request's Cache-Control steers the cache (request_cache_control: honor)");
  }
  return conditions;
}

ExplainedRoute explain_route(const RequestPlanner& planner, const Route& route) {
  ExplainedRoute explained{.name = route.name,
                           .path = route.path,
                           .parameters = {},
                           .vary = route.key ? std::vector<std::string>() : route.vary,
                           .tags = planner.render_tags(),
                           .invalidates = planner.render_invalidates(),
                           .ttl = route.policy.ttl,
                           .ttl_source = ttl_source(route.policy),
                           .stale_while_revalidate = route.policy.stale_while_revalidate,
                           .stale_if_error = route.policy.stale_if_error};
  auto value = planner.parameters().begin();
  for (const PathPatternSegment& segment : route.pattern) {
    if (segment.kind == PathPatternSegment::Kind::literal) continue;
    explained.parameters.emplace_back(segment.text, *value++);
  }
  return explained;
}

// One "label   value" line per value; values from requests lose their control bytes.
class Lines {
 public:
  void add(std::string_view label, std::string_view value) {
    fmt::format_to(std::back_inserter(text_), "{:<12}", label);
    for (const char c : value) {
      const auto byte = static_cast<unsigned char>(c);
      text_ += byte < 0x20 || byte == 0x7F ? '?' : c;
    }
    text_ += '\n';
  }
  void add_list(std::string_view label, const std::vector<std::string>& values) {
    for (const std::string& value : values) add(&value == &values.front() ? label : "", value);
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

void add_route(Lines& lines, const Explanation& explanation) {
  const ExplainedRoute& route = *explanation.route;
  lines.add("route",
            route.name == route.path ? route.name : fmt::format("{} ({})", route.name, route.path));
  for (const auto& [name, value] : route.parameters) {
    lines.add("parameter", fmt::format("{} = {}", name, value));
  }
  lines.add_list("invalidates", route.invalidates);
  if (explanation.reason == Reason::method && explanation.key.empty()) return;
  lines.add_list("tag", route.tags);
  lines.add_list("vary", route.vary);
  lines.add("ttl",
            fmt::format("{}: {}", route.ttl ? to_words(*route.ttl) : "origin", route.ttl_source));
  lines.add("stale",
            fmt::format("while revalidating {}, if the origin fails {}",
                        to_words(route.stale_while_revalidate),
                        to_words(route.stale_if_error)));
}

void write_list(JsonWriter& json, std::string_view name, const std::vector<std::string>& values) {
  json.key(name).begin_array();
  for (const std::string& value : values) json.value(value);
  json.end_array();
}

void write_route(JsonWriter& json, const ExplainedRoute& route) {
  json.key("route").begin_object().member("name", route.name).member("path", route.path);
  json.key("parameters").begin_object();
  for (const auto& [name, value] : route.parameters) json.member(name, value);
  json.end_object().end_object();
  write_list(json, "tags", route.tags);
  write_list(json, "invalidates", route.invalidates);
  write_list(json, "vary", route.vary);
  json.member("ttl", route.ttl ? to_words(*route.ttl) : "origin");
  json.member("ttl_source", route.ttl_source);
  json.member("stale_while_revalidate", to_words(route.stale_while_revalidate));
  json.member("stale_if_error", to_words(route.stale_if_error));
}

}  // namespace

Explanation explain(const Router& router,
                    const http::RequestHead& head,
                    const http::Target& target) {
  RequestPlanner planner;
  const RequestPlan& plan = planner.plan(
      head, target, RequestPlanner::body_of(http::decide_request_framing(head).framing), router);
  Explanation explanation{.method = std::string(head.method_text),
                          .authority = std::string(target.authority),
                          .target = std::string(head.target),
                          .forwarded_target = std::string(plan.path_and_query),
                          .kind = plan.kind,
                          .reason = plan.reason,
                          .decision = words_for_decision(plan, head.fields()),
                          .range = words_for_range(plan, head),
                          .hint = words_for_hint(plan, head, router),
                          .route = std::nullopt,
                          .key = {},
                          .conditions = {}};
  if (plan.route != nullptr) explanation.route = explain_route(planner, *plan.route);
  if (!plan.key.text.empty()) {
    explanation.key = caching::printable_key(plan.key.text);
    explanation.conditions = conditions_of(plan, head.fields());
  }
  return explanation;
}

std::string to_text(const Explanation& explanation) {
  Lines lines;
  lines.add("request",
            fmt::format("{} {} (host {})",
                        explanation.method,
                        explanation.target,
                        explanation.authority.empty() ? "-" : explanation.authority));
  lines.add("decision", explanation.decision);
  if (!explanation.hint.empty()) lines.add("hint", explanation.hint);
  if (explanation.route) add_route(lines, explanation);
  if (!explanation.key.empty()) lines.add("key", explanation.key);
  lines.add("forwarded", explanation.forwarded_target);
  if (!explanation.range.empty()) lines.add("range", explanation.range);
  lines.add_list("stored if", explanation.conditions);
  return lines.take();
}

std::string to_json(const Explanation& explanation) {
  JsonWriter json;
  json.begin_object();
  json.key("request").begin_object();
  json.member("method", explanation.method).member("host", explanation.authority);
  json.member("target", explanation.target).end_object();
  json.member("decision", to_string(explanation.kind));
  json.member("reason", caching::to_string(explanation.reason));
  json.member("explanation", explanation.decision);
  if (!explanation.hint.empty()) json.member("hint", explanation.hint);
  json.member("forwarded_target", explanation.forwarded_target);
  if (!explanation.range.empty()) json.member("range", explanation.range);
  if (explanation.route) {
    write_route(json, *explanation.route);
  } else {
    json.key("route").null();
  }
  if (!explanation.key.empty()) {
    json.member("key", explanation.key);
    write_list(json, "stored_if", explanation.conditions);
  }
  json.end_object();
  return json.take();
}

}  // namespace hawkcache::proxy
