// The client connections of one worker, so that draining and want of room can reach them. Belongs
// to the worker's thread.
#pragma once

#include "base/clock.hpp"

#include <cstddef>
#include <cstdint>

#include <boost/intrusive/list.hpp>

namespace hawkcache::net {

class RegisteredConnection : public boost::intrusive::list_base_hook<
                                 boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  // Closes it if it has waited for a request for so long, or longer.
  enum class Closed : std::uint8_t { no, yes };
  virtual Closed close_if_idle(Duration at_least) noexcept = 0;
  // Closes it whatever it does.
  virtual void close_now() noexcept = 0;

 protected:
  ~RegisteredConnection() = default;
};

// In the order in which they were accepted.
using ConnectionRegistry =
    boost::intrusive::list<RegisteredConnection, boost::intrusive::constant_time_size<false>>;

// Closes those that wait for a request. `all`: those in an exchange too.
enum class CloseWhich : std::uint8_t { idle, all };
void close_connections(ConnectionRegistry& connections, CloseWhich which);
// Closes some of those that have waited for a request for a second or longer. For when there are as
// many connections as there may be. How many.
std::size_t make_room(ConnectionRegistry& connections);

}  // namespace hawkcache::net
