#include "support/free_port.hpp"

#include <random>
#include <stdexcept>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace hawkcache::testing_support {
namespace {

constexpr std::uint16_t kLowest = 16'000;
constexpr std::uint16_t kHighest = 32'000;

bool is_free(std::uint16_t port) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) throw std::runtime_error("no socket to look for a free port with");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool bound =
      ::bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(descriptor);
  return bound;
}

}  // namespace

std::uint16_t free_port() {
  static std::mt19937 random{std::random_device{}()};
  std::uniform_int_distribution<std::uint16_t> any(kLowest, kHighest);
  for (int attempt = 0; attempt < 1000; ++attempt) {
    const std::uint16_t port = any(random);
    if (is_free(port)) return port;
  }
  throw std::runtime_error("no free port on the loopback");
}

}  // namespace hawkcache::testing_support
