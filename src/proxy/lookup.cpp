#include "proxy/lookup.hpp"

#include "base/ascii.hpp"
#include "caching/freshness.hpp"
#include "caching/partial_content.hpp"
#include "caching/vary.hpp"
#include "http/entity_tag.hpp"
#include "proxy/response_text.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace hawkcache::proxy {
namespace {

using caching::Reason;

bool may_answer_authorized(const store::StoredResponse& stored,
                           const RequestPlan& plan,
                           http::FieldsView request) {
  return plan.route->policy.keyed_credentials == caching::KeyedCredentials::authorization ||
         stored.authorized_reuse() == caching::AuthorizedReuse::allowed ||
         !request.contains(http::FieldName::authorization);
}

// REQUIRES: stored.partial().
bool answers_from_part(const store::StoredResponse& stored, const http::RequestHead& request) {
  const auto answer = caching::answer_from_part(
      *stored.partial(), stored.validators(), request.method, request.fields());
  return answer.verdict != caching::PartAnswer::Verdict::miss;
}

bool answers_unvalidated(const store::StoredResponse& stored, const LookupInput& input) {
  const caching::Freshness freshness = effective_freshness(stored);
  if (freshness.revalidation == caching::Revalidation::always ||
      !caching::is_fresh(freshness, input.now)) {
    return false;
  }
  return stored.partial() == nullptr || answers_from_part(stored, input.request);
}

// "When a cache has multiple stored responses for a target URI and one or more omits the Vary
// header field, the cache SHOULD choose the most recent [...] stored response with a valid Vary
// field value." (RFC 9111 section 4.1) "the cache MUST use the most recent one (as determined by
// the Date header field)" (section 4)
bool is_preferred(const store::StoredResponse& one, const store::StoredResponse& other) {
  if ((one.vary() != nullptr) != (other.vary() != nullptr)) return one.vary() != nullptr;
  return one.validators().date > other.validators().date;
}

// What would have to be validated, or completed, does not hide what need not be; of several such
// the one fetched last is taken (the candidates come newest first).
bool is_chosen_over(const store::StoredResponse& one,
                    const store::StoredResponse& other,
                    const LookupInput& input) {
  const bool one_answers = answers_unvalidated(one, input);
  if (one_answers != answers_unvalidated(other, input)) return one_answers;
  return one_answers && is_preferred(one, other);
}

// scratch.secondary_key becomes the request's key under these names, rendered once for all
// variants in a row that the same names select.
void render_secondary_key(const caching::VaryNames& vary,
                          const RequestPlan& plan,
                          http::FieldsView request,
                          LookupScratch& scratch) {
  if (scratch.rendered && *scratch.rendered == vary) return;
  scratch.secondary_key.clear();
  caching::append_secondary_key(scratch.secondary_key, vary, request, plan.route->policy.normalize);
  scratch.rendered = &vary;
}

// Under a rule's own key it may be another URL's, with purges that are not this one's.
bool stands_for(store::Store& store,
                const store::StoredResponse& candidate,
                const RequestPlan& plan) {
  return !plan.route->key ||
         stands_for_url(store, candidate, plan.target.authority, plan.path_and_query);
}

// Why this one does not answer; Reason::none: it does. uri_miss: a purge of this request's URL has
// taken it from those who ask for that.
Reason match(store::Store& store,
             const store::StoredResponse& candidate,
             const RequestPlan& plan,
             http::FieldsView request,
             LookupScratch& scratch) {
  if (candidate.rule_fingerprint() != plan.route->fingerprint) return Reason::rule_changed;
  if (const caching::VaryNames* vary = candidate.vary()) {
    render_secondary_key(*vary, plan, request, scratch);
    if (scratch.secondary_key != candidate.secondary_key()) return Reason::vary_miss;
  }
  if (!may_answer_authorized(candidate, plan, request)) return Reason::authorization;
  return stands_for(store, candidate, plan) ? Reason::none : Reason::uri_miss;
}

// RFC 9111 section 4.1: the selecting fields must match. The candidates come newest first; the one
// that is chosen is taken out of them.
Reason select_variant(store::Store& store,
                      const LookupInput& input,
                      LookupScratch& scratch,
                      LookupResult& result) {
  Reason reason = Reason::uri_miss;
  store::StoredResponsePtr* chosen = nullptr;
  scratch.rendered = nullptr;
  for (store::StoredResponsePtr& candidate : scratch.found) {
    const caching::VaryNames* vary = candidate->vary();
    // Of those that the same fields select only one matches.
    if (chosen != nullptr && caching::selected_by_same_names(vary, (*chosen)->vary())) continue;
    const Reason mismatch = match(store, *candidate, input.plan, input.request.fields(), scratch);
    if (mismatch == Reason::none) {
      if (chosen == nullptr || is_chosen_over(*candidate, **chosen, input)) chosen = &candidate;
    } else if (mismatch == Reason::uri_miss) {
      // As if it were not there.
    } else if (mismatch != Reason::rule_changed || reason == Reason::uri_miss) {
      reason = mismatch;
    }
  }
  if (chosen == nullptr) return reason;
  // Not a copy: counting a reference is a locked instruction.
  result.stored = std::move(*chosen);
  return Reason::none;
}

// What selects among the variants, where any do: what the newest says of it.
std::shared_ptr<const caching::VaryNames> find_vary_hint(const RequestPlan& plan,
                                                         const LookupScratch& scratch,
                                                         const LookupResult& result) {
  const store::StoredResponsePtr& taken = result.stored ? result.stored : result.part;
  for (const store::StoredResponsePtr& candidate : scratch.found) {
    const store::StoredResponse& variant = candidate ? *candidate : *taken;
    if (variant.vary() != nullptr && variant.rule_fingerprint() == plan.route->fingerprint) {
      return variant.shared_vary();
    }
  }
  return nullptr;
}

// After no variant matched as the request spells it: one in the language that it prefers.
Reason select_by_language(store::Store& store,
                          const RequestPlan& plan,
                          http::FieldsView request,
                          LookupScratch& scratch,
                          LookupResult& result) {
  const std::vector<std::string>& normalize = plan.route->policy.normalize;
  const auto wanted = request.combined(http::FieldName::accept_language);
  if (!wanted) return Reason::vary_miss;
  const std::string preferred = caching::preferred_language(*wanted);
  if (preferred.empty()) return Reason::vary_miss;
  for (const store::StoredResponsePtr& candidate : scratch.found) {
    const caching::VaryNames* vary = candidate->vary();
    if (vary == nullptr || candidate->rule_fingerprint() != plan.route->fingerprint) continue;
    if (!may_answer_authorized(*candidate, plan, request)) continue;
    render_secondary_key(*vary, plan, request, scratch);
    if (!caching::matches_by_language(
            {.names = *vary,
             .secondary_key = candidate->secondary_key(),
             .content_language = only_value(candidate->head_pieces(), "content-language")},
            scratch.secondary_key,
            preferred,
            normalize)) {
      continue;
    }
    if (!stands_for(store, *candidate, plan)) continue;
    result.stored = candidate;
    return Reason::none;
  }
  return Reason::vary_miss;
}

// Others that the request may be answered by, under the same strong entity tag: those that a 304
// freshens beside the one that was chosen (RFC 9111 section 4.3.4).
void find_alike(store::Store& store,
                const LookupInput& input,
                LookupScratch& scratch,
                LookupResult& result) {
  const std::string_view tag = result.stored->validators().entity_tag;
  if (scratch.found.size() < 2 || tag.empty()) return;
  for (const store::StoredResponsePtr& candidate : scratch.found) {
    if (!candidate || candidate == result.stored || candidate->partial() != nullptr ||
        !http::strongly_equal(candidate->validators().entity_tag, tag)) {
      continue;
    }
    scratch.rendered = nullptr;
    if (match(store, *candidate, input.plan, input.request.fields(), scratch) == Reason::none) {
      result.alike.push_back(candidate);
    }
  }
}

}  // namespace

