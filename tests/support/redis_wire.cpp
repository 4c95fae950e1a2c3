#include "support/redis_wire.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <deque>
#include <optional>
#include <regex>
#include <stdexcept>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace hawkcache::testing_support {
namespace {

using Clock = std::chrono::steady_clock;

sockaddr_in on_loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int new_socket() {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) throw std::runtime_error("no socket for a wire to Redis");
  return descriptor;
}

void send_at_once(int descriptor) {
  const int on = 1;
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

// False when the peer does not take it.
bool send_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

// Where replies begin and end in a stream of them (RESP2).
class ReplyEnds {
 public:
  void take(char byte) {
    if (skip_ > 0) {
      if (--skip_ == 0) --elements_;
      return;
    }
    if (elements_ == 0) elements_ = 1;
    line_ += byte;
    if (!line_.ends_with("\r\n")) return;
    const long long number = std::atoll(line_.c_str() + 1);
    if (line_.front() == '$' && number >= 0) {
      skip_ = static_cast<std::size_t>(number) + 2;
    } else {
      --elements_;
      if (line_.front() == '*' && number > 0) elements_ += static_cast<std::size_t>(number);
    }
    line_.clear();
  }
  bool inside() const { return elements_ > 0; }

 private:
  std::string line_;
  std::size_t skip_ = 0;      // bytes of a text
  std::size_t elements_ = 0;  // that are still to come
};

}  // namespace

class RedisWire::Connection {
 public:
  Connection(int client, int server) : client_(client), server_(server) {}
  ~Connection() {
    ::close(client_);
    ::close(server_);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  int client() const { return client_; }
  int server() const { return server_; }

  // Whether these words are in what is sent here. What is asked for may come in pieces.
  bool asks(std::string_view words, std::string_view bytes) {
    said_ += bytes;
    const bool found = said_.find(words) != std::string::npos;
    const std::size_t begun = found || words.empty() ? 0 : words.size() - 1;
    said_.erase(0, said_.size() - std::min(said_.size(), begun));
    return found;
  }
  void cut_after(std::size_t bytes) { left_ = bytes; }
  // How much of this may arrive; is_cut() if that is not all of it.
  std::size_t arrives(std::string_view bytes) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      if (left_ && *left_ == 0 && ends_.inside()) {
        is_cut_ = true;
        return i;
      }
      if (left_ && *left_ > 0) --*left_;
      ends_.take(bytes[i]);
    }
    return bytes.size();
  }
  bool is_cut() const { return is_cut_; }
  void end() { over_ = true; }
  // What is on its way.
  void hold(Clock::time_point until, std::string bytes) {
    held_.emplace_back(until, std::move(bytes));
  }
  bool holds() const { return !held_.empty(); }
  Clock::time_point next() const { return held_.front().first; }
  std::string take() {
    std::string bytes = std::move(held_.front().second);
    held_.pop_front();
    return bytes;
  }
  bool is_over() const { return over_; }

 private:
  int client_;
  int server_;
  std::deque<std::pair<Clock::time_point, std::string>> held_;
  std::string said_;
  ReplyEnds ends_;
  std::optional<std::size_t> left_;  // bytes until it is cut
  bool is_cut_ = false;
  bool over_ = false;
};

RedisWire::RedisWire(std::uint16_t server) : server_(server), listener_(new_socket()) {
  sockaddr_in address = on_loopback(0);
  socklen_t size = sizeof address;
  auto* const raw = reinterpret_cast<sockaddr*>(&address);
  std::array<int, 2> pipe{};
  if (::bind(listener_, raw, size) != 0 || ::listen(listener_, SOMAXCONN) != 0 ||
      ::getsockname(listener_, raw, &size) != 0 || ::pipe(pipe.data()) != 0) {
    throw std::runtime_error("no wire to Redis");
  }
  port_ = ntohs(address.sin_port);
  end_ = pipe[0];
  ends_ = pipe[1];
  thread_ = std::thread([this] { run(); });
}

RedisWire::~RedisWire() {
  ::close(ends_);
  thread_.join();
  connections_.clear();
  ::close(end_);
  ::close(listener_);
}

void RedisWire::cut(WireCut cut) {
  const std::scoped_lock lock(mutex_);
  cut_ = std::move(cut);
}

