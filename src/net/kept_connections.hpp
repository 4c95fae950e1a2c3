// The idle upstream connections of one pool, last in first out, so that the rest grow old and are
// closed. A sweep every second, while there are any, closes those that are too old or that the
// server has closed or spoken on. Belongs to one worker's thread.
#pragma once

#include "base/clock.hpp"
#include "net/deadline.hpp"
#include "net/upstream_connection.hpp"
#include "net/worker.hpp"

#include <cstddef>
#include <deque>
#include <vector>

namespace hawkcache::net {

class KeptConnections final : private Deadline::Listener {
 public:
  struct Limits {
    std::size_t max_per_server = 64;
    Duration keepalive_timeout{30000};
  };
  KeptConnections(Worker& worker, std::size_t servers, Limits limits);

  // A connection to that server that was idle for `max_idle` at most and is open as far as can be
  // seen, or null.
  UpstreamConnectionPtr take(std::size_t server, Duration max_idle);
  // REQUIRES: no request or response is under way on it. Closes the oldest when there are too many.
  void keep(UpstreamConnectionPtr connection);
  // Closes all, and keeps none from now on.
  void retire() noexcept;

 private:
  struct Kept {
    UpstreamConnectionPtr connection;
    SteadyTime since;
  };
  void deadline_expired() noexcept override;

  const Clock& clock_;
  Limits limits_;
  std::vector<std::deque<Kept>> idle_;  // by server; the back was used last
  Deadline sweep_;
  bool retired_ = false;
};

}  // namespace hawkcache::net
