#include "net/upstream_connection.hpp"

#include "unit/net/loop.hpp"
#include "unit/net/scripted_origin.hpp"

#include <array>

#include <gtest/gtest.h>

namespace hawkcache::net::test {
namespace {

struct Bell final : Deadline::Listener {
  void deadline_expired() noexcept override { rung = true; }
  bool rung = false;
};

TEST(UpstreamConnection, ATimeThatPassedWhileNobodyWaitedIsFoundByTheNextRead) {
  ScriptedOrigin origin([](ScriptedOrigin& self) {
    OriginConnection connection = self.accept();
    EXPECT_EQ(connection.read_to_end(), "");
  });
  Loop loop;
  UpstreamConnection connection(loop.worker, 0);
  const asio::ip::tcp::endpoint endpoint(asio::ip::address_v4::loopback(), origin.port());
  ASSERT_FALSE(loop.run(connection.connect(endpoint, Duration(20'000))));
  std::array<char, 8> space;
  EXPECT_EQ(connection.read_now(space).state, UpstreamConnection::Read::State::again);

  connection.limit_reading(Duration(1));
  Bell later;
  Deadline deadline(loop.worker.deadlines(), later);
  deadline.arm(Duration(1));
  loop.turn_until([&] { return later.rung; });
  EXPECT_EQ(connection.read_now(space).error, Errc::upstream_timeout);
  origin.join();
}

}  // namespace
}  // namespace hawkcache::net::test
