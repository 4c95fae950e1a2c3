// The inside of a Server: what it owns, and in which order that goes. Private to server.cpp,
// reload.cpp and admin_side.cpp.
#pragma once

#include "admin/admin_context.hpp"
#include "net/connection_gauge.hpp"
#include "net/listener.hpp"
#include "net/upstream_pool.hpp"
#include "net/worker.hpp"
#include "proxy/collapse.hpp"
#include "proxy/recent_keys.hpp"
#include "proxy/worker_state.hpp"
#include "server/maintenance.hpp"
#include "server/retired_logs.hpp"
#include "server/server.hpp"
#include "server/stores.hpp"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace hawkcache::server {

// Its end is end_everything(): whatever holds sockets of the workers lets go of them, then the
// workers go, and with them the frames that refer to the members here.
struct Server::Impl {
  Impl(config::Config config_, ConfigSource source_, const Clock& clock_);
  ~Impl();

  std::optional<StartError> start();
  std::optional<StartError> bind();
  void start_accepting();
  void wait();
  void stop();
  ReloadOutcome reload();
  ReloadOutcome try_reload();
  // A configuration that has yet to take over, and all that is made from it.
  struct Prepared {
    config::Config config;
    std::shared_ptr<const proxy::Snapshot> snapshot;
    std::shared_ptr<const admin::AdminSettings> admin;
    std::shared_ptr<observe::AccessLog> access_log;
    std::shared_ptr<LogUsers> old_log_users;
    net::UpstreamSettings upstream;
    std::shared_ptr<net::ServerFailures> failures;
    bool same_upstream = false;
    bool shares_keys = false;
  };
  Prepared prepare(config::Config after, std::shared_ptr<observe::AccessLog> new_log);
  void commit(Prepared next) noexcept;
  void post_to_data_workers(const std::function<void(net::Worker&)>& task);
  admin::AdminContext admin_context();
  admin::Figures figures() const;
  net::Awaitable<void> until_counted();
  void hand_on_purges(SteadyTime give_up);
  void end_everything();

  const Clock& clock;
  const ConfigSource source;
  std::mutex reloading;      // one reload at a time; taken before `mutex`
  mutable std::mutex mutex;  // guards config (a reload, its only writer, reads it without), the
                             // shared pointers below, and the figures of reloads
  config::Config config;
  observe::Counters counters;
  std::vector<std::unique_ptr<net::Worker>> workers;
  std::unique_ptr<net::Worker> admin_worker;
  Stores stores;
  proxy::CollapseTable fills;
  proxy::UncacheableKeys uncacheable;
  proxy::FailedRefreshes failed_refreshes;
  proxy::FillBudget fill_budget;
  std::shared_ptr<const proxy::Snapshot> snapshot;
  std::shared_ptr<const admin::AdminSettings> admin_settings_now;
  std::shared_ptr<observe::AccessLog> access_log;
  RetiredLogs retired_logs;
  std::uint64_t reloads = 0;
  std::uint64_t reloads_failed = 0;
  admin::AdminContext admin;
  std::vector<std::unique_ptr<proxy::WorkerState>> states;

  std::shared_ptr<net::ConnectionGauge> gauge;
  std::shared_ptr<net::ConnectionGauge> admin_gauge;
  std::unique_ptr<Maintenance> maintenance;
  std::vector<std::unique_ptr<net::Listener>> listeners;
  std::unique_ptr<net::Listener> admin_listener;

  std::atomic<int> stops{0};
  std::atomic<bool> accepting{false};
  std::mutex stop_mutex;
  std::condition_variable stop_asked;
  bool ended = false;
};

}  // namespace hawkcache::server
