// Addresses of upstream servers. Literal addresses come back at once; names are looked up in the
// background, one look-up per name at a time, on a thread of its own that nobody waits for, and
// remembered for ten seconds. While the name server is in trouble the old addresses stay in use.
// The names come from the configuration, so their number is bounded. Belongs to one worker's
// thread.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "net/asio.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/ip/address.hpp>

namespace hawkcache::net {

class Resolver {
 public:
  using Addresses = std::vector<asio::ip::address>;
  // Empty where there are none. May take minutes; called on threads that may outlive everything but
  // the process.
  using LookUp = std::function<Addresses(const std::string& host)>;
  static Addresses ask_system(const std::string& host);

  // `clock` outlives the worker.
  Resolver(Executor executor, const Clock& clock, LookUp look_up = ask_system);
  ~Resolver();

  // All addresses, in the system's order of preference; never empty. Errors: upstream_unresolved
  // (no such name, no answer), upstream_connect_timeout. May outlive this object.
  Awaitable<Result<Addresses>> resolve(std::string host, Duration timeout);

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with look-ups under way
};

}  // namespace hawkcache::net