bool stands_for_url(store::Store& store,
                    const store::StoredResponse& stored,
                    std::string_view authority,
                    std::string_view path_and_query) noexcept {
  const bool same = stored.authority() == authority && stored.path_and_query() == path_and_query;
  return same || store.stands_for(stored, authority, path_and_query);
}

caching::Freshness effective_freshness(const store::StoredResponse& stored) noexcept {
  const auto purged_at = stored.soft_purged_at();
  const caching::Freshness freshness = stored.freshness();
  return purged_at ? caching::expire_at(freshness, *purged_at) : freshness;
}

namespace {

// Among scratch.found, which it empties.
void choose(store::Store& store,
            const LookupInput& input,
            LookupScratch& scratch,
            LookupResult& result) {
  const RequestPlan& plan = input.plan;
  const http::RequestHead& request = input.request;
  result.clear();
  std::optional<caching::RequestDirectives>& directives = result.directives;
  if (plan.route->policy.request_cache_control == caching::RequestCacheControlMode::honor) {
    directives = caching::parse_request_directives(request.fields());
  }
  Reason missing = select_variant(store, input, scratch, result);
  if (missing == Reason::vary_miss && !plan.route->policy.normalize.empty()) {
    missing = select_by_language(store, plan, request.fields(), scratch, result);
  }
  if (result.stored && result.stored->partial() != nullptr &&
      !answers_from_part(*result.stored, request)) {
    result.part = std::move(result.stored);
    missing = Reason::partial_miss;
  }
  if (missing != Reason::none) {
    result.reuse = {directives && directives->only_if_cached ? caching::ReuseAction::gateway_timeout
                                                             : caching::ReuseAction::validate,
                    missing};
  } else {
    result.freshness = effective_freshness(*result.stored);
    result.reuse =
        caching::decide_reuse(result.freshness, directives ? &*directives : nullptr, input.now);
    if (result.reuse.action == caching::ReuseAction::validate)
      find_alike(store, input, scratch, result);
  }
  if (!result.is_fresh_hit()) result.vary_hint = find_vary_hint(plan, scratch, result);
  scratch.found.clear();
}

}  // namespace

