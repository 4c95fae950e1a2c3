#include "caching/storability.hpp"

#include "caching/cache_control.hpp"
#include "caching/validation.hpp"
#include "caching/vary.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace hawkcache::caching {
namespace {

using http::FieldName;
using http::Method;

template <std::size_t N>
bool contains(const std::array<int, N>& statuses, int status) noexcept {
  return std::find(statuses.begin(), statuses.end(), status) != statuses.end();
}

// "Responses with status codes that are defined as heuristically cacheable (e.g., 200, 203, 204,
// 206, 300, 301, 308, 404, 405, 410, 414, and 501 in this specification)" (RFC 9110 section 15.1);
// 451 by RFC 7725 section 3
constexpr std::array kHeuristicallyCacheable = {
    200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 451, 501};

// Answers to one client's range or condition: they say nothing about the whole (RFC 9110 sections
// 15.3.7, 15.4.5, 15.5.13 and 15.5.17).
constexpr std::array kPartialStatuses = {206, 304, 412, 416};

// "Responses with the [...] status code MUST NOT be stored by a cache": 428, 429, 431, 511 (RFC
// 6585 sections 3 to 6)
constexpr std::array kNeverStoredStatuses = {428, 429, 431, 511};

// "a cache has "understood" a [...] response status code if it recognizes it and implements all
// specified caching-related behavior" (RFC 9111 section 3)
constexpr std::array kUnderstoodStatuses = {200, 201, 202, 203, 204, 205, 206, 300, 301, 302,
                                            303, 307, 308, 400, 401, 402, 403, 404, 405, 406,
                                            407, 408, 409, 410, 411, 413, 414, 415, 417, 421,
                                            422, 426, 451, 500, 501, 502, 503, 504, 505};

// Fields without which what is stored would mean something else, the wrong variant be chosen, or
// the next 304 be judged without the origin's directives: a qualified directive that names one
// cannot be followed by leaving it out.
constexpr std::array<std::string_view, 8> kFieldsThatTheRestNeeds = {"cache-control",
                                                                     "cdn-cache-control",
                                                                     "content-encoding",
                                                                     "content-range",
                                                                     "content-type",
                                                                     "location",
                                                                     "transfer-encoding",
                                                                     "vary"};

bool names_needed_field(const std::vector<std::string>& names) noexcept {
  return std::any_of(names.begin(), names.end(), [](const std::string& name) {
    return std::find(kFieldsThatTheRestNeeds.begin(), kFieldsThatTheRestNeeds.end(), name) !=
           kFieldsThatTheRestNeeds.end();
  });
}

// What the rule gives a response of this status: its own entry in `statuses`, else `ttl` for 2xx,
// though not for 206.
std::optional<Duration> rule_lifetime(const CachePolicy& policy, int status) noexcept {
  for (const auto& [listed, lifetime] : policy.statuses) {
    if (listed == status) return lifetime;
  }
  return status >= 200 && status < 300 && status != 206 ? policy.ttl : std::nullopt;
}

// One decision, taken clause by clause. Each check returns Reason::none or why not.
class Decision {
 public:
  Decision(Method method,
           http::FieldsView request,
           const http::ResponseHead& response,
           const CachePolicy& policy,
           ResponseTimes times,
           Asked asked)
      : method_(method),
        request_(request),
        status_(response.status),
        fields_(response.fields()),
        policy_(policy),
        times_(times),
        asked_(asked),
        deciding_(deciding_directives(fields_)),
        explicit_(explicit_lifetime(deciding_, fields_, times)),
        rule_(rule_lifetime(policy, status_)),
        origin_set_aside_(policy.precedence == OriginPrecedence::rule_wins && rule_.has_value()) {
    ResponseDirectives& said = deciding_.directives;
    said.no_cache |= names_needed_field(said.no_cache_fields);
    said.private_ |= names_needed_field(said.private_fields);
  }

  Storability decide();

 private:
  const ResponseDirectives& said() const noexcept { return deciding_.directives; }
  bool validatable() const {
    return has_validator(parse_validators(fields_, times_.response_time));
  }
  bool authorized() const noexcept { return request_.contains(FieldName::authorization); }
  bool keyed() const noexcept {
    return policy_.keyed_credentials == KeyedCredentials::authorization;
  }
  // "In this specification, the following response directives have such an effect: must-revalidate,
  // public, and s-maxage." (RFC 9111 section 3.5)
  bool allows_sharing() const noexcept {
    return said().must_revalidate || said().public_ || said().s_maxage;
  }

  Reason check_method() const;
  Reason check_status() const;
  Reason check_no_store() const;
  Reason check_private() const;
  Reason check_authorization() const;
  Reason check_vary() const;
  Reason check_set_cookie() const;
  Reason choose_lifetime();
  Reason check_usefulness() const;

  std::optional<FreshnessLifetime> lifetime_from_rule() const;
  bool heuristic_allowed() const noexcept;
  void choose_stale_rules();
  AuthorizedReuse authorized_reuse() const noexcept;
  std::vector<std::string> fields_to_strip() const;

