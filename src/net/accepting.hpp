// Accepting a connection in one system call: accept4(2) gives a socket that does not block, where
// Asio's accept takes a second call for that, and a third at the end to take a descriptor out of
// its epoll set that leaves it by being closed.
#pragma once

#include "base/result.hpp"
#include "net/asio.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>

namespace hawkcache::net {

using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, Executor>;

struct Accepted {
  Socket socket;  // non-blocking, with the acceptor's executor
  asio::ip::tcp::endpoint peer;
};

// REQUIRES: the acceptor does not block. Never waits: would_block where no connection is there. One
// that was gone again before it was accepted is passed over. On the acceptor's thread.
Result<Accepted> accept_now(Acceptor& acceptor);

}  // namespace hawkcache::net