void RedisWire::tell_time(std::function<std::string(long long seconds)> reply) {
  const std::scoped_lock lock(mutex_);
  time_ = std::move(reply);
}

void RedisWire::run() {
  for (;;) {
    std::vector<pollfd> waits{{end_, POLLIN, 0}, {listener_, POLLIN, 0}};
    for (const auto& connection : connections_) {
      waits.push_back({connection->client(), POLLIN, 0});
      waits.push_back({connection->server(), POLLIN, 0});
    }
    if (::poll(waits.data(), waits.size(), until_next_arrival()) < 0) continue;
    if (waits[0].revents != 0) return;
    for (std::size_t i = 0; i < connections_.size(); ++i) {
      Connection& connection = *connections_[i];
      if (waits[2 + 2 * i].revents != 0) pass_on_question(connection);
      if (waits[3 + 2 * i].revents != 0 && !connection.is_over()) pass_on_answer(connection);
      while (!connection.is_over() && connection.holds() && connection.next() <= Clock::now()) {
        arrive(connection, connection.take());
      }
    }
    std::erase_if(connections_, [](const auto& connection) { return connection->is_over(); });
    if (waits[1].revents != 0) accept_one();
  }
}

// Where the server does not answer, the client finds its connection closed.
void RedisWire::accept_one() {
  const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (client < 0) return;
  auto connection = std::make_unique<Connection>(client, new_socket());
  const sockaddr_in address = on_loopback(server_);
  const auto* const raw = reinterpret_cast<const sockaddr*>(&address);
  if (::connect(connection->server(), raw, sizeof address) != 0) return;
  send_at_once(connection->client());
  send_at_once(connection->server());
  connections_.push_back(std::move(connection));
}

// Marked before the server hears of it, so that its answer cannot be there already.
void RedisWire::pass_on_question(Connection& connection) {
  std::array<char, 64 << 10> buffer;
  const ssize_t size = ::recv(connection.client(), buffer.data(), buffer.size(), 0);
  if (size <= 0) return connection.end();
  const std::string_view bytes(buffer.data(), static_cast<std::size_t>(size));
  {
    const std::scoped_lock lock(mutex_);
    if (cut_.times > 0 && connection.asks(cut_.asked, bytes)) {
      --cut_.times;
      connection.cut_after(cut_.after);
    }
  }
  if (!send_all(connection.server(), bytes)) connection.end();
}

void RedisWire::pass_on_answer(Connection& connection) {
  std::array<char, 64 << 10> buffer;
  const ssize_t size = ::recv(connection.server(), buffer.data(), buffer.size(), 0);
  if (size <= 0) return connection.end();
  const std::chrono::milliseconds delay(delay_);
  connection.hold(Clock::now() + delay,
                  with_another_time({buffer.data(), static_cast<std::size_t>(size)}));
}

// The answer to TIME is short, and comes in one piece with what is asked for beside it.
std::string RedisWire::with_another_time(std::string bytes) {
  static const std::regex answer("\\*2\r\n\\$10\r\n([0-9]{10})\r\n\\$[1-6]\r\n[0-9]+\r\n");
  const std::scoped_lock lock(mutex_);
  std::smatch found;
  if (!time_ || !std::regex_search(bytes, found, answer)) return bytes;
  const std::string other = time_(std::stoll(found[1].str()));
  return bytes.replace(
      static_cast<std::size_t>(found.position()), static_cast<std::size_t>(found.length()), other);
}

// -1: there is none.
int RedisWire::until_next_arrival() const {
  int wait = -1;
  for (const auto& connection : connections_) {
    if (!connection->holds()) continue;
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(connection->next() - Clock::now()).count();
    const int due = static_cast<int>(std::max<long long>(left, 0));
    wait = wait < 0 ? due : std::min(wait, due);
  }
  return wait;
}

void RedisWire::arrive(Connection& connection, std::string_view bytes) {
  if (!send_all(connection.client(), bytes.substr(0, connection.arrives(bytes)))) {
    connection.end();
  }
  if (!connection.is_cut()) return;
  ++cuts_;
  connection.end();
}

}  // namespace hawkcache::testing_support
