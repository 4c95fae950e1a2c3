// A new configuration under running requests.
#include "base/log.hpp"
#include "net/upstream_pool.hpp"
#include "server/fixed_settings.hpp"
#include "server/server_impl.hpp"
#include "server/settings.hpp"

#include <algorithm>
#include <exception>
#include <string>
#include <utility>

namespace hawkcache::server {

// What takes long, reading and checking, holds up nobody who asks for figures or for health.
ReloadOutcome Server::Impl::try_reload() {
  ReloadOutcome outcome;
  config::LoadResult loaded = source();
  for (const config::ConfigError& error : loaded.errors) {
    outcome.messages.push_back(config::to_string(error));
  }
  std::shared_ptr<observe::AccessLog> new_log;
  if (loaded.config) {
    const auto fixed = changes_that_need_a_restart(config, *loaded.config);
    for (const FixedChange& change : fixed) outcome.messages.push_back(to_string(change));
    if (!fixed.empty()) outcome.status = ReloadOutcome::Status::needs_restart;
    std::string log_error;
    new_log = make_access_log(*loaded.config, log_error);
    if (!log_error.empty()) outcome.messages.push_back(log_error);
  }
  const std::lock_guard lock(mutex);
  if (ended) outcome.messages.emplace_back("hawkcache is ending");
  if (!outcome.messages.empty()) {
    if (outcome.status == ReloadOutcome::Status::reloaded) {
      outcome.status = ReloadOutcome::Status::rejected;
    }
    ++reloads_failed;
    return outcome;
  }
  commit(prepare(std::move(*loaded.config), std::move(new_log)));
  for (const config::ConfigError& warning : loaded.warnings) {
    outcome.messages.push_back(config::to_string(warning));
  }
  ++reloads;
  return outcome;
}

ReloadOutcome Server::Impl::reload() {
  const std::lock_guard one_at_a_time(reloading);
  try {
    return try_reload();
  } catch (const std::exception& thrown) {
    const std::lock_guard lock(mutex);
    ++reloads_failed;
    return {.status = ReloadOutcome::Status::rejected,
            .messages = {std::string("unexpected exception: ") + thrown.what()}};
  }
}

// All of it that may fail. Whatever throws, nothing of it is in use.
Server::Impl::Prepared Server::Impl::prepare(config::Config after,
                                             std::shared_ptr<observe::AccessLog> new_log) {
  Prepared next;
  next.same_upstream = config.upstream == after.upstream &&
                       config.limits.response_header_block == after.limits.response_header_block &&
                       config.limits.response_header_count == after.limits.response_header_count;
  next.shares_keys = std::any_of(after.routes.begin(), after.routes.end(), [](const auto& rule) {
    return rule.key.has_value();
  });
  next.snapshot = make_snapshot(after, counters);
  next.admin = admin_settings(after);
  next.upstream = upstream_settings(after);
  next.failures = net::make_server_failures(next.upstream);
  next.access_log = std::move(new_log);
  next.config = std::move(after);
  // Last: whoever waits for the old log's end would wait in vain if there were none.
  next.old_log_users = retired_logs.retire(access_log, workers.size());
  return next;
}

// Each worker changes over between two steps of its loop. Half a change would be worse than an end:
// where there is no memory for the workers' tasks, the process ends.
void Server::Impl::commit(Prepared next) noexcept {
  config = std::move(next.config);
  log::setup({.level = config.log.level, .format = config.log.format});
  access_log = next.access_log;
  snapshot = next.snapshot;
  admin_settings_now = next.admin;
  const auto shared = std::make_shared<const Prepared>(std::move(next));
  post_to_data_workers([this, shared](net::Worker& worker) {
    proxy::WorkerState& state = *states[worker.index()];
    state.snapshot = shared->snapshot;
    state.access_log = shared->access_log;
    shared->old_log_users->let_go();
    // Said by each, so that it holds when the last one has changed over.
    if (!shared->shares_keys) stores.fence().expect_no_other_urls();
    if (!shared->same_upstream) {
      state.upstream = net::make_upstream_pool(worker, shared->upstream, shared->failures);
    }
  });
}

}  // namespace hawkcache::server
