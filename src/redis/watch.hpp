// Being told of changes: client tracking in broadcast mode (CLIENT TRACKING ON REDIRECT id BCAST
// PREFIX ...), over RESP2: one connection turns it on, another, subscribed to
// __redis__:invalidate, hears of every key under the prefixes that anybody changes, deletes, lets
// expire or evicts. In a cluster, two such connections to each master.
//
// docs/decisions has why this and not key-space events or a channel of our own.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "net/asio.hpp"
#include "net/worker.hpp"
#include "redis/client.hpp"
#include "redis/settings.hpp"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hawkcache::redis {

// Called on the worker's thread, between start() and stop().
class WatchListener {
 public:
  // These keys were changed or are gone. Views are good for the call.
  virtual void keys_changed(std::span<const std::string_view> keys) noexcept = 0;
  // Any key may have been (FLUSHALL, FLUSHDB).
  virtual void everything_changed() noexcept = 0;

 protected:
  ~WatchListener() = default;
};

class Watch {
 public:
  virtual ~Watch() = default;
  // Connects to every master and turns tracking on. Afterwards every change is reported, until
  // confirm() fails. Errors: store_unavailable, store_timeout.
  virtual net::Awaitable<ErrorCode> start(Duration timeout) = 0;
  // Asks every master over both connections. On success every change whose command was answered
  // before this call has been reported, and the masters are still those of the start (their
  // identities, their role, in a cluster their number and slots). Any error: the watch is lost; stop
  // it and start anew.
  virtual net::Awaitable<ErrorCode> confirm(Duration timeout) = 0;
  virtual void stop() noexcept = 0;
};

// `prefixes`: none begins another. `worker`, `listener` and `figures` outlive it.
std::unique_ptr<Watch> make_watch(net::Worker& worker,
                                  const Settings& settings,
                                  std::vector<std::string> prefixes,
                                  WatchListener& listener,
                                  ClientFigures& figures);

}  // namespace hawkcache::redis