void LookupResult::clear() noexcept {
  stored.reset();
  part.reset();
  alike.clear();
  freshness = {};
  directives.reset();
  vary_hint.reset();
}

void look_up(store::Store& store,
             const LookupInput& input,
             LookupScratch& scratch,
             LookupResult& result) {
  store.try_find(input.plan.key, scratch.found);
  choose(store, input, scratch, result);
}

void RequestSelector::append_secondary_key(std::string& out,
                                           const caching::VaryNames& names) const {
  caching::append_secondary_key(out, names, request_, route_.policy.normalize);
}

net::Awaitable<RemoteLookup> look_up_remotely(store::Store& store,
                                              const RequestPlan& plan,
                                              const http::RequestHead& request,
                                              const Clock& clock,
                                              LookupScratch& scratch,
                                              store::Patience& patience) {
  const RequestSelector selector(
      *plan.route, request.fields(), RequestSelector::Otherwise::all_variants);
  RemoteLookup lookup;
  lookup.outcome = co_await store.find(plan.key, selector, scratch.found, patience);
  choose(store, {.plan = plan, .request = request, .now = clock.wall()}, scratch, lookup.result);
  if (lookup.outcome == store::FindOutcome::selected && !lookup.result.is_hit()) {
    lookup.outcome = co_await store.find_all(plan.key, scratch.found, patience);
    choose(store, {.plan = plan, .request = request, .now = clock.wall()}, scratch, lookup.result);
  }
  co_return lookup;
}

bool make_do(LookupResult& result) noexcept {
  if (result.is_fresh_hit()) return true;
  if (!result.stored || !caching::may_be_served_stale(result.freshness)) return false;
  result.reuse = {caching::ReuseAction::serve_stale, Reason::store_unavailable};
  return true;
}

}  // namespace hawkcache::proxy