  Method method_;
  http::FieldsView request_;
  int status_;
  http::FieldsView fields_;
  const CachePolicy& policy_;
  ResponseTimes times_;
  Asked asked_;
  DecidingDirectives deciding_;
  std::optional<FreshnessLifetime> explicit_;
  std::optional<Duration> rule_;
  // `override: true`, and the rule has a lifetime for this status: the origin's directives decide
  // neither storing nor lifetime nor staleness. Authorization, Set-Cookie and Vary stand apart.
  bool origin_set_aside_;
  Freshness freshness_;
};

// "A cache MUST NOT store a response to a request unless:" (RFC 9111 section 3)
Storability Decision::decide() {
  for (const auto check : {&Decision::check_method,
                           &Decision::check_status,
                           &Decision::check_no_store,
                           &Decision::check_private,
                           &Decision::check_authorization,
                           &Decision::check_vary,
                           &Decision::check_set_cookie}) {
    if (const Reason reason = (this->*check)(); reason != Reason::none) return NotStorable{reason};
  }
  if (const Reason reason = choose_lifetime(); reason != Reason::none) return NotStorable{reason};
  choose_stale_rules();
  if (const Reason reason = check_usefulness(); reason != Reason::none) return NotStorable{reason};
  return Storable{
      .freshness = freshness_, .authorized_reuse = authorized_reuse(), .strip = fields_to_strip()};
}

// "the request method is understood by the cache"
Reason Decision::check_method() const {
  switch (method_) {
    case Method::get:
      return Reason::none;
    case Method::head:
      return Reason::head_request;
    case Method::query:
      // "The response to a QUERY method is cacheable" (RFC 10008), where the rule looks that far.
      return policy_.request_cache_control == RequestCacheControlMode::honor ? Reason::none
                                                                             : Reason::method;
    case Method::post:
      // "Responses to POST requests are only cacheable when they include explicit freshness
      // information and a Content-Location header field that has the same value as the POST's
      // target URI"; the caller compares (content_location_is_target). (RFC 9110 section 9.3.3)
      return policy_.request_cache_control == RequestCacheControlMode::honor && explicit_ &&
                     fields_.contains(FieldName::content_location)
                 ? Reason::none
                 : Reason::method;
    default:
      return Reason::method;
  }
}

Reason Decision::check_status() const {
  // "the response status code is final"
  if (status_ < 200) return Reason::status;
  // "if the response status code is 206 or 304, or the must-understand cache directive is present:
  // the cache understands the response status code". A 206 or 304 is understood only where the
  // cache asked for it; the latter does not come here then.
  const bool part = status_ == 206 && asked_ == Asked::part;
  if (contains(kPartialStatuses, status_) && !part) return Reason::partial;
  if (said().must_understand && !origin_set_aside_ && !contains(kUnderstoodStatuses, status_)) {
    return Reason::must_understand;
  }
  // What the operator lists is his word against RFC 6585.
  if (contains(kNeverStoredStatuses, status_) && !rule_) return Reason::status;
  return Reason::none;
}

// "the no-store cache directive is not present in the response"
Reason Decision::check_no_store() const {
  // "caches that implement must-understand SHOULD ignore the no-store directive in responses that
  // contain both directives and a status code that the cache understands" (RFC 9111
  // section 5.2.2.3)
  if (said().no_store && !said().must_understand && !origin_set_aside_) return Reason::no_store;
  // Of the request: "a cache MUST NOT store any part of either this request or any response to it"
  // (RFC 9111 section 5.2.1.5)
  if (policy_.request_cache_control == RequestCacheControlMode::honor &&
      parse_request_directives(request_).no_store) {
    return Reason::request_no_store;
  }
  return Reason::none;
}

// "if the cache is shared: the private response directive is either not present or allows a shared
// cache to store a modified response"
Reason Decision::check_private() const {
  return said().private_ && !origin_set_aside_ ? Reason::private_response : Reason::none;
}

// "if the cache is shared: the Authorization header field is not present in the request or a
// response directive is present that explicitly allows shared caching (see Section 3.5)"
Reason Decision::check_authorization() const {
  return !authorized() || keyed() || allows_sharing() ? Reason::none : Reason::authorization;
}

// "A Vary header field value containing a member "*" always fails to match." (RFC 9111 section 4.1)
Reason Decision::check_vary() const {
  return std::holds_alternative<VaryStar>(parse_vary(fields_)) ? Reason::vary_star : Reason::none;
}

// "The Set-Cookie response header field does not inhibit caching" (RFC 9111 section 7.3): but a
// cookie that everybody gets is rarely meant, so the rule has to say so.
Reason Decision::check_set_cookie() const {
  if (!fields_.contains(FieldName::set_cookie)) return Reason::none;
  switch (policy_.set_cookie) {
    case SetCookieMode::refuse:
      return Reason::set_cookie;
    case SetCookieMode::strip:
      return Reason::none;
    case SetCookieMode::store:
      return explicit_ ? Reason::none : Reason::set_cookie;
  }
  return Reason::set_cookie;
}

// The rule's lifetime runs from the response's arrival, less only the Age that the response
// declares: neither the origin's slowness nor its clock eats up a short ttl.
std::optional<FreshnessLifetime> Decision::lifetime_from_rule() const {
  if (!rule_) return std::nullopt;
  return FreshnessLifetime{*rule_ + freshness_.initial_age - declared_age(fields_),
                           LifetimeSource::rule};
}

// "heuristics can only be used on responses without explicit freshness whose status codes are
// defined as heuristically cacheable [...], and those [...] that have been marked as explicitly
// cacheable (e.g., with a public response directive)" (RFC 9111 section 4.2.2)
bool Decision::heuristic_allowed() const noexcept {
  return policy_.heuristic == Heuristic::on &&
         (contains(kHeuristicallyCacheable, status_) || said().public_);
}

// "the response contains at least one of: [public, private, Expires, max-age, s-maxage, an
// extension, a heuristically cacheable status code]": here, what gives it a lifetime.
Reason Decision::choose_lifetime() {
  freshness_.response_time = times_.response_time;
  freshness_.initial_age = initial_age(fields_, times_);
  auto chosen = origin_set_aside_ ? lifetime_from_rule() : explicit_;
  if (!chosen) chosen = lifetime_from_rule();
  if (!chosen && heuristic_allowed()) chosen = heuristic_lifetime(fields_, times_);

  const bool success = status_ >= 200 && status_ < 300;
  if (!origin_set_aside_ && said().no_cache) {
    // "the response MUST NOT be used to satisfy any other request without forwarding it for
    // validation and receiving a successful response" (RFC 9111 section 5.2.2.4)
    if (!validatable()) return Reason::no_cache;
    freshness_.revalidation = Revalidation::always;
    if (!chosen && success) chosen = FreshnessLifetime{Duration::zero(), LifetimeSource::max_age};
  }
  if (!chosen) return success ? Reason::no_lifetime : Reason::status;
  freshness_.lifetime = chosen->duration;
  freshness_.source = chosen->source;
  return Reason::none;
}

void Decision::choose_stale_rules() {
  // "A cache MUST NOT generate a stale response if it is prohibited by an explicit in-protocol
  // directive (e.g., by a no-cache response directive, a must-revalidate response directive, or an
  // applicable s-maxage or proxy-revalidate response directive)" (RFC 9111 section 4.2.4)
  const bool forbidden =
      said().no_cache || said().must_revalidate || said().proxy_revalidate || said().s_maxage;
  // An answer to credentials that may be shared by must-revalidate or s-maxage alone is "subject to
  // the above requirements on [...] revalidation" (section 5.2.2.10), whatever the rule overrides.
  const bool shared_by_that = authorized() && !said().public_ && !keyed();
  if (forbidden && (!origin_set_aside_ || shared_by_that)) {
    freshness_.stale = StalePermission::forbidden;
  }
  freshness_.stale_while_revalidate = policy_.stale_while_revalidate;
  freshness_.stale_if_error = policy_.stale_if_error;
  if (!origin_set_aside_) {  // RFC 5861 sections 3 and 4: what the origin says about them, 0
                             // included
    freshness_.stale_while_revalidate =
        said().stale_while_revalidate.value_or(policy_.stale_while_revalidate);
    freshness_.stale_if_error = said().stale_if_error.value_or(policy_.stale_if_error);
  }
}

// must-revalidate and s-maxage share an answer only "subject to the above requirement on
// revalidation".
AuthorizedReuse Decision::authorized_reuse() const noexcept {
  const bool allowed =
      said().public_ || (allows_sharing() && freshness_.stale == StalePermission::forbidden);
  return allowed ? AuthorizedReuse::allowed : AuthorizedReuse::forbidden;
}

// "some caches will not store a response that has neither a cache validator nor an explicit
// expiration time, as such responses are not usually useful to store" (RFC 9111 section 3)
Reason Decision::check_usefulness() const {
  if (useless_after(freshness_) > times_.response_time || validatable()) {
    return Reason::none;
  }
  return Reason::already_stale;
}

// "The no-cache and private cache directives can have arguments that prevent storage of header
// fields by all caches and shared caches, respectively." (RFC 9111 section 3.1)
std::vector<std::string> Decision::fields_to_strip() const {
  std::vector<std::string> strip = said().no_cache_fields;
  strip.insert(strip.end(), said().private_fields.begin(), said().private_fields.end());
  if (policy_.set_cookie == SetCookieMode::strip && fields_.contains(FieldName::set_cookie)) {
    strip.emplace_back("set-cookie");
  }
  std::sort(strip.begin(), strip.end());
  strip.erase(std::unique(strip.begin(), strip.end()), strip.end());
  return strip;
}

}  // namespace

Storability decide_storability(http::Method method,
                               http::FieldsView request,
                               const http::ResponseHead& response,
                               const CachePolicy& policy,
                               ResponseTimes times,
                               Asked asked) {
  return Decision(method, request, response, policy, times, asked).decide();
}

}  // namespace hawkcache::caching
