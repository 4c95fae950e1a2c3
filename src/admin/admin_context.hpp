// What the admin listener needs of the rest of the daemon, put together by the composition root.
// Outlives every AdminHandler. All functions are called on the thread of the admin listener's
// worker.
#pragma once

#include "admin/reload_report.hpp"
#include "base/clock.hpp"
#include "net/asio.hpp"
#include "observe/counters.hpp"
#include "proxy/router.hpp"
#include "shared_store/redis_figures.hpp"
#include "store/store.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace hawkcache::admin {

// What a reload may change.
struct AdminSettings {
  std::string token;                 // empty: none
  std::size_t max_body = 1U << 20U;  // limits.admin_body
};

struct Readiness {
  enum class State : std::uint8_t { starting, ready, draining } state = State::starting;
  std::string store;     // a word or two: "memory", "redis: away" ...
  std::string upstream;  // likewise
};

// Figures that neither the counters nor the store have.
struct Figures {
  std::uint64_t connections_open = 0;
  std::uint64_t connections_accepted = 0;
  std::uint64_t access_lines_dropped = 0;
  std::uint64_t reloads = 0;         // that took effect
  std::uint64_t reloads_failed = 0;  // that kept the old configuration
};

inline net::Awaitable<void> counted_already() { co_return; }

struct AdminContext {
  const Clock& clock;
  store::Store& store;
  const observe::Counters& counters;
  std::string store_backend = "memory";
  WallTime started{};
  std::function<std::shared_ptr<const AdminSettings>()> settings;
  std::function<std::shared_ptr<const proxy::Router>()> router;
  std::function<Readiness()> readiness;
  std::function<Figures()> figures;
  // Before figures are shown: returns when a response that a client has seen the end of is counted
  // (unless the rest of its request is still on its way), or soon anyway.
  std::function<net::Awaitable<void>()> until_counted = counted_already;
  // nullopt where the store is in memory alone.
  std::function<std::optional<shared_store::RedisSnapshot>()> redis = [] {
    return std::optional<shared_store::RedisSnapshot>();
  };
  // May take as long as reading and compiling a configuration takes; must not wait for the worker
  // that it is called on.
  std::function<ReloadReport()> reload;
  // The JSON Schema of the configuration.
  std::function<std::string()> schema;
};

}  // namespace hawkcache::admin
