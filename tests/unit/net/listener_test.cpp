#include "net/listener.hpp"

#include "unit/net/scripted_origin.hpp"

#include <atomic>
#include <cstdint>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

namespace hawkcache::net::test {
namespace {

constexpr std::string_view kRequest = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr std::string_view kResponse = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

class AlwaysOk final : public RequestHandler {
 public:
  TryHandled try_handle(const Request&,
                        http::Persistence,
                        PreparedResponse& out) noexcept override {
    out.buffers.assign({asio::buffer(kResponse)});
    return TryHandled::yes;
  }
  Awaitable<void> handle(ClientExchange&) override { co_return; }
  void finished(const Request&, std::uint64_t, const ErrorCode&) noexcept override {}
  void rejected(std::uint64_t) noexcept override {}
};

// A client with a blocking socket; its descriptor is taken before it connects.
class Client {
 public:
  explicit Client(int family = AF_INET)
      : socket_(::socket(family, SOCK_STREAM, 0)), family_(family) {
    limit_waiting(socket_.get());
  }
  bool connect(std::uint16_t port) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    v6.sin6_addr = in6addr_loopback;
    if (family_ == AF_INET6) return connect_to(v6);
    return connect_to(v4);
  }
  // Before it connects. 0: any port.
  void bind_to(std::uint16_t port) {
    sockaddr_in own{};
    own.sin_family = AF_INET;
    own.sin_port = htons(port);
    own.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int yes = 1;
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    ASSERT_EQ(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&own), sizeof own), 0);
  }
  std::uint16_t port() const {
    sockaddr_in own{};
    socklen_t size = sizeof own;
    ::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&own), &size);
    return ntohs(own.sin_port);
  }
  // So that nothing is left of the connection, and its port is free at once.
  void reset() {
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    socket_.close();
  }
  void send_request() {
    ASSERT_EQ(::send(socket_.get(), kRequest.data(), kRequest.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(kRequest.size()));
  }
  std::string receive() {
    std::string received(kResponse.size(), '\0');
    const ssize_t size = ::recv(socket_.get(), received.data(), received.size(), MSG_WAITALL);
    received.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return received;
  }
  std::string ask() {
    send_request();
    return receive();
  }
  void close() { socket_.close(); }

 private:
  template <class Address>
  bool connect_to(const Address& address) {
    return ::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) ==
           0;
  }

  FileDescriptor socket_;
  int family_;
};

class ListenerTest : public testing::Test {
 protected:
  ListenerTest() {
    for (std::size_t i = 0; i < 2; ++i) {
      workers_.push_back(std::make_unique<Worker>(i, clock_));
      workers.push_back(workers_.back().get());
      workers.back()->start();
    }
  }
  ~ListenerTest() override {
    listener.reset();
    for (Worker* worker : workers) worker->stop();
    for (Worker* worker : workers) worker->join();
  }

  void listen(ListenAddress address, std::size_t max_connections = 1000) {
    Result<std::unique_ptr<Listener>> bound = Listener::bind(address, workers);
    ASSERT_TRUE(bound.has_value()) << bound.error().message();
    listener = std::move(*bound);
    gauge = std::make_shared<ConnectionGauge>(max_connections);
    listener->start(
        ConnectionSettings{},
        [this](Worker& worker) -> std::unique_ptr<RequestHandler> {
          if (fails_once.exchange(false)) throw std::runtime_error("a defect");
          last_served_by = worker.index();
          return std::make_unique<AlwaysOk>();
        },
        gauge);
  }
  // A port of a client whose connections the kernel gives to that worker: it decides by the
  // addresses of both sides.
  std::uint16_t client_port_of(std::size_t worker) {
    for (int i = 0; i < 100; ++i) {
      Client client;
      client.bind_to(0);
      EXPECT_TRUE(client.connect(listener->port()));
      EXPECT_EQ(client.ask(), kResponse);
      const std::uint16_t port = client.port();
      client.reset();
      if (last_served_by == worker) return port;
    }
    ADD_FAILURE() << "no connection for worker " << worker;
    return 0;
  }
  // What has been posted to the workers so far has been done after this.
  void let_workers_catch_up() {
    for (Worker* worker : workers) {
      std::promise<void> reached;
      worker->post([&] { reached.set_value(); });
      reached.get_future().wait();
    }
  }

  const SystemClock clock_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<Worker*> workers;
  std::shared_ptr<ConnectionGauge> gauge;
  std::atomic<std::size_t> last_served_by{0};
  std::atomic<bool> fails_once{false};  // making a handler
  std::unique_ptr<Listener> listener;
};

TEST_F(ListenerTest, ServesConnectionsOnAPortItHasPicked) {
  listen({.host = "127.0.0.1", .port = 0});
  EXPECT_NE(listener->port(), 0);
  for (int i = 0; i < 10; ++i) {
    Client client;
    ASSERT_TRUE(client.connect(listener->port()));
    EXPECT_EQ(client.ask(), kResponse);
  }
}

