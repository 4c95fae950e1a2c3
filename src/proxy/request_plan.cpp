#include "proxy/request_plan.hpp"

#include "caching/vary.hpp"
#include "http/cookie.hpp"
#include "http/hop_by_hop.hpp"
#include "http/query.hpp"
#include "proxy/path_value.hpp"

#include <algorithm>
#include <span>

namespace hawkcache::proxy {
namespace {

using caching::Reason;

bool is_present(const BypassCondition& condition,
                http::FieldsView fields,
                const http::Target& target) {
  switch (condition.kind) {
    case BypassCondition::Kind::header:
      return fields.find(condition.name) != nullptr;
    case BypassCondition::Kind::cookie:
      return http::cookie_value(fields, condition.name).has_value();
    case BypassCondition::Kind::query:
      return target.has_query && http::query_parameter(target.query, condition.name).has_value();
  }
  return false;
}

Reason reason_of(BypassCondition::Kind kind) {
  switch (kind) {
    case BypassCondition::Kind::header:
      return Reason::bypass_header;
    case BypassCondition::Kind::cookie:
      return Reason::bypass_cookie;
    case BypassCondition::Kind::query:
      break;
  }
  return Reason::bypass_query;
}

std::vector<std::string> render(const std::vector<RuleTemplate>& templates,
                                const TemplateInput& input) {
  std::vector<std::string> rendered;
  rendered.reserve(templates.size());
  for (const RuleTemplate& each : templates) {
    std::string tag;
    each.append_tag(tag, input);
    if (!tag.empty()) rendered.push_back(std::move(tag));
  }
  return rendered;
}

bool honours_requests(const Route& route) {
  return route.policy.request_cache_control == caching::RequestCacheControlMode::honor;
}

}  // namespace

bool has_conditions(http::FieldsView request) noexcept {
  return std::any_of(kConditions.begin(), kConditions.end(), [&](http::FieldName id) {
    return request.contains(id);
  });
}

bool goes_out_as_it_came(const caching::CachePolicy& policy,
                         const http::RequestHead& request,
                         const caching::RequestDirectives* honoured) noexcept {
  const http::FieldsView fields = request.fields();
  // Conditions on what is not stored here "are likely intended for some other (inbound) server"
  // (RFC 9111 section 4.3.2): they go there where the answer would hardly be shared.
  if (fields.contains(http::FieldName::if_match) ||
      fields.contains(http::FieldName::if_unmodified_since)) {
    return true;
  }
  const bool unshared = fields.contains(http::FieldName::authorization) &&
                        policy.keyed_credentials == caching::KeyedCredentials::none;
  const bool unstored = honoured != nullptr && honoured->no_store;
  return (unshared || unstored) && (request.method == http::Method::head || has_conditions(fields));
}

const RequestPlan& RequestPlanner::plan(const http::RequestHead& head,
                                        const http::Target& target,
                                        Body body,
                                        const Router& router) {
  head_ = &head;
  plan_ = RequestPlan{};
  plan_.target = target;
  parameters_.clear();
  forward_as_spelled();

  if (segments_.assign(target.path) != http::PathHazard::none) {
    plan_.reason = Reason::path_hazard;
    return plan_;
  }
  find_rule(router);
  if (plan_.route == nullptr) {
    plan_.reason = Reason::no_route;
    return plan_;
  }
  plan_.reason = find_bypass(body);
  if (plan_.reason != Reason::none) {
    plan_.kind = PlanKind::bypass;
    if (head.method == http::Method::post && honours_requests(*plan_.route)) {
      plan_.not_kept = why_not_kept(router);
      if (plan_.not_kept == NotKept::none) {
        plan_.answer_use = AnswerUse::kept_for_get;
        build_key();
      }
    }
    return plan_;
  }
  plan_.kind = is_cached_query() ? PlanKind::lookup_by_content : PlanKind::lookup;
  rewrite_query();
  build_key();
  return plan_;
}

const RequestPlan& RequestPlanner::complete_key(std::string_view content) {
  caching::append_query_content(key_text_, content);
  plan_.key = caching::make_key(key_text_);
  plan_.kind = PlanKind::lookup;
  return plan_;
}

const RequestPlan& RequestPlanner::step_round(Reason reason) {
  plan_.kind = PlanKind::bypass;
  plan_.reason = reason;
  plan_.key = {};
  forward_as_spelled();
  return plan_;
}

// A rule that lists the method comes first, whatever it is for (`invalidates`, say).
void RequestPlanner::find_rule(const Router& router) {
  const std::string_view authority = plan_.target.authority;
  router.match(authority, segments_, head_->method_text, match_);
  if (match_.route == nullptr &&
      (head_->method == http::Method::post || head_->method == http::Method::query)) {
    router.match(authority, segments_, "GET", match_);
    if (match_.route == nullptr || !honours_requests(*match_.route)) return;
    plan_.rule_found = RuleFound::as_for_get;
  }
  plan_.route = match_.route;
}

Reason RequestPlanner::find_bypass(Body body) const {
  const bool query = is_cached_query();
  if (head_->method != http::Method::get && head_->method != http::Method::head && !query)
    return Reason::method;
  if (body == Body::present && !query) return Reason::request_body;
  return find_obstacle();
}

bool RequestPlanner::is_cached_query() const {
  return head_->method == http::Method::query && honours_requests(*plan_.route);
}

Reason RequestPlanner::find_obstacle() const {
  const Route& route = *plan_.route;
  const http::FieldsView fields = head_->fields();
  for (const BypassCondition& condition : route.bypass) {
    if (is_present(condition, fields, plan_.target)) return reason_of(condition.kind);
  }
  if (route.policy.cookies == caching::CookieMode::bypass &&
      fields.contains(http::FieldName::cookie)) {
    return Reason::cookie;
  }
  return drops_nominated_field() ? Reason::nominated_field : Reason::none;
}

// "A cached POST response can be reused to satisfy a later GET or HEAD request." (RFC 9110 section
// 9.3.3) What keeps a GET from the cache keeps it from being stored; and the rule must be the one
// that a GET would meet, or no GET would ever look under its key.
NotKept RequestPlanner::why_not_kept(const Router& router) {
  if (plan_.rule_found == RuleFound::by_method) {
    router.match(plan_.target.authority, segments_, "GET", match_for_get_);
    if (match_for_get_.route != plan_.route) return NotKept::other_rule;
  }
  plan_.obstacle = find_obstacle();
  return plan_.obstacle == Reason::none ? find_difference_to_get() : NotKept::obstacle;
}

// A POST goes to the origin as spelled. Where the rule would take away from a GET what its key does
// not hold (query parameters, cookies), the answer may depend on just that.
NotKept RequestPlanner::find_difference_to_get() const {
  const Route& route = *plan_.route;
  const http::FieldsView fields = head_->fields();
  if (plan_.query && route.query.changes_anything() &&
      http::apply_query_rule(*plan_.query, route.query) != *plan_.query) {
    return NotKept::query_rewritten;
  }
  const bool all_keyed = route.policy.cookies != caching::CookieMode::key ||
                         http::keep_cookies(fields, route.key_cookies) ==
                             fields.combined(http::FieldName::cookie).value_or("");
  return all_keyed ? NotKept::none : NotKept::cookies_removed;
}

// A field that Connection names is not forwarded: a key or a variant (the origin's Vary is not
// known yet) that depends on it would let a client store the answer to a request without the field
// as one with it. Fields that are never forwarded are no such danger.
bool RequestPlanner::drops_nominated_field() const {
  const http::FieldsView fields = head_->fields();
  if (http::nominates_nothing(fields)) return false;
  const http::NominatedFields nominated(fields);
  if (nominated.empty()) return false;
  return std::any_of(fields.begin(), fields.end(), [&](const http::Field& field) {
    return !http::is_hop_by_hop(field.id) && nominated.removes(field);
  });
}

void RequestPlanner::forward_as_spelled() {
  const http::Target& target = plan_.target;
  if (target.path.empty()) {  // "*" and the authority form
    plan_.path_and_query = head_->target;
    return;
  }
  if (!target.has_query) {
    plan_.path_and_query = target.path;
    return;
  }
  plan_.query = target.query;
  // Path, "?" and query stand side by side in the request, but for an absolute form without a path.
  if (target.path.data() + target.path.size() + 1 == target.query.data()) {
    plan_.path_and_query = {target.path.data(), target.path.size() + 1 + target.query.size()};
    return;
  }
  path_and_query_.assign(target.path).append("?").append(target.query);
  plan_.path_and_query = path_and_query_;
}

void RequestPlanner::rewrite_query() {
  const http::QueryRule& rule = plan_.route->query;
  if (!plan_.query || plan_.query->empty() || !rule.changes_anything()) return;
  const std::string rewritten = http::apply_query_rule(*plan_.query, rule);
  if (rewritten == *plan_.query) return;
  const std::string_view path = plan_.target.path;
  if (rewritten.empty()) {
    plan_.path_and_query = path;
    plan_.query = std::nullopt;
    return;
  }
  path_and_query_.assign(path).append("?").append(rewritten);
  plan_.path_and_query = path_and_query_;
  plan_.query = plan_.path_and_query.substr(path.size() + 1);
}

// The cookies that are keyed are those that are forwarded, repetitions included: the origin may
// read any of them.
void RequestPlanner::build_key() {
  const Route& route = *plan_.route;
  const http::FieldsView fields = head_->fields();
  key_text_.clear();
  if (key_text_.capacity() < 128) key_text_.reserve(128);
  if (route.key) {
    caching::begin_key_template(key_text_);
    route.key->append_key(key_text_, input_for_store());
  } else {
    caching::append_key_uri(
        key_text_, plan_.scheme, plan_.target.authority, plan_.target.path, plan_.query);
    for (const std::string& name : route.vary) {
      caching::append_selecting_field(key_text_, name, fields, route.policy.normalize);
    }
  }
  if (route.policy.cookies == caching::CookieMode::key) {
    for (const std::string& name : route.key_cookies) {
      if (http::cookie_value(fields, name)) {
        caching::append_secret_key_part(
            key_text_, caching::kCookiePart, name, http::keep_cookies(fields, {&name, 1}));
      } else {
        caching::append_key_part(key_text_, caching::kCookiePart, name, std::nullopt);
      }
    }
  }
  if (head_->method == http::Method::query) caching::append_query_metadata(key_text_, fields);
  plan_.key = caching::make_key(key_text_);
}

const std::vector<std::string_view>& RequestPlanner::parameters() const {
  if (plan_.route == nullptr || !parameters_.empty()) return parameters_;
  std::size_t room = 0;
  for (const std::string_view value : match_.parameters) room += max_converted(value);
  converted_.clear();
  converted_.reserve(room);  // the views below must survive every later append
  auto value = match_.parameters.begin();
  for (const PathPatternSegment& segment : plan_.route->pattern) {
    if (segment.kind == PathPatternSegment::Kind::literal) continue;
    parameters_.push_back(convert(segment.kind, *value++, converted_));
  }
  return parameters_;
}

TemplateInput RequestPlanner::template_input() const {
  return {.request = head_,
          .scheme = plan_.scheme,
          .authority = plan_.target.authority,
          .path = plan_.target.path,
          .query = plan_.query,
          .parameters = parameters(),
          .method = {},
          .tag_length = plan_.route->tag_length,
          .normalize = plan_.route->policy.normalize};
}

// What is kept for a GET is keyed and tagged as one.
TemplateInput RequestPlanner::input_for_store() const {
  TemplateInput input = template_input();
  if (plan_.answer_use == AnswerUse::kept_for_get) input.method = "GET";
  return input;
}

std::vector<std::string> RequestPlanner::render_tags() const {
  if (plan_.route == nullptr) return {};
  return render(plan_.route->tags, input_for_store());
}

std::vector<std::string> RequestPlanner::render_invalidates() const {
  if (plan_.route == nullptr || plan_.rule_found != RuleFound::by_method) return {};
  return render(plan_.route->invalidates, template_input());
}

std::optional<std::string> RequestPlanner::forwarded_cookie() const {
  if (plan_.kind != PlanKind::lookup || plan_.route->policy.cookies != caching::CookieMode::key) {
    return std::nullopt;
  }
  return http::keep_cookies(head_->fields(), plan_.route->key_cookies);
}

}  // namespace hawkcache::proxy
