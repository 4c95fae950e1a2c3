// A new configuration under running requests.
#include "base/log.hpp"
#include "net/upstream_pool.hpp"
#include "server/server_impl.hpp"
#include "server/settings.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace hawkcache::server {

ReloadOutcome Server::Impl::reload() {
  const std::lock_guard lock(mutex);
  ReloadOutcome outcome;
  if (ended) {
    outcome.status = ReloadOutcome::Status::rejected;
    outcome.messages.emplace_back("hawkcache is ending");
    return outcome;
  }
  config::LoadResult loaded = source();
  for (const config::ConfigError& error : loaded.errors) {
    outcome.messages.push_back(config::to_string(error));
  }
  std::shared_ptr<observe::AccessLog> new_log;
  if (loaded.config) {
    const auto fixed = changes_that_need_a_restart(config, *loaded.config);
    for (const std::string& name : fixed) {
      outcome.messages.push_back(fmt::format("a changed `{}` needs a restart", name));
    }
    if (!fixed.empty()) outcome.status = ReloadOutcome::Status::needs_restart;
    std::string log_error;
    new_log = make_access_log(*loaded.config, log_error);
    if (!log_error.empty()) outcome.messages.push_back(log_error);
  }
  if (!outcome.messages.empty()) {
    if (outcome.status == ReloadOutcome::Status::reloaded) {
      outcome.status = ReloadOutcome::Status::rejected;
    }
    ++reloads_failed;
    return outcome;
  }
  take_over(std::move(*loaded.config), std::move(new_log));
  for (const config::ConfigError& warning : loaded.warnings) {
    outcome.messages.push_back(config::to_string(warning));
  }
  ++reloads;
  return outcome;
}

// The new configuration is complete before any of it is in use; each worker changes over between
// two steps of its loop.
void Server::Impl::take_over(config::Config after, std::shared_ptr<observe::AccessLog> new_log) {
  const bool same_upstream =
      config.upstream == after.upstream &&
      config.limits.response_header_block == after.limits.response_header_block &&
      config.limits.response_header_count == after.limits.response_header_count;
  // What may fail comes first: then all is as it was.
  const std::shared_ptr<LogUsers> old_log_users = retired_logs.retire(access_log, workers.size());
  config = std::move(after);
  log::setup({.level = config.log.level, .format = config.log.format});
  access_log = std::move(new_log);
  snapshot = make_snapshot(config, counters);
  const bool shares_keys = std::any_of(config.routes.begin(),
                                       config.routes.end(),
                                       [](const auto& rule) { return rule.key.has_value(); });
  admin_settings_now = admin_settings(config);
  const net::UpstreamSettings upstream = upstream_settings(config);
  post_to_data_workers([this,
                        same_upstream,
                        shares_keys,
                        next = snapshot,
                        next_log = access_log,
                        old_log_users,
                        upstream,
                        failures = net::make_server_failures(upstream)](net::Worker& worker) {
    proxy::WorkerState& state = *states[worker.index()];
    state.snapshot = next;
    state.access_log = next_log;
    old_log_users->let_go();
    // Said by each, so that it holds when the last one has changed over.
    if (!shares_keys) stores.fence().expect_no_other_urls();
    if (!same_upstream) state.upstream = net::make_upstream_pool(worker, upstream, failures);
  });
}

}  // namespace hawkcache::server
