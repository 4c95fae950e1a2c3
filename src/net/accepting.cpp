#include "net/accepting.hpp"

#include <cerrno>
#include <utility>

#include <sys/socket.h>
#include <unistd.h>

namespace hawkcache::net {
namespace {

using asio::ip::tcp;

// Nobody else has the descriptor, and it does not block; Asio assumes the opposite of what it is
// given, and has no public way to be told.
class FreshSocket : public Socket {
 public:
  using Socket::Socket;

  // Else it is still the caller's.
  ErrorCode take(const tcp& protocol, int descriptor) {
    ErrorCode error;
    assign(protocol, descriptor, error);
    if (error) return error;
    auto& state = impl_.get_implementation().state_;
    namespace socket_ops = asio::detail::socket_ops;
    state =
        static_cast<unsigned char>((state & ~socket_ops::possible_dup) | socket_ops::non_blocking);
    return {};
  }
};

// What accept(2) says of the connection, and not of the listening socket: try the next.
bool concerns_the_connection(int error) noexcept {
  return error == EINTR || error == ECONNABORTED || error == EPROTO;
}

}  // namespace

Result<Accepted> accept_now(Acceptor& acceptor) {
  for (;;) {
    tcp::endpoint peer;
    auto size = static_cast<socklen_t>(peer.capacity());
    const int descriptor =
        ::accept4(acceptor.native_handle(), peer.data(), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor < 0) {
      if (concerns_the_connection(errno)) continue;
      return ErrorCode(errno, boost::system::system_category());
    }
    peer.resize(size);
    FreshSocket socket(acceptor.get_executor());
    if (const ErrorCode error = socket.take(peer.protocol(), descriptor)) {
      ::close(descriptor);
      return error;
    }
    return Accepted{std::move(socket), peer};
  }
}

}  // namespace hawkcache::net
