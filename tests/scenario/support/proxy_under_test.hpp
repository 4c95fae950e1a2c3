// The real daemon, in this process, on ports of the system's choice, in front of a FakeOrigin.
#pragma once

#include "scenario/support/client.hpp"
#include "scenario/support/fake_origin.hpp"
#include "scenario/support/manual_clock.hpp"
#include "server/server.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hawkcache::scenario {

// Pieces of the file, as YAML without the surrounding indentation.
struct Daemon {
  std::string routes = {};                       // items of `routes`
  std::string upstream = {};                     // keys of `upstream` beside `servers`
  std::string limits = {};                       // keys of `limits`
  std::string memory = {};                       // keys of `store.memory`
  std::string store = {};                        // further keys of `store`
  std::string token = {};                        // of the admin listener
  std::string access_log = {};                   // a file; "": off
  std::string rest = {};                         // further keys of the file
  std::vector<std::uint16_t> more_origins = {};  // ports of further upstream servers
  std::size_t threads = 2;
};

struct PurgeAnswer {
  int status = 0;
  std::optional<std::uint64_t> purged;
  bool estimate = false;
  std::string body;
};

class ProxyUnderTest {
 public:
  ProxyUnderTest(std::uint16_t origin_port, ManualClock& clock, const Daemon& daemon);
  // Stops within a bounded time, whatever is in flight.
  ~ProxyUnderTest();

  Client client() const { return Client(port()); }
  Client admin_client() const { return Client(admin_port()); }
  std::uint16_t port() const { return port_; }
  std::uint16_t admin_port() const { return admin_port_; }

  // POST /v1/purge.
  PurgeAnswer purge(std::string_view json) const;
  Response admin(std::string_view method,
                 std::string_view target,
                 const Fields& fields = {},
                 std::string_view body = {}) const;
  // The sum of a metric's samples, 0 where it is absent.
  double metric(std::string_view name) const;

  // What the next reload() reads.
  void set_daemon(const Daemon& daemon);
  void set_text(std::string text);
  // What is done to each configuration that reload() has read and found sound; null: nothing.
  void tamper(std::function<void(config::Config&)> with);
  server::ReloadOutcome reload() { return server_->reload(); }
  server::Server& server() { return *server_; }

 private:
  std::string render(const Daemon& daemon) const;

  std::uint16_t origin_port_;
  std::string token_;
  std::mutex mutex_;
  std::string text_;                                // under mutex_
  std::function<void(config::Config&)> tampering_;  // under mutex_
  std::unique_ptr<server::Server> server_;
  std::uint16_t port_ = 0;
  std::uint16_t admin_port_ = 0;
};

}  // namespace hawkcache::scenario
