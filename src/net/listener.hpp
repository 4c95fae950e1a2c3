// Listening sockets: one per worker and address (SO_REUSEPORT), so that the kernel spreads
// connections over workers.
#pragma once

#include "base/result.hpp"
#include "net/client_connection.hpp"
#include "net/worker.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace hawkcache::net {

struct ListenAddress {
  std::string host;        // an address or a name; "0.0.0.0", "::" ...
  std::uint16_t port = 0;  // 0: any free port, the same for all workers
  bool v6_only = false;  // "::" takes IPv4 too unless this is set, as it must be where 0.0.0.0 has
                         // the same port
};

// An address bound once for each worker, not yet accepting; a name is bound at each of its
// addresses. Dies before the workers, on the thread that made it.
class Listener {
 public:
  // Binds and listens; fails (address in use, no such address ...) without leaving anything behind.
  // A port that another process listens at counts as in use, even though ours share theirs
  // (SO_REUSEPORT). Looks names up, so it may block.
  static Result<std::unique_ptr<Listener>> bind(const ListenAddress& address,
                                                const std::vector<Worker*>& workers);
  ~Listener();

  // Starts accepting on every worker: each connection gets a handler from the factory, which is
  // called on the workers' threads, also at the same time. With the gauge full, or descriptors
  // gone, new connections wait in the kernel's queue. Called once.
  void start(ConnectionSettings settings,
             HandlerFactory factory,
             std::shared_ptr<ConnectionGauge> gauge);
  // Stops accepting and closes the sockets, on each worker soon; again: nothing.
  void stop();
  // The port it is bound to; never 0.
  std::uint16_t port() const noexcept;

 private:
  struct Impl;
  explicit Listener(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace hawkcache::net
