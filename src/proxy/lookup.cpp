#include "proxy/lookup.hpp"

#include "caching/partial_content.hpp"
#include "caching/vary.hpp"

namespace hawkcache::proxy {
namespace {

using caching::Reason;

bool may_answer_authorized(const store::StoredResponse& stored,
                           const RequestPlan& plan,
                           http::FieldsView request) {
  return plan.route->policy.keyed_credentials == caching::KeyedCredentials::authorization ||
         stored.meta().authorized_reuse == caching::AuthorizedReuse::allowed ||
         !request.contains(http::FieldName::authorization);
}

// RFC 9111 section 4.1: the selecting fields must match; of several matches the newest is used
// (they come newest first).
Reason select_variant(const RequestPlan& plan,
                      http::FieldsView request,
                      LookupScratch& scratch,
                      LookupResult& result) {
  Reason reason = Reason::uri_miss;
  const caching::VaryNames* rendered = nullptr;
  for (const store::StoredResponsePtr& candidate : scratch.found) {
    const caching::StoredMeta& meta = candidate->meta();
    if (meta.rule_fingerprint != plan.route->fingerprint) {
      if (reason == Reason::uri_miss) reason = Reason::rule_changed;
      continue;
    }
    if (meta.vary) {
      if (!result.vary_hint) result.vary_hint = meta.vary;
      if (rendered == nullptr || (rendered != meta.vary.get() && *rendered != *meta.vary)) {
        scratch.secondary_key.clear();
        caching::append_secondary_key(
            scratch.secondary_key, *meta.vary, request, plan.route->policy.normalize);
        rendered = meta.vary.get();
      }
      if (scratch.secondary_key != meta.secondary_key) {
        reason = Reason::vary_miss;
        continue;
      }
    }
    if (!may_answer_authorized(*candidate, plan, request)) {
      reason = Reason::authorization;
      continue;
    }
    result.stored = candidate;
    return Reason::none;
  }
  return reason;
}

}  // namespace

LookupResult look_up(store::Store& store,
                     const RequestPlan& plan,
                     const http::RequestHead& request,
                     WallTime now,
                     LookupScratch& scratch) {
  LookupResult result;
  std::optional<caching::RequestDirectives> directives;
  if (plan.route->policy.request_cache_control == caching::RequestCacheControlMode::honor) {
    directives = caching::parse_request_directives(request.fields());
  }
  store.try_find(plan.key, scratch.found);
  Reason missing = select_variant(plan, request.fields(), scratch, result);
  scratch.found.clear();
  if (result.stored && result.stored->meta().partial &&
      caching::answer_from_part(result.stored->meta(), request.method, request.fields()).verdict ==
          caching::PartAnswer::Verdict::miss) {
    result.part = std::move(result.stored);
    missing = Reason::partial_miss;
  }
  if (missing != Reason::none) {
    result.reuse = {directives && directives->only_if_cached ? caching::ReuseAction::gateway_timeout
                                                             : caching::ReuseAction::validate,
                    missing};
    return result;
  }
  result.freshness = result.stored->meta().freshness;
  if (const auto purged_at = result.stored->soft_purged_at()) {
    result.freshness = caching::expire_at(result.freshness, *purged_at);
  }
  result.reuse = caching::decide_reuse(result.freshness, directives ? &*directives : nullptr, now);
  return result;
}

}  // namespace hawkcache::proxy
