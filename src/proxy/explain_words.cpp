#include "proxy/explain_words.hpp"

#include "base/ascii.hpp"
#include "caching/cache_control.hpp"
#include "caching/partial_content.hpp"
#include "http/range.hpp"

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>

#include <fmt/format.h>

namespace hawkcache::proxy {
namespace {

using caching::Reason;
using http::Method;

std::string_view explanation_of(Reason reason) {
  const std::span<const caching::ReasonText> all = caching::all_reasons();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const auto& text) { return text.reason == reason; });
  return found == all.end() ? std::string_view() : found->explanation;
}

std::string with_name(Reason reason) {
  return fmt::format("{} ({})", explanation_of(reason), caching::to_string(reason));
}

std::string why_not_kept(const RequestPlan& plan) {
  switch (plan.not_kept) {
    case NotKept::other_rule:
      return "a GET of this path meets another rule, or none";
    case NotKept::obstacle:
      return with_name(plan.obstacle);
    case NotKept::query_rewritten:
      return "the rule changes the query that a GET is forwarded with, but not that of a POST";
    case NotKept::cookies_removed:
      return "a GET is forwarded with the keyed cookies alone, a POST with all";
    case NotKept::none:
      break;
  }
  return {};
}

std::string words_for_post(const RequestPlan& plan, http::FieldsView request) {
  if (plan.not_kept != NotKept::none) {
    return fmt::format("a POST goes to the origin; its answer is not stored: {}",
                       why_not_kept(plan));
  }
  if (is_kept_from_the_store(plan, request)) {
    return fmt::format("a POST goes to the origin; its answer is not stored: {}",
                       with_name(Reason::request_no_store));
  }
  return "a POST goes to the origin; its answer may be stored for later GETs (method)";
}

// The length of a representation that has every byte asked for.
constexpr std::uint64_t kLongEnough = UINT64_MAX;

std::string words_for_one_range(const caching::CachePolicy& policy,
                                const http::RequestHead& request) {
  if (caching::decide_range_on_miss(policy, request.method, request.fields()) ==
      caching::RangeOnMiss::fetch_range) {
    return request.fields().contains(http::FieldName::if_range)
               ? "cut from what is stored; else the origin is asked for this range, and a part "
                 "goes "
                 "to this client alone, because of If-Range"
               : "cut from what is stored; else the origin is asked for this range, and the part "
                 "is "
                 "stored";
  }
  return caching::stores_parts(policy)
             ? "cut from what is stored; on a miss the whole is fetched, stored and cut"
             : "cut from what is stored; on a miss the whole is fetched, stored and cut (where the "
               "rule's statuses list 206, the origin is asked for the range itself)";
}

std::string upper_case(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - ('a' - 'A'));
  }
  return upper;
}

// All unset where the rule ignores them.
caching::RequestDirectives honoured_directives(const caching::CachePolicy& policy,
                                               http::FieldsView request) {
  return policy.request_cache_control == caching::RequestCacheControlMode::honor
             ? caching::parse_request_directives(request)
             : caching::RequestDirectives{};
}

bool is_likely_for_one(const RequestPlan& plan, const http::RequestHead& request) {
  const auto honoured = honoured_directives(plan.route->policy, request.fields());
  return goes_out_as_it_came(plan.route->policy, request, &honoured);
}

// The rule that a GET of the same target would meet; null: none.
const Route* rule_for_get(const RequestPlan& plan, const Router& router) {
  http::PathSegments segments;
  if (segments.assign(plan.target.path) != http::PathHazard::none) return nullptr;
  RouteMatch match;
  router.match(plan.target.authority, segments, "GET", match);
  return match.route;
}

}  // namespace

bool is_kept_from_the_store(const RequestPlan& plan, http::FieldsView request) {
  return plan.route != nullptr && honoured_directives(plan.route->policy, request).no_store;
}

std::string words_for_decision(const RequestPlan& plan, http::FieldsView request) {
  if (plan.kind == PlanKind::lookup) return "the cache is asked";
  if (plan.kind == PlanKind::lookup_by_content) {
    return "the cache is asked, once the content is here: the key goes on with its digest";
  }
  if (plan.answer_use == AnswerUse::kept_for_get || plan.not_kept != NotKept::none) {
    return words_for_post(plan, request);
  }
  const std::string_view what =
      plan.kind == PlanKind::pass ? "passed through" : "the cache is bypassed";
  return fmt::format("{}: {}", what, with_name(plan.reason));
}

std::string words_for_range(const RequestPlan& plan, const http::RequestHead& request) {
  const http::FieldsView fields = request.fields();
  const auto range = fields.value(http::FieldName::range);
  if (!range) return {};
  if (plan.kind == PlanKind::pass || plan.kind == PlanKind::bypass) {
    return "goes to the origin as it came";
  }
  if (request.method != Method::get) return "ignored: only GET has ranges";
  if (fields.count(http::FieldName::range) != 1) return "ignored: there are several Range fields";
  const http::RangeVerdict verdict = http::decide_ranges(*range, kLongEnough).verdict;
  const bool cut = verdict == http::RangeVerdict::single || verdict == http::RangeVerdict::several;
  if (cut && is_likely_for_one(plan, request)) {
    return "cut from what is stored; where nothing is, it goes to the origin as it came, and the "
           "answer to this client alone (Authorization, no-store, If-Match or If-Unmodified-Since)";
  }
  switch (verdict) {
    case http::RangeVerdict::single:
      return words_for_one_range(plan.route->policy, request);
    case http::RangeVerdict::several:
      return "cut from what is stored; on a miss several ranges fetch the whole";
    case http::RangeVerdict::unsatisfiable:
      return "no bytes are asked for: 416";
    case http::RangeVerdict::whole:
      break;
  }
  return fmt::format("ignored: malformed, another unit than bytes, or more than {} ranges",
                     http::kMostRanges);
}

std::string words_for_hint(const RequestPlan& plan,
                           const http::RequestHead& request,
                           const Router& router) {
  if (request.method == Method::unknown) {
    const std::string upper = upper_case(request.method_text);
    if (http::parse_method(upper) == Method::unknown) return {};
    return fmt::format(
        "methods are case-sensitive: {} is not {}, but a method that nobody knows (RFC 9110 "
        "section 9.1)",
        request.method_text,
        upper);
  }
  if (plan.reason != Reason::no_route) return {};
  if (request.method != Method::query && request.method != Method::post) return {};
  const Route* rule = rule_for_get(plan, router);
  if (rule == nullptr) return {};
  return fmt::format(
      "the rule {} takes GET here; under request_cache_control: honor {}",
      rule->name,
      request.method == Method::query
          ? "it would take QUERY too"
          : "the answer to a POST could be stored for later GETs, where the origin asks for it");
}

}  // namespace hawkcache::proxy
