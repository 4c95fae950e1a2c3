// The client connections of one worker, so that draining can reach them. Belongs to the worker's
// thread.
#pragma once

#include <cstdint>

#include <boost/intrusive/list.hpp>

namespace hawkcache::net {

class RegisteredConnection : public boost::intrusive::list_base_hook<
                                 boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  // Closes it if it waits for a request.
  enum class Closed : std::uint8_t { no, yes };
  virtual Closed close_if_idle() noexcept = 0;
  // Closes it whatever it does.
  virtual void close_now() noexcept = 0;

 protected:
  ~RegisteredConnection() = default;
};

using ConnectionRegistry =
    boost::intrusive::list<RegisteredConnection, boost::intrusive::constant_time_size<false>>;

}  // namespace hawkcache::net
