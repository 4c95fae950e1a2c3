#include "proxy/fetch_lease.hpp"

#include "proxy/collapse.hpp"
#include "proxy/lookup.hpp"

#include <algorithm>
#include <utility>

namespace hawkcache::proxy {

// The store is asked once more after the lease was taken: the look-up that missed was before it,
// and whoever had the lease until then may have brought it. No release goes ahead of its put.
net::Awaitable<store::StoredResponsePtr> FetchLease::wait_for_turn(store::Patience& patience) {
  const SteadyTime give_up = state_.worker.clock().steady() + kLongestWait;
  net::Timer timer(state_.worker.executor());
  const store::LeaseRequest request{.key = key(),
                                    .authority = fill_.subject().authority,
                                    .path_and_query = fill_.subject().path_and_query,
                                    .rule_tags = fill_.subject().rule_tags,
                                    .sequence = fill_.sequence(),
                                    .shared = fill_.shared()};
  for (;;) {
    const store::Patience before = patience;
    const store::LeaseState lease = co_await state_.store.try_lease(request, patience);
    held_ = lease == store::LeaseState::held;
    if (!held_ && lease != store::LeaseState::elsewhere) co_return nullptr;
    Look look = co_await find_brought(patience);
    if (look.brought) {
      end(store::LeaseEnd::stored);
      co_return std::move(look.brought);
    }
    if (!held_ && !store::is_unknown(look.outcome)) patience = before;
    if (held_ || state_.worker.clock().steady() >= give_up) co_return nullptr;
    timer.expires_after(kInterval);
    co_await timer.async_wait(net::use_op);
  }
}

net::Awaitable<FetchLease::Look> FetchLease::find_brought(store::Patience& patience) {
  const RequestSelector selector(route_, fill_.subject().request->fields());
  store::Found found;
  const auto outcome = co_await state_.store.find(key(), selector, found, patience);
  const WallTime now = state_.worker.clock().wall();
  const auto brought = std::find_if(
      found.begin(), found.end(), [&](const auto& stored) { return answers(*stored, now); });
  co_return Look{brought == found.end() ? nullptr : *brought, outcome};
}

// Not what was stored before: it did not answer then, whatever it looks like now.
bool FetchLease::answers(const store::StoredResponse& stored, WallTime now) const {
  if (base_ && stored.sequence() <= base_->sequence()) return false;
  if (stored.partial() != nullptr || stored.rule_fingerprint() != route_.fingerprint ||
      stored.soft_purged_at()) {
    return false;
  }
  const FillSubject& subject = fill_.subject();
  if (route_.key &&
      !stands_for_url(state_.store, stored, subject.authority, subject.path_and_query)) {
    return false;
  }
  return may_share_fresh(stored.reuse_terms(),
                         {.fields = subject.request->fields(),
                          .policy = route_.policy,
                          .directives = nullptr,
                          .now = now}) == Share::yes;
}

void FetchLease::end(store::LeaseEnd end) noexcept {
  if (!held_) return;
  held_ = false;
  state_.store.release_lease(key(), fill_.sequence(), end);
}

}  // namespace hawkcache::proxy
