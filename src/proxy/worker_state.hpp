// What transactions on one worker work with. Owned by the server, used on the worker's thread only;
// a reload replaces snapshot, upstream and access log there.
#pragma once

#include "caching/tags.hpp"
#include "net/upstream.hpp"
#include "net/worker.hpp"
#include "observe/access_log.hpp"
#include "observe/counters.hpp"
#include "proxy/collapse.hpp"
#include "proxy/fill_budget.hpp"
#include "proxy/recent_keys.hpp"
#include "proxy/router.hpp"
#include "store/store.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace hawkcache::proxy {

enum class ShowKey : std::uint8_t { no, yes };

// Everything a reload can change that transactions look at. Immutable; a transaction keeps the one
// it began with.
struct Snapshot {
  std::shared_ptr<const Router> router;
  std::vector<std::shared_ptr<observe::RouteCounters>> route_counters;  // by Route::index
  ShowKey cache_status_key = ShowKey::no;
  caching::TagLimits tag_limits;
  std::string upstream_authority;  // Host for requests that have none (HTTP/1.0)
};

struct WorkerState {
  net::Worker& worker;
  store::Store& store;
  CollapseTable& fills;
  UncacheableKeys& uncacheable;
  FailedRefreshes& failed_refreshes;
  FillBudget& fill_budget;
  observe::WorkerCounters& counters;
  std::shared_ptr<const Snapshot> snapshot;
  std::shared_ptr<net::Upstream> upstream;
  std::shared_ptr<observe::AccessLog> access_log;  // null: off
  std::string loop_member;                         // of this daemon, in CDN-Loop
  std::uint64_t request_id_seed = 0;               // random: ids of this worker begin with it
  std::uint32_t request_ids = 0;
};

}  // namespace hawkcache::proxy