TEST_F(ListenerTest, NoticesThatAPortIsTaken) {
  listen({.host = "127.0.0.1", .port = 0});
  const auto second = Listener::bind({.host = "127.0.0.1", .port = listener->port()}, workers);
  ASSERT_TRUE(second.has_error());
  EXPECT_EQ(second.error(), asio::error::address_in_use);
}

TEST_F(ListenerTest, RefusesAddressesThatAreNotHere) {
  for (const char* host : {"192.0.2.1", "name.invalid", ""}) {
    SCOPED_TRACE(host);
    EXPECT_TRUE(Listener::bind({.host = host, .port = 0}, workers).has_error());
  }
}

TEST_F(ListenerTest, TakesBothFamiliesOnTheUnspecifiedAddress) {
  listen({.host = "::", .port = 0});
  for (const int family : {AF_INET, AF_INET6}) {
    SCOPED_TRACE(family);
    Client client(family);
    ASSERT_TRUE(client.connect(listener->port()));
    EXPECT_EQ(client.ask(), kResponse);
  }
}

TEST_F(ListenerTest, LeavesIpv4ToAnotherWhenToldSo) {
  // The port that is free for IPv6 may still be busy for IPv4, with what is left of other
  // connections: so another try or two.
  bool both = false;
  for (int i = 0; i < 20 && !both; ++i) {
    listen({.host = "::", .port = 0, .v6_only = true});
    both = Listener::bind({.host = "0.0.0.0", .port = listener->port()}, workers).has_value();
  }
  EXPECT_TRUE(both);
}

TEST_F(ListenerTest, BindsEveryAddressOfAName) {
  listen({.host = "localhost", .port = 0});
  Client client;
  ASSERT_TRUE(client.connect(listener->port()));
  EXPECT_EQ(client.ask(), kResponse);
}

TEST_F(ListenerTest, AcceptsNobodyAfterStop) {
  listen({.host = "127.0.0.1", .port = 0});
  Client before;
  ASSERT_TRUE(before.connect(listener->port()));
  EXPECT_EQ(before.ask(), kResponse);
  listener->stop();
  let_workers_catch_up();
  Client after;
  EXPECT_FALSE(after.connect(listener->port()));
  EXPECT_EQ(before.ask(), kResponse);
}

TEST_F(ListenerTest, HoldsBackConnectionsWhileThereAreTooMany) {
  listen({.host = "127.0.0.1", .port = 0}, 1);
  Client first;
  ASSERT_TRUE(first.connect(listener->port()));
  EXPECT_EQ(first.ask(), kResponse);
  Client second;
  ASSERT_TRUE(second.connect(listener->port()));
  second.send_request();
  EXPECT_EQ(first.ask(), kResponse);
  EXPECT_EQ(gauge->open(), 1U);
  first.close();
  EXPECT_EQ(second.receive(), kResponse);
  EXPECT_EQ(gauge->open(), 1U);
}

TEST_F(ListenerTest, IdleConnectionsOfOneWorkerMakeRoomForThoseOfAnother) {
  listen({.host = "127.0.0.1", .port = 0}, 1);
  const std::uint16_t port_of_first = client_port_of(0);
  const std::uint16_t port_of_second = client_port_of(1);
  Client idle;
  idle.bind_to(port_of_first);
  ASSERT_TRUE(idle.connect(listener->port()));
  EXPECT_EQ(idle.ask(), kResponse);
  ASSERT_EQ(last_served_by, 0U);
  Client other;
  other.bind_to(port_of_second);
  ASSERT_TRUE(other.connect(listener->port()));
  EXPECT_EQ(other.ask(), kResponse);
  EXPECT_EQ(last_served_by, 1U);
  EXPECT_EQ(idle.receive(), "") << "it was closed";
}

TEST_F(ListenerTest, GoesOnAcceptingAfterAnException) {
  listen({.host = "127.0.0.1", .port = 0}, 1);
  const std::uint16_t port = client_port_of(0);
  fails_once = true;
  Client lost;
  lost.bind_to(port);
  ASSERT_TRUE(lost.connect(listener->port()));
  EXPECT_EQ(lost.receive(), "") << "it was closed";
  lost.reset();
  Client next;
  next.bind_to(port);
  ASSERT_TRUE(next.connect(listener->port()));
  EXPECT_EQ(next.ask(), kResponse) << "by the same worker, in the place that is free again";
  EXPECT_EQ(last_served_by, 0U);
}

TEST_F(ListenerTest, AcceptsAgainAfterDescriptorsWereShort) {
  listen({.host = "127.0.0.1", .port = 0});
  Client client;
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const int lowest_free = ::dup(0);
  ::close(lowest_free);
  const rlimit none_left{.rlim_cur = static_cast<rlim_t>(lowest_free), .rlim_max = before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none_left), 0);
  const bool connected = client.connect(listener->port());
  client.send_request();
  for (int i = 0; i < 100; ++i) let_workers_catch_up();
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  ASSERT_TRUE(connected);
  EXPECT_EQ(client.receive(), kResponse);
}

}  // namespace
}  // namespace hawkcache::net::test
