// The composition root: builds everything from a configuration, owns it, and runs it. Also what
// scenario tests start in-process.
#pragma once

#include "admin/reload_report.hpp"
#include "base/clock.hpp"
#include "config/config.hpp"
#include "config/load.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace hawkcache::server {

// Where a reload gets its configuration from (the file again); called on the thread that reloads.
using ConfigSource = std::function<config::LoadResult()>;

struct StartError {
  std::string message;
};

using ReloadOutcome = admin::ReloadReport;

class Server {
 public:
  // `clock` outlives the server. Nothing is bound yet.
  Server(config::Config config, ConfigSource source, const Clock& clock);
  ~Server();

  // Binds all listeners and starts the workers; an empty optional on success.
  std::optional<StartError> start();
  // Blocks until stop() was asked for and everything in flight has ended, at most drain_timeout.
  void wait();
  // Begins draining: no new connections, /readyz says 503, idle connections close, others close
  // after their exchange. Any thread; a second call ends the rest at once.
  void stop();
  // Any thread; one at a time.
  ReloadOutcome reload();

  // The ports in use, after start(): of the i-th `listen`, and of the admin listener.
  std::uint16_t port(std::size_t i = 0) const;
  std::uint16_t admin_port() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hawkcache::server
