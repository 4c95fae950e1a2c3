#include "net/connection_registry.hpp"

namespace hawkcache::net {
namespace {

constexpr std::size_t kRoomAtOnce = 16;
// Between two requests of a busy client there is less.
constexpr Duration kIdle{1000};

}  // namespace

void close_connections(ConnectionRegistry& connections, CloseWhich which) {
  for (RegisteredConnection& connection : connections) {
    if (which == CloseWhich::idle) {
      connection.close_if_idle(Duration::zero());
    } else {
      connection.close_now();
    }
  }
}

std::size_t make_room(ConnectionRegistry& connections) {
  std::size_t closed = 0;
  for (RegisteredConnection& connection : connections) {
    if (closed == kRoomAtOnce) break;
    if (connection.close_if_idle(kIdle) == RegisteredConnection::Closed::yes) ++closed;
  }
  return closed;
}

}  // namespace hawkcache::net
