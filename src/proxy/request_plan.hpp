// What is to be done with a request, before anything is looked up: which route, whether the cache
// is used or why not, under which key, with which tags, and what target is forwarded. Pure. Used by
// the hit path, by misses and by explain alike.
#pragma once

#include "caching/cache_control.hpp"
#include "caching/cache_key.hpp"
#include "caching/policy.hpp"
#include "caching/reason.hpp"
#include "http/body_framing.hpp"
#include "http/head.hpp"
#include "http/target.hpp"
#include "proxy/route.hpp"
#include "proxy/router.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hawkcache::proxy {

enum class PlanKind : std::uint8_t {
  pass,    // no rule concerns it: forwarded as spelled, no X-Cache
  bypass,  // a rule matched and is bypassed (reason says why): forwarded as spelled, X-Cache:
           // BYPASS
  lookup,  // the cache is asked under `key`
  lookup_by_content,  // a QUERY: the same, once complete_key() has put its content into `key`
};

// How the rule came to the request: it lists the method; or no rule does, and it is the one for GET
// of that host and path, which honours request_cache_control: the answers to POST and QUERY may be
// stored then.
enum class RuleFound : std::uint8_t { by_method, as_for_get };

// Of a request that bypasses the cache: whether its answer may be kept for later GETs under `key`
// (a POST, RFC 9110 section 9.3.3).
enum class AnswerUse : std::uint8_t { passed_on, kept_for_get };
// Why the answer to a POST is passed on under a rule that honours request_cache_control. For
// people: Cache-Status says `method` for all of them.
enum class NotKept : std::uint8_t {
  none,             // it is kept, or nothing asked for that
  other_rule,       // a GET would meet another rule, or none
  obstacle,         // what keeps a GET from the cache: `obstacle` in the plan
  query_rewritten,  // the rule would change the query that a GET is forwarded with
  cookies_removed,  // ... or the cookies
};

// Fields that make a request one for a part, or for what the client has not got yet.
inline constexpr std::array kConditions{http::FieldName::if_match,
                                        http::FieldName::if_none_match,
                                        http::FieldName::if_modified_since,
                                        http::FieldName::if_unmodified_since,
                                        http::FieldName::if_range,
                                        http::FieldName::range};
bool has_conditions(http::FieldsView request) noexcept;

// Whether, where nothing is stored, the origin gets a HEAD, conditions and ranges as the client
// sent them, because the answer is likely for this client alone. `honoured`: null where the rule
// ignores the client's directives.
bool goes_out_as_it_came(const caching::CachePolicy& policy,
                         const http::RequestHead& request,
                         const caching::RequestDirectives* honoured) noexcept;

// Views into the request's buffer and into the planner: valid until the next plan() or until the
// request's buffer changes.
struct RequestPlan {
  PlanKind kind = PlanKind::pass;
  caching::Reason reason = caching::Reason::none;  // why not `lookup`
  const Route* route =
      nullptr;  // for lookup and bypass; unsafe methods too: their rule may invalidate
  RuleFound rule_found = RuleFound::by_method;
  AnswerUse answer_use = AnswerUse::passed_on;
  NotKept not_kept = NotKept::none;
  caching::Reason obstacle = caching::Reason::none;
  http::Target target;
  std::string_view scheme = "http";
  // The target as forwarded, in origin form: for lookup with the query that the rule leaves,
  // otherwise as spelled. A bypassed request is forwarded whole, since what it is bypassed for may
  // be just what the rule would take away.
  std::string_view path_and_query;
  std::optional<std::string_view> query;  // the query of path_and_query; nullopt: no "?"
  caching::KeyView key;                   // for lookup, and for an answer that may be kept
};

// Scratch that a connection keeps: in the common case planning does not allocate. One thread.
class RequestPlanner {
 public:
  enum class Body : std::uint8_t { absent, present };
  static Body body_of(const http::BodyFraming& framing) noexcept {
    const bool empty = framing.kind == http::BodyKind::none ||
                       (framing.kind == http::BodyKind::length && framing.length == 0);
    return empty ? Body::absent : Body::present;
  }

  // REQUIRES: `target` comes from parse_target(head) without an error. `body`: whether the request
  // carries one. The head, its buffer and the router stay as they are while the plan or the
  // functions below are used.
  const RequestPlan& plan(const http::RequestHead& head,
                          const http::Target& target,
                          Body body,
                          const Router& router);

  // A QUERY whose content is known. REQUIRES: plan() said lookup_by_content.
  const RequestPlan& complete_key(std::string_view content);
  // A QUERY whose content cannot be keyed: it bypasses the cache, as spelled.
  const RequestPlan& step_round(caching::Reason reason);

  // The rendered tags of the planned route, and what it invalidates: for stores and writes. Empty
  // tags are left out. A rule that does not list the method invalidates nothing. REQUIRES: plan()
  // came before.
  std::vector<std::string> render_tags() const;
  std::vector<std::string> render_invalidates() const;
  // The Cookie value to forward where the rule keys cookies (`cookies: { key: [...] }`), "" for no
  // Cookie at all; nullopt: forward Cookie as it came, which goes for every bypass.
  std::optional<std::string> forwarded_cookie() const;
  // Converted path parameters in the order of the route's pattern.
  const std::vector<std::string_view>& parameters() const;

 private:
  TemplateInput template_input() const;
  TemplateInput input_for_store() const;
  void find_rule(const Router& router);
  caching::Reason find_bypass(Body body) const;
  caching::Reason find_obstacle() const;
  bool is_cached_query() const;
  NotKept why_not_kept(const Router& router);
  NotKept find_difference_to_get() const;
  bool drops_nominated_field() const;
  void forward_as_spelled();
  void rewrite_query();
  void build_key();

  const http::RequestHead* head_ = nullptr;
  RequestPlan plan_;
  http::PathSegments segments_;
  RouteMatch match_;
  RouteMatch match_for_get_;
  // Converted when they are first asked for: the look-up of a hit mostly needs none.
  mutable std::vector<std::string_view> parameters_;
  mutable std::string converted_;  // their text, where conversion changed it
  std::string path_and_query_;
  std::string key_text_;
};

}  // namespace hawkcache::proxy
