// Key -> store -> variant -> may it be reused? The synchronous part of every request that a rule
// caches.
#pragma once

#include "caching/reason.hpp"
#include "caching/reuse.hpp"
#include "http/head.hpp"
#include "proxy/request_plan.hpp"
#include "store/store.hpp"

#include <memory>
#include <optional>
#include <string>
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
      vary_hint;  // names that select among this key's variants, where any are stored

  bool is_fresh_hit() const noexcept {
    return stored && reuse.action == caching::ReuseAction::serve_fresh;
  }
};

// Scratch that a connection keeps, so that lookups do not allocate.
struct LookupScratch {
  store::Found found;
  std::string secondary_key;
  const caching::VaryNames* rendered = nullptr;  // what secondary_key was rendered for
};

// A soft purge taken into account.
caching::Freshness effective_freshness(const store::StoredResponse& stored) noexcept;

// REQUIRES: plan.kind == lookup.
LookupResult look_up(store::Store& store,
                     const RequestPlan& plan,
                     const http::RequestHead& request,
                     WallTime now,
                     LookupScratch& scratch);

}  // namespace hawkcache::proxy
