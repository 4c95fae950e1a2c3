// An upstream server for tests: a thread that follows a script with blocking sockets on 127.0.0.1.
// Whatever it waits for comes within seconds or the script ends with an exception, which join()
// passes on.
#pragma once

#include <cstdint>
#include <functional>
#include <future>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace hawkcache::net::test {

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {
    if (fd < 0) throw std::runtime_error("no socket");
  }
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&&) = delete;
  ~FileDescriptor() { close(); }
  void close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

inline void limit_waiting(int fd) {
  const timeval limit{.tv_sec = 20, .tv_usec = 0};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

class OriginConnection {
 public:
  explicit OriginConnection(FileDescriptor fd) : fd_(std::move(fd)) { limit_waiting(fd_.get()); }

  // A request's head, with its empty line.
  std::string read_head() {
    std::size_t end = received_.find("\r\n\r\n");
    for (; end == std::string::npos; end = received_.find("\r\n\r\n")) fill_or_throw();
    return take(end + 4);
  }
  std::string read(std::size_t size) {
    while (received_.size() < size) fill_or_throw();
    return take(size);
  }
  // What comes until the other side closes.
  std::string read_to_end() {
    while (fill()) {
    }
    return take(received_.size());
  }
  void write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent < 0) throw std::runtime_error("cannot write");
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  // As write(), but the other side may have closed.
  bool try_write(std::string_view bytes) {
    try {
      write(bytes);
      return true;
    } catch (const std::runtime_error&) {
      return false;
    }
  }
  void close() { fd_.close(); }
  void reset() {
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    fd_.close();
  }

 private:
  void fill_or_throw() {
    if (!fill()) throw std::runtime_error("the connection ended early");
  }
  bool fill() {
    char buffer[64 * 1024];
    const ssize_t size = ::recv(fd_.get(), buffer, sizeof buffer, 0);
    if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
      throw std::runtime_error("nothing comes");
    if (size <= 0) return false;
    received_.append(buffer, static_cast<std::size_t>(size));
    return true;
  }
  std::string take(std::size_t size) {
    std::string taken = received_.substr(0, size);
    received_.erase(0, size);
    return taken;
  }

  FileDescriptor fd_;
  std::string received_;
};

class ScriptedOrigin {
 public:
  using Script = std::function<void(ScriptedOrigin&)>;

  explicit ScriptedOrigin(Script script) : listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_.get(), generic, size) != 0 || ::listen(listener_.get(), 64) != 0 ||
        ::getsockname(listener_.get(), generic, &size) != 0) {
      throw std::runtime_error("cannot listen");
    }
    port_ = ntohs(address.sin_port);
    limit_waiting(listener_.get());
    script_ = std::async(std::launch::async, [this, run = std::move(script)] { run(*this); });
  }

  std::uint16_t port() const { return port_; }
  // The end of the script, and any exception in it.
  void join() { script_.get(); }

  // For the script:
  OriginConnection accept() {
    return OriginConnection(FileDescriptor(::accept(listener_.get(), nullptr, nullptr)));
  }
  // Whether somebody has connected and was not accepted.
  bool has_caller() const {
    pollfd waiting{.fd = listener_.get(), .events = POLLIN, .revents = 0};
    return ::poll(&waiting, 1, 0) == 1;
  }

 private:
  FileDescriptor listener_;
  std::uint16_t port_ = 0;
  std::future<void> script_;
};

// A port where nobody listens.
inline std::uint16_t unused_port() {
  ScriptedOrigin origin([](ScriptedOrigin&) {});
  origin.join();
  return origin.port();
}

}  // namespace hawkcache::net::test
