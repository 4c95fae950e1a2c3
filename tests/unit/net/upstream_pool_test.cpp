// Connections: kept or new, how often a request may be sent.
#include "net/upstream_pool.hpp"

#include "unit/net/upstream_fixture.hpp"

#include <future>
#include <vector>

namespace hawkcache::net::test {
namespace {

using UpstreamPoolTest = UpstreamTest;

TEST_F(UpstreamPoolTest, ReusesAConnection) {
  ScriptedOrigin origin([](ScriptedOrigin& self) {
    OriginConnection connection = self.accept();
    for (int i = 0; i < 3; ++i) {
      EXPECT_EQ(connection.read_head(), kGet);
      connection.write(kAnswer);
    }
  });
  use({origin.port()});
  for (int i = 0; i < 3; ++i) EXPECT_EQ(fetch(get()).body, "ok");
  origin.join();
}

TEST_F(UpstreamPoolTest, SendsHeadAndWholeBodyTogether) {
  ScriptedOrigin origin([](ScriptedOrigin& self) {
    OriginConnection connection = self.accept();
    EXPECT_EQ(connection.read(kPost.size() + 2), std::string(kPost) + "hi");
    connection.write(kAnswer);
  });
  use({origin.port()});
  EXPECT_EQ(fetch(post()).status, 200);
  origin.join();
}

TEST_F(UpstreamPoolTest, DiscardsAConnectionThatWasClosedWhileIdle) {
  std::promise<void> closed;
  ScriptedOrigin origin([&](ScriptedOrigin& self) {
    OriginConnection first = self.accept();
    first.read_head();
    first.write(kAnswer);
    first.close();
    closed.set_value();
    OriginConnection second = self.accept();
    second.read(kPost.size() + 2);
    second.write(kAnswer);
  });
  use({origin.port()});
  EXPECT_EQ(fetch(get()).body, "ok");
  closed.get_future().wait();
  // Seen before anything was sent, so that even a POST is safe.
  EXPECT_EQ(fetch(post()).body, "ok");
  origin.join();
}

TEST_F(UpstreamPoolTest, DiscardsAConnectionOnWhichTheServerSpokeUnasked) {
  std::promise<void> answered;
  std::promise<void> spoken;
  ScriptedOrigin origin([&](ScriptedOrigin& self) {
    OriginConnection first = self.accept();
    first.read_head();
    first.write(kAnswer);
    answered.get_future().wait();  // what came along with the answer would be part of it
    first.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
    spoken.set_value();
    OriginConnection second = self.accept();
    second.read_head();
    second.write(kAnswer);
  });
  use({origin.port()});
  EXPECT_EQ(fetch(get()).body, "ok");
  answered.set_value();
  spoken.get_future().wait();
  EXPECT_EQ(fetch(get()).body, "ok");
  origin.join();
}

// The server closes at the moment when the request is under way to it.
void answer_once_then_hang_up(ScriptedOrigin& self, std::string_view request) {
  OriginConnection first = self.accept();
  first.read_head();
  first.write(kAnswer);
  first.read(request.size());
  first.close();
}

TEST_F(UpstreamPoolTest, RepeatsAGetUnseenWhenAKeptConnectionWasJustClosing) {
  ScriptedOrigin origin([](ScriptedOrigin& self) {
    answer_once_then_hang_up(self, kGet);
    OriginConnection second = self.accept();
    second.read_head();
    second.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nagain");
  });
  use({origin.port()});
  EXPECT_EQ(fetch(get()).body, "ok");
  EXPECT_EQ(fetch(get()).body, "again");
  origin.join();
}

TEST_F(UpstreamPoolTest, RepeatsAGetOnlyOnce) {
  ScriptedOrigin origin([](ScriptedOrigin& self) {
    answer_once_then_hang_up(self, kGet);
    OriginConnection second = self.accept();
    second.read_head();
    second.close();
  });
  use({origin.port()});
  EXPECT_EQ(fetch(get()).body, "ok");
  EXPECT_EQ(fetch(get()).start_error, Errc::upstream_closed);
  origin.join();
  EXPECT_FALSE(origin.has_caller());
}

TEST_F(UpstreamPoolTest, NeverSendsAPostTwice) {
  ScriptedOrigin origin(
      [](ScriptedOrigin& self) { answer_once_then_hang_up(self, std::string(kPost) + "hi"); });
  use({origin.port()});
  EXPECT_EQ(fetch(get()).body, "ok");
  EXPECT_EQ(fetch(post()).start_error, Errc::upstream_closed);
  origin.join();
  EXPECT_FALSE(origin.has_caller());
}

TEST_F(UpstreamPoolTest, DoesNotRepeatAfterTheFirstByteOfAnAnswer) {
  ScriptedOrigin origin([](ScriptedOrigin& self) {
    OriginConnection connection = self.accept();
    connection.read_head();
    connection.write(kAnswer);
    connection.read_head();
    connection.write("HTTP/1.1 2");
    connection.close();
  });
  use({origin.port()});
  EXPECT_EQ(fetch(get()).body, "ok");
  EXPECT_EQ(fetch(get()).start_error, Errc::upstream_closed);
  origin.join();
  EXPECT_FALSE(origin.has_caller());
}

// Answers one request on each of two connections; the first one has to be closed by us when
// `request` comes on the second.
void expect_two_connections(ScriptedOrigin& self, std::string_view request) {
  OriginConnection first = self.accept();
  first.read_head();
  first.write(kAnswer);
  OriginConnection second = self.accept();
  second.read(request.size());
  second.write(kAnswer);
}

TEST_F(UpstreamPoolTest, SendsAPostOnANewConnectionWhenTheKeptOneHasRested) {
  ScriptedOrigin origin(
      [](ScriptedOrigin& self) { expect_two_connections(self, std::string(kPost) + "hi"); });
  use({origin.port()});
  EXPECT_EQ(fetch(get()).body, "ok");
  loop.clock.advance(Duration(1001));
  EXPECT_EQ(fetch(post()).body, "ok");
  origin.join();
}

TEST_F(UpstreamPoolTest, LeavesAConnectionThatIsTooOld) {
  ScriptedOrigin origin([](ScriptedOrigin& self) { expect_two_connections(self, kGet); });
  settings.keepalive_timeout = Duration(5000);
  use({origin.port()});
  EXPECT_EQ(fetch(get()).body, "ok");
  loop.clock.advance(Duration(5001));
  EXPECT_EQ(fetch(get()).body, "ok");
  origin.join();
}

TEST_F(UpstreamPoolTest, KeepsNoneWhenToldSo) {
  ScriptedOrigin origin([](ScriptedOrigin& self) {
    for (int i = 0; i < 2; ++i) {
      OriginConnection connection = self.accept();
      connection.read_head();
      connection.write(kAnswer);
      EXPECT_EQ(connection.read_to_end(), "");
    }
  });
  settings.max_idle = 0;
  use({origin.port()});
  EXPECT_EQ(fetch(get()).body, "ok");
  EXPECT_EQ(fetch(get()).body, "ok");
  origin.join();
}

TEST_F(UpstreamPoolTest, ClosesWhatIsIdleWhenItIsReplaced) {
  ScriptedOrigin origin([](ScriptedOrigin& self) {
    OriginConnection connection = self.accept();
    connection.read_head();
    connection.write(kAnswer);
    EXPECT_EQ(connection.read_to_end(), "");
  });
  use({origin.port()});
  EXPECT_EQ(fetch(get()).body, "ok");
  upstream.reset();
  bool retired = false;
  loop.worker.post([&] { retired = true; });
  loop.turn_until([&] { return retired; });
  origin.join();
}

TEST_F(UpstreamPoolTest, FindsAServerByName) {
  ScriptedOrigin origin([](ScriptedOrigin& self) {
    OriginConnection connection = self.accept();
    connection.read_head();
    connection.write(kAnswer);
  });
  settings.servers.push_back({"localhost", origin.port()});
  use({});
  EXPECT_EQ(fetch(get()).body, "ok");
  origin.join();
}

TEST_F(UpstreamPoolTest, SaysSoWhereANameHasNoAddress) {
  settings.servers.push_back({"name.invalid", 80});
  settings.connect_timeout = Duration(15000);
  use({});
  EXPECT_EQ(fetch(get()).start_error, Errc::upstream_unresolved);
}

TEST_F(UpstreamPoolTest, GivesUpAServerThatDoesNotAcceptInTime) {
  // A full queue of unaccepted connections: the kernel ignores further ones.
  FileDescriptor listener(::socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  ASSERT_EQ(::bind(listener.get(), generic, size), 0);
  ASSERT_EQ(::listen(listener.get(), 0), 0);
  ASSERT_EQ(::getsockname(listener.get(), generic, &size), 0);
  std::vector<FileDescriptor> callers;
  for (int i = 0; i < 4; ++i) {
    callers.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
    ::connect(callers.back().get(), generic, size);
  }
  settings.connect_timeout = Duration(50);
  use({ntohs(address.sin_port)});
  EXPECT_EQ(fetch(get()).start_error, Errc::upstream_connect_timeout);
}

}  // namespace
}  // namespace hawkcache::net::test
