// What the admin listener sees of the server.
#include "net/worker_turns.hpp"
#include "server/server_impl.hpp"

#include <utility>
#include <vector>

namespace hawkcache::server {
namespace {

// A worker that has not come to its next event by then is in trouble that the figures should show.
constexpr Duration kUntilCounted{100};

}  // namespace

admin::AdminContext Server::Impl::admin_context() {
  return {.clock = clock,
          .store = stores.of(*admin_worker),
          .counters = counters,
          .store_backend = std::string(stores.backend()),
          .started = clock.wall(),
          .settings =
              [this] {
                const std::lock_guard lock(mutex);
                return admin_settings_now;
              },
          .router =
              [this] {
                const std::lock_guard lock(mutex);
                return snapshot->router;
              },
          .readiness =
              [this] {
                using State = admin::Readiness::State;
                const State state =
                    stops > 0 ? State::draining : (accepting ? State::ready : State::starting);
                return admin::Readiness{
                    .state = state, .store = stores.state(), .upstream = "configured"};
              },
          .figures = [this] { return figures(); },
          .until_counted = [this] { return until_counted(); },
          .redis = [this] { return stores.redis(); },
          .reload = [this] { return reload(); },
          .schema = [] { return config::json_schema(); }};
}

net::Awaitable<void> Server::Impl::until_counted() {
  std::vector<net::Worker*> all;
  for (const auto& worker : workers) all.push_back(worker.get());
  return net::turn_of_each(*admin_worker, std::move(all), kUntilCounted);
}

admin::Figures Server::Impl::figures() const {
  const std::lock_guard lock(mutex);
  return {.connections_open = gauge->open(),
          .connections_accepted = gauge->accepted(),
          .access_lines_dropped = access_log ? access_log->dropped() : 0,
          .reloads = reloads,
          .reloads_failed = reloads_failed};
}

}  // namespace hawkcache::server
