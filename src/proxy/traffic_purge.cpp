#include "proxy/traffic_purge.hpp"

#include <utility>

namespace hawkcache::proxy {

net::Awaitable<PurgeReach> purge_for_traffic(WorkerState& state, store::PurgeRequest purge) {
  const WallTime now = state.worker.clock().wall();
  const auto purged = co_await state.store.purge(std::move(purge), now);
  if (purged.has_value()) co_return PurgeReach::everywhere;
  state.counters.add(observe::Counter::purges_deferred);
  co_return PurgeReach::this_node;
}

}  // namespace hawkcache::proxy
