// What a fetch purges before anybody gets its answer, and how that answer is stored all the same
// (docs/purging.md, "A fetch that purges").
#include "proxy/one_fetch.hpp"
#include "proxy/traffic_purge.hpp"

#include <utility>

namespace hawkcache::proxy {
namespace {

// Under another Vary it is kept beside what it was made of, which would go on answering requests
// that the new Vary tells apart.
bool moves_away(const store::StoredResponse& updated, const FillHead& head) noexcept {
  return head.not_stored == caching::Reason::none &&
         !caching::selected_by_same_names(updated.vary(), head.meta.vary.get());
}

}  // namespace

store::UrlScope url_of(const store::StoredResponse& stored) {
  return {store::normalized_authority(stored.authority()), std::string(stored.path_and_query())};
}

store::PurgeRequest Fetch::purged_by_answer(const store::StoredResponse* updated) const {
  store::PurgeRequest purge;
  const int status = head_->forward_status.value_or(head_->status);
  if (status >= 200 && status <= 399) purge.tags = order_.invalidates;
  if (updated != nullptr && moves_away(*updated, *head_)) purge.urls.push_back(url_of(*updated));
  return purge;
}

net::Awaitable<void> Fetch::purge_ahead(const store::StoredResponse* updated) {
  store::PurgeRequest purge = purged_by_answer(updated);
  if (purge.names_nothing()) co_return;
  if (!purge.tags.empty()) {
    state_.counters.add(observe::Counter::purges);
    state_.counters.add(observe::Counter::purges_by_response);
  }
  // Before any fence is looked at.
  const store::FetchTicket before = state_.store.begin_fetch(state_.worker.clock().wall());
  const bool trusted = fence_verdict().trust == store::Trust::trusted;
  const PurgeReach reach = co_await purge_for_traffic(state_, std::move(purge));
  if (!trusted || reach != PurgeReach::everywhere) co_return;
  store::FetchTicket purged = state_.store.begin_fetch(state_.worker.clock().wall());
  if (store::is_one_purge_after(purged, before)) renewed_ = std::move(purged);
}

}  // namespace hawkcache::proxy
