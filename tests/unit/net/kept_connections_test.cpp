#include "net/kept_connections.hpp"

#include "unit/net/loop.hpp"

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>
#include <poll.h>

namespace hawkcache::net {
namespace {

using asio::ip::tcp;
using Use = KeptConnections::Use;

constexpr std::size_t kServer = 0;

// Connections to a server whose other ends the test holds.
class KeptConnectionsTest : public ::testing::Test {
 protected:
  // A connection that is kept, the server's end of it at the back of `ends`.
  UpstreamConnection* keep_new() {
    auto connection = std::make_shared<UpstreamConnection>(loop.worker, kServer);
    const ErrorCode failed =
        loop.run(connection->connect(acceptor.local_endpoint(), Duration(20'000)));
    EXPECT_FALSE(failed) << failed.message();
    ends.push_back(std::make_unique<tcp::socket>(acceptor.accept()));
    UpstreamConnection* kept_one = connection.get();
    kept.keep(std::move(connection));
    return kept_one;
  }
  UpstreamConnectionPtr take(Use use = Use::repeatable) {
    return kept.take(kServer, use, loop.clock.steady());
  }
  void close_end(std::size_t number) { ends[number]->close(); }
  void speak_at(std::size_t number) {
    asio::write(*ends[number], asio::buffer(std::string_view("HTTP/1.1 408 Request Timeout\r\n")));
  }
  // Whether our side has closed.
  bool is_closed(std::size_t number) {
    pollfd look{ends[number]->native_handle(), POLLRDHUP, 0};
    return ::poll(&look, 1, 0) == 1;
  }
  static void wait_until_heard(UpstreamConnection* connection) {
    pollfd look{connection->descriptor(), POLLIN, 0};
    ASSERT_EQ(::poll(&look, 1, 20'000), 1);
  }
  // What `steps` does, it does within one turn.
  template <class Steps>
  void in_a_turn(Steps steps) {
    const auto turn = [this, &steps]() -> Awaitable<bool> {
      Turns::Place place;
      co_await loop.worker.turns().wait(place, asio::deferred);
      steps();
      co_return true;
    };
    loop.run(turn());
  }

  // In one turn; the order stays.
  void take_and_keep(std::size_t count) {
    in_a_turn([&] {
      std::vector<UpstreamConnectionPtr> taken(count);
      for (UpstreamConnectionPtr& one : taken) one = take();
      for (; !taken.empty(); taken.pop_back()) kept.keep(std::move(taken.back()));
    });
  }

  asio::io_context server;
  tcp::acceptor acceptor{server, {asio::ip::address_v4::loopback(), 0}};
  std::vector<std::unique_ptr<tcp::socket>> ends;
  test::Loop loop;
  KeptConnections kept{loop.worker, 1, {.max_per_server = 64, .keepalive_timeout = Duration(5000)}};
};

TEST_F(KeptConnectionsTest, OneOnWhichTheServerDidSomethingIsNotTaken) {
  UpstreamConnection* quiet = keep_new();
  EXPECT_EQ(take().get(), quiet);

  UpstreamConnection* closed = keep_new();
  close_end(1);
  wait_until_heard(closed);
  EXPECT_EQ(take(), nullptr);

  UpstreamConnection* spoken = keep_new();
  speak_at(2);
  wait_until_heard(spoken);
  EXPECT_EQ(take(), nullptr);
}

TEST_F(KeptConnectionsTest, OneThatIsTooOldIsNotTaken) {
  const UpstreamConnection* one = keep_new();
  loop.clock.advance(Duration(1001));
  EXPECT_EQ(take(Use::once), nullptr);
  loop.clock.advance(Duration(3999));
  EXPECT_EQ(take().get(), one);
  keep_new();
  loop.clock.advance(Duration(5001));
  EXPECT_EQ(take(), nullptr);
}

TEST_F(KeptConnectionsTest, RequestsOfOneTurnGetQuietOnesOnly) {
  std::vector<UpstreamConnection*> all;
  for (int i = 0; i < 6; ++i) all.push_back(keep_new());
  take_and_keep(6);  // so many are looked at together in the next turn
  close_end(1);
  speak_at(4);
  wait_until_heard(all[1]);
  wait_until_heard(all[4]);
  std::vector<UpstreamConnectionPtr> taken;
  in_a_turn([&] {
    while (UpstreamConnectionPtr one = take()) taken.push_back(std::move(one));
  });
  std::vector<UpstreamConnection*> in_order;
  for (const UpstreamConnectionPtr& one : taken) in_order.push_back(one.get());
  EXPECT_EQ(in_order, (std::vector{all[5], all[3], all[2], all[0]})) << "the one used last first";
}

TEST_F(KeptConnectionsTest, OneThatWasUsedSinceItsLookIsLookedAtAgain) {
  UpstreamConnection* one = keep_new();
  in_a_turn([&] { kept.keep(take()); });
  in_a_turn([&] {
    UpstreamConnectionPtr taken = take();
    ASSERT_EQ(taken.get(), one);
    kept.keep(std::move(taken));
    close_end(0);
    wait_until_heard(one);
    EXPECT_EQ(take(), nullptr);
  });
}

// What is sent a second time may meet a closing that has come since.
TEST_F(KeptConnectionsTest, ALookIsGoodForTheRestOfItsTurnButNotForWhatIsSentOnce) {
  for (const Use use : {Use::repeatable, Use::once}) {
    SCOPED_TRACE(use == Use::once ? "once" : "repeatable");
    UpstreamConnection* first = keep_new();
    keep_new();
    take_and_keep(2);
    in_a_turn([&] {
      const UpstreamConnectionPtr last = take();
      ends[ends.size() - 2]->close();
      wait_until_heard(first);
      EXPECT_EQ(take(use).get(), use == Use::once ? nullptr : first);
    });
  }
}

TEST_F(KeptConnectionsTest, ASweepClosesAllOnWhichTheServerDidSomething) {
  constexpr std::size_t kMany = 40;  // of which thirty are looked at together
  for (std::size_t i = 0; i < kMany; ++i) keep_new();
  for (const std::size_t number : std::initializer_list<std::size_t>{0, 5, 20, 39}) {
    speak_at(number);
  }
  loop.turn_until([&] { return is_closed(0) && is_closed(5) && is_closed(20) && is_closed(39); });
  std::size_t left = 0;
  while (take()) ++left;
  EXPECT_EQ(left, kMany - 4);
}

TEST_F(KeptConnectionsTest, LooksOfATurnAreNotGoodAfterIt) {
  UpstreamConnection* first = keep_new();
  UpstreamConnection* second = keep_new();
  take_and_keep(2);
  in_a_turn([&] { kept.keep(take()); });  // both are looked at, one is taken
  close_end(0);
  wait_until_heard(first);
  in_a_turn([&] {
    const UpstreamConnectionPtr taken = take();
    EXPECT_EQ(taken.get(), second);
    EXPECT_EQ(take(), nullptr);
  });
}

}  // namespace
}  // namespace hawkcache::net
