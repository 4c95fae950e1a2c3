#include "scenario/support/wire.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace hawkcache::scenario {

Wire::~Wire() { close(); }

Wire::Wire(Wire&& other) noexcept
    : descriptor_(other.descriptor_.exchange(-1)),
      buffer_(std::move(other.buffer_)),
      timed_out_(other.timed_out_),
      was_reset_(other.was_reset_) {}

Wire& Wire::operator=(Wire&& other) noexcept {
  if (this == &other) return *this;
  close();
  descriptor_ = other.descriptor_.exchange(-1);
  buffer_ = std::move(other.buffer_);
  timed_out_ = other.timed_out_;
  was_reset_ = other.was_reset_;
  return *this;
}

Wire Wire::connect(std::uint16_t port) {
  Wire wire(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(wire.descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    wire.close();
    return wire;
  }
  const int on = 1;
  ::setsockopt(wire.descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return wire;
}

bool Wire::send(std::string_view bytes) {
  while (!bytes.empty()) {
    pollfd poller{descriptor_, POLLOUT, 0};
    if (::poll(&poller, 1, static_cast<int>(kPatience.count())) <= 0) return false;
    const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool Wire::receive(std::chrono::milliseconds patience) {
  timed_out_ = false;
  if (descriptor_ < 0) return false;
  pollfd poller{descriptor_, POLLIN, 0};
  const int ready = ::poll(&poller, 1, static_cast<int>(patience.count()));
  if (ready <= 0) {
    timed_out_ = ready == 0;
    return false;
  }
  char block[65536];
  const ssize_t got = ::recv(descriptor_, block, sizeof block, 0);
  was_reset_ = got < 0 && errno == ECONNRESET;
  if (got <= 0) return false;
  buffer_.append(block, static_cast<std::size_t>(got));
  return true;
}

std::optional<std::string> Wire::read_head() {
  std::size_t searched = 0;
  while (true) {
    const std::size_t end = buffer_.find("\r\n\r\n", searched);
    if (end != std::string::npos) {
      std::string head = buffer_.substr(0, end + 4);
      buffer_.erase(0, end + 4);
      return head;
    }
    searched = buffer_.size() > 3 ? buffer_.size() - 3 : 0;
    if (!receive()) return std::nullopt;
  }
}

void Wire::shut_down_sending() { ::shutdown(descriptor_, SHUT_WR); }

void Wire::shut_down() { ::shutdown(descriptor_, SHUT_RDWR); }

void Wire::close() {
  if (const int descriptor = descriptor_.exchange(-1); descriptor >= 0) ::close(descriptor);
}

void Wire::reset() {
  const linger at_once{1, 0};
  ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close();
}

void Wire::shrink_receive_buffer(int bytes) {
  ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
}

BodyReader BodyReader::of_length(std::uint64_t length) {
  BodyReader reader;
  reader.kind = Kind::length;
  reader.remaining = length;
  reader.state = length == 0 ? State::complete : State::reading;
  return reader;
}

bool BodyReader::finish(State end) {
  state = end;
  return false;
}

// Moves up to `remaining` buffered bytes to `out`.
bool BodyReader::take(Wire& wire, std::string& out) {
  if (wire.buffer().empty() && !wire.receive()) return finish(State::broken);
  const std::size_t size =
      static_cast<std::size_t>(std::min<std::uint64_t>(remaining, wire.buffer().size()));
  out.append(wire.buffer(), 0, size);
  wire.buffer().erase(0, size);
  remaining -= size;
  return true;
}

std::optional<std::string> BodyReader::read_line(Wire& wire) {
  while (true) {
    const std::size_t end = wire.buffer().find("\r\n");
    if (end != std::string::npos) {
      std::string line = wire.buffer().substr(0, end);
      wire.buffer().erase(0, end + 2);
      return line;
    }
    if (!wire.receive()) return std::nullopt;
  }
}

bool BodyReader::read_chunked(Wire& wire, std::string& out) {
  const auto line = read_line(wire);
  if (!line) return finish(State::broken);
  std::uint64_t size = 0;
  const auto [end, error] = std::from_chars(line->data(), line->data() + line->size(), size, 16);
  const bool plain = end == line->data() + line->size() || *end == ';';
  if (error != std::errc() || !plain) return finish(State::broken);
  if (size == 0) {
    while (const auto trailer = read_line(wire)) {
      if (trailer->empty()) return finish(State::complete);
      trailers += *trailer + "\r\n";
    }
    return finish(State::broken);
  }
  remaining = size;
  while (remaining > 0) {
    if (!take(wire, out)) return false;
  }
  const auto after = read_line(wire);
  return after && after->empty() ? true : finish(State::broken);
}

bool BodyReader::read_some(Wire& wire, std::string& out) {
  if (state != State::reading) return false;
  switch (kind) {
    case Kind::none:
      return finish(State::complete);
    case Kind::length:
      if (!take(wire, out)) return false;
      return remaining > 0 ? true : finish(State::complete);
    case Kind::chunked:
      return read_chunked(wire, out);
    case Kind::close:
      remaining = wire.buffer().size();
      if (remaining > 0) return take(wire, out);
      if (wire.receive()) return true;
      return finish(wire.timed_out() ? State::broken : State::complete);
  }
  return false;
}

}  // namespace hawkcache::scenario
