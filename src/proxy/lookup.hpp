// Key -> store -> variant -> may it be reused? With what the store knows at once this is the
// synchronous part of every request that a rule caches; a store that has to ask elsewhere is
// awaited where that brought no fresh hit.
#pragma once

#include "caching/reason.hpp"
#include "caching/reuse.hpp"
#include "http/fields.hpp"
#include "http/head.hpp"
#include "proxy/request_plan.hpp"
#include "store/store.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hawkcache::proxy {

struct LookupResult {
  store::StoredResponsePtr
      stored;                     // the variant that was chosen, fresh or not; null: none. An
                                  // incomplete one only where it holds the range that is asked for
  store::StoredResponsePtr part;  // else: an incomplete one that was chosen, and does not answer
  std::vector<store::StoredResponsePtr> alike;  // freshened by a 304 beside it
  caching::Freshness freshness;                 // its freshness, a soft purge taken into account
  caching::Reuse reuse{caching::ReuseAction::validate,
                       caching::Reason::uri_miss};  // without `stored`: validate or gateway_timeout
  std::optional<caching::RequestDirectives> directives;  // where the policy honours them
  std::shared_ptr<const caching::VaryNames>
      vary_hint;  // but for a fresh hit: names that select among this key's variants, if any do

  // As it is made, but for `reuse`.
  void clear() noexcept;
  bool is_fresh_hit() const noexcept {
    return stored && reuse.action == caching::ReuseAction::serve_fresh;
  }
  // Fresh, or stale and served all the same.
  bool is_hit() const noexcept {
    return stored && reuse.action != caching::ReuseAction::validate &&
           reuse.action != caching::ReuseAction::gateway_timeout;
  }
};

// Scratch that a connection keeps, so that lookups do not allocate.
struct LookupScratch {
  store::Found found;
  std::string secondary_key;
  const caching::VaryNames* rendered = nullptr;  // what secondary_key was rendered for
};

// Whether what is stored may answer a request for this URL, as far as purges go. Under a rule's own
// `key:` another URL may have brought it, whose purges the store has minded; those of this one are
// minded here.
bool stands_for_url(store::Store& store,
                    const store::StoredResponse& stored,
                    std::string_view authority,
                    std::string_view path_and_query) noexcept;

// A soft purge taken into account.
caching::Freshness effective_freshness(const store::StoredResponse& stored) noexcept;

// What a request looks for, as far as plan and fields say it.
struct LookupInput {
  const RequestPlan& plan;  // REQUIRES: plan.kind == lookup
  const http::RequestHead& request;
  WallTime now;
};

// Among what the store knows at once. Never waits. `result` may be that of an earlier look-up.
void look_up(store::Store& store,
             const LookupInput& input,
             LookupScratch& scratch,
             LookupResult& result);

// What a request brings to a look-up in a store that hands out single variants. The route and what
// the view shows outlive it.
class RequestSelector final : public store::VariantSelector {
 public:
  RequestSelector(const Route& route,
                  http::FieldsView request,
                  Otherwise otherwise = Otherwise::nothing)
      : route_(route), request_(request), otherwise_(otherwise) {}
  void append_secondary_key(std::string& out, const caching::VaryNames& names) const override;
  std::uint64_t rule_fingerprint() const noexcept override { return route_.fingerprint; }
  Otherwise otherwise() const noexcept override { return otherwise_; }

 private:
  const Route& route_;
  http::FieldsView request_;
  Otherwise otherwise_;
};

struct RemoteLookup {
  LookupResult result;
  store::FindOutcome outcome = store::FindOutcome::complete;
};
// The same among all that the store can find: the variant that the request's fields select; and
// where that is no hit, all of them, since others may be chosen for their language, freshened
// beside it, or tell what selects. `input.now` is read from the clock when the answer has come.
// What is referred to outlives the call.
net::Awaitable<RemoteLookup> look_up_remotely(store::Store& store,
                                              const RequestPlan& plan,
                                              const http::RequestHead& request,
                                              const Clock& clock,
                                              LookupScratch& scratch,
                                              store::Patience& patience);

// While the store cannot be asked and the origin is to be spared: what was found serves whatever
// its age, unless that is forbidden. Whether there is an answer in it now.
bool make_do(LookupResult& result) noexcept;

}  // namespace hawkcache::proxy
