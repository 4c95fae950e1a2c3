// Addresses of upstream servers. Literal addresses come back at once; names are looked up in the
// background, one look-up per name at a time, and remembered for ten seconds. While the name server
// is in trouble the old addresses stay in use. The names come from the configuration, so their
// number is bounded. Belongs to one worker's thread.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "net/asio.hpp"

#include <memory>
#include <string>
#include <vector>

#include <boost/asio/ip/address.hpp>

namespace hawkcache::net {

class Resolver {
 public:
  // `clock` outlives the worker.
  Resolver(Executor executor, const Clock& clock);
  ~Resolver();

  using Addresses = std::vector<asio::ip::address>;
  // All addresses, in the system's order of preference; never empty. Errors: upstream_refused (no
  // such name, no answer), upstream_connect_timeout. May outlive this object.
  Awaitable<Result<Addresses>> resolve(std::string host, Duration timeout);

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with look-ups under way
};

}  // namespace hawkcache::net
