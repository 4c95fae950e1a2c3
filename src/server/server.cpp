#include "admin/admin_handler.hpp"
#include "base/log.hpp"
#include "proxy/local_answer.hpp"
#include "proxy/transaction.hpp"
#include "server/fixed_settings.hpp"
#include "server/server_impl.hpp"
#include "server/settings.hpp"

#include <random>
#include <utility>

#include <fmt/format.h>
#include <sys/resource.h>

namespace hawkcache::server {
namespace {

constexpr auto kDrainPoll = std::chrono::milliseconds(5);
// Where Redis is away it may not be back for long, and whoever stops a daemon waits.
constexpr Duration kHandingOn{5'000};

std::size_t descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
  return static_cast<std::size_t>(std::min<rlim_t>(limit.rlim_cur, 1U << 20U));
}

// What to do about an address that cannot be had; `key` names where it is written.
std::string remedy_for(ErrorCode error, std::string_view key) {
  using boost::system::errc::errc_t;
  if (error == errc_t::address_in_use)
    return fmt::format("stop what listens there, or change `{}`", key);
  if (error == errc_t::address_not_available)
    return fmt::format("this machine has no such address; change `{}`", key);
  if (error == errc_t::permission_denied) {
    return fmt::format(
        "ports below 1024 take a right that this user does not have (CAP_NET_BIND_SERVICE); give "
        "it, or write another port in `{}`",
        key);
  }
  return fmt::format("write an address of this machine in `{}`", key);
}

StartError cannot_listen(const config::Endpoint& endpoint, ErrorCode error, std::string_view key) {
  return {fmt::format("cannot listen on {}{}: {}; {}",
                      config::to_string(endpoint),
                      key == "listen" ? "" : " (admin)",
                      error.message(),
                      remedy_for(error, key))};
}

std::vector<std::unique_ptr<net::Worker>> make_workers(std::size_t count, const Clock& clock) {
  std::vector<std::unique_ptr<net::Worker>> workers;
  for (std::size_t i = 0; i < count; ++i) {
    workers.push_back(std::make_unique<net::Worker>(i, clock));
  }
  return workers;
}

// In turn, so that no more threads than need be share a core.
void pin_each(const std::vector<std::unique_ptr<net::Worker>>& workers) {
  const std::vector<std::size_t> cores = net::usable_cores();
  for (const auto& worker : workers) {
    if (!cores.empty() && worker->pin(cores[worker->index() % cores.size()])) continue;
    log::warn("pin_threads: the system does not let thread {} keep to one core", worker->index());
  }
}

}  // namespace

Server::Impl::Impl(config::Config config_, ConfigSource source_, const Clock& clock_)
    : clock(clock_),
      source(std::move(source_)),
      config(std::move(config_)),
      counters(thread_count(config) + 1),
      workers(make_workers(thread_count(config), clock)),
      admin_worker(std::make_unique<net::Worker>(workers.size(), clock)),
      stores(config, workers, *admin_worker, clock),
      fills(stores.fence()),
      fill_budget(config.store.memory.max_size, config.store.memory.max_object),
      snapshot(make_snapshot(config, counters)),
      admin_settings_now(admin_settings(config)),
      admin(admin_context()),
      gauge(std::make_shared<net::ConnectionGauge>(connection_limit(config, descriptor_limit()))),
      admin_gauge(
          std::make_shared<net::ConnectionGauge>(admin_connection_limit(descriptor_limit()))) {}

Server::Impl::~Impl() {
  stop();
  end_everything();
}

std::optional<StartError> Server::Impl::start() {
  std::string log_error;
  access_log = make_access_log(config, log_error);
  if (!log_error.empty()) return StartError{log_error};
  if (auto error = bind()) return error;

  std::random_device random;
  const net::UpstreamSettings upstream = upstream_settings(config);
  const auto failures = net::make_server_failures(upstream);
  const std::string loop_member = proxy::loop_member((std::uint64_t{random()} << 32U) | random());
  for (const auto& worker : workers) {
    states.push_back(std::make_unique<proxy::WorkerState>(
        proxy::WorkerState{.worker = *worker,
                           .store = stores.of(*worker),
                           .fills = fills,
                           .uncacheable = uncacheable,
                           .failed_refreshes = failed_refreshes,
                           .fill_budget = fill_budget,
                           .counters = counters.worker(worker->index()),
                           .snapshot = snapshot,
                           .upstream = net::make_upstream_pool(*worker, upstream, failures),
                           .access_log = access_log,
                           .loop_member = loop_member,
                           .request_id_seed = (std::uint64_t{random()} << 32U) | random(),
                           .request_ids = 0}));
  }
  start_accepting();
  return std::nullopt;
}

std::optional<StartError> Server::Impl::bind() {
  std::vector<net::Worker*> all;
  for (const auto& worker : workers) all.push_back(worker.get());
  for (const net::ListenAddress& address : listen_addresses(config)) {
    auto bound = net::Listener::bind(address, all);
    if (!bound) return cannot_listen({address.host, address.port}, bound.error(), "listen");
    listeners.push_back(std::move(*bound));
  }
  const config::Endpoint& endpoint = config.admin.listen;
  auto bound =
      net::Listener::bind({.host = endpoint.host, .port = endpoint.port}, {admin_worker.get()});
  if (!bound) return cannot_listen(endpoint, bound.error(), "admin.listen");
  admin_listener = std::move(*bound);
  return std::nullopt;
}

void Server::Impl::start_accepting() {
  for (const auto& listener : listeners) {
    listener->start(
        client_settings(config),
        [this](net::Worker& worker) -> std::unique_ptr<net::RequestHandler> {
          return std::make_unique<proxy::Transaction>(*states[worker.index()]);
        },
        gauge);
  }
  admin_listener->start(
      admin_connection_settings(config),
      [this](net::Worker& worker) -> std::unique_ptr<net::RequestHandler> {
        return std::make_unique<admin::AdminHandler>(admin, counters.worker(worker.index()));
      },
      admin_gauge);
  maintenance = std::make_unique<Maintenance>(*admin_worker, stores.of(*admin_worker));
  stores.start();
  admin_worker->start();
  stores.wait_until_ready();
  for (const auto& worker : workers) worker->start();
  if (config.pin_threads) pin_each(workers);
  maintenance->start();
  accepting = true;
}

void Server::Impl::post_to_data_workers(const std::function<void(net::Worker&)>& task) {
  for (const auto& worker : workers) {
    worker->post([task, target = worker.get()] { task(*target); });
  }
}

void Server::Impl::stop() {
  const std::lock_guard lock(stop_mutex);
  if (++stops == 1) {
    gauge->drain();
    for (const auto& listener : listeners) listener->stop();
    post_to_data_workers([](net::Worker& worker) {
      net::close_connections(worker.connections(), net::CloseWhich::idle);
    });
  }
  stop_asked.notify_all();
}

void Server::Impl::wait() {
  {
    std::unique_lock lock(stop_mutex);
    stop_asked.wait(lock, [this] { return stops > 0; });
  }
  Duration drain_timeout{};
  {
    const std::lock_guard lock(mutex);
    drain_timeout = config.drain_timeout;
  }
  const auto give_up = steady_now() + drain_timeout;
  std::unique_lock lock(stop_mutex);
  while (gauge->open() > 0 && stops < 2 && steady_now() < give_up) {
    stop_asked.wait_for(lock, kDrainPoll);
  }
  lock.unlock();
  if (gauge->open() > 0) log::warn("{} connections were cut after drain_timeout", gauge->open());
  hand_on_purges(give_up);
  end_everything();
}

// Purges that Redis did not take are kept in memory only.
void Server::Impl::hand_on_purges(SteadyTime give_up) {
  if (ended) return;
  give_up = std::min(give_up, steady_now() + kHandingOn);
  std::unique_lock lock(stop_mutex);
  const auto unfinished = [this] { return stores.purges_waiting() + stores.purges_under_way(); };
  while (unfinished() > 0 && stops < 2 && steady_now() < give_up) {
    stop_asked.wait_for(lock, kDrainPoll);
  }
  const std::uint64_t lost = std::max(stores.purges_waiting(), stores.purges_under_way());
  if (lost > 0) {
    log::error(
        "redis: {} purges were not handed on: other nodes, and this one when it starts again, may "
        "serve what they took until it expires; ask for them again",
        lost);
  }
}

void Server::Impl::end_everything() {
  if (ended) return;
  {
    // A reload that is under way still finds the workers; there is none after it.
    const std::lock_guard lock(mutex);
    ended = true;
  }
  for (const auto& worker : workers) worker->stop();
  if (admin_worker) admin_worker->stop();
  for (const auto& worker : workers) worker->join();
  if (admin_worker) admin_worker->join();
  listeners.clear();
  admin_listener.reset();
  maintenance.reset();
  for (const auto& state : states) state->upstream.reset();
  stores.close();
  workers.clear();
  admin_worker.reset();
}

Server::Server(config::Config config, ConfigSource source, const Clock& clock)
    : impl_(std::make_unique<Impl>(std::move(config), std::move(source), clock)) {}
Server::~Server() = default;

std::optional<StartError> Server::start() { return impl_->start(); }
void Server::wait() { impl_->wait(); }
void Server::stop() { impl_->stop(); }
ReloadOutcome Server::reload() { return impl_->reload(); }
std::uint16_t Server::port(std::size_t i) const { return impl_->listeners.at(i)->port(); }
std::uint16_t Server::admin_port() const { return impl_->admin_listener->port(); }

}  // namespace hawkcache::server
