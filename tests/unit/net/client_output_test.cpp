// Two coroutines that write to one client whose socket is full.
#include "net/client_output.hpp"

#include "unit/net/loop.hpp"

#include <array>
#include <string>
#include <string_view>

#include <boost/asio/ip/tcp.hpp>
#include <gtest/gtest.h>

namespace hawkcache::net::test {
namespace {

using asio::ip::tcp;

// More than what the kernel may still make room for by itself, while nobody reads.
constexpr std::size_t kMuch = 40'000;

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

class ClientOutputTest : public testing::Test {
 protected:
  ClientOutputTest() {
    asio::basic_socket_acceptor<tcp, Executor> acceptor(
        loop.worker.executor(), tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    client.open(tcp::v4());
    client.set_option(asio::socket_base::receive_buffer_size(4096));
    client.connect(acceptor.local_endpoint());
    acceptor.accept(server);
    server.set_option(asio::socket_base::send_buffer_size(4096));
    server.non_blocking(true);
  }

  // Interim responses until so much of them is left unsent; returns all of them.
  static std::string fill_up(ClientOutput& output, std::size_t unsent) {
    std::string all;
    for (int number = 0; output.interim().unsent().size() < unsent; ++number) {
      const std::string head =
          "HTTP/1.1 103 Early Hints\r\nX-Number: " + std::to_string(number) + "\r\n\r\n";
      output.write_interim(103, head);
      all += head;
    }
    return all;
  }
  std::string read(std::size_t size) {
    std::string received;
    std::array<char, 1024> space;
    while (received.size() < size) {
      loop.worker.context().poll();
      received.append(space.data(), client.receive(asio::buffer(space)));
    }
    return received;
  }
  template <class T>
  void spawn(Awaitable<T> coroutine, bool& done) {
    asio::co_spawn(loop.worker.executor(),
                   std::move(coroutine),
                   [&done](const std::exception_ptr&, T error) { done = !error; });
    loop.worker.context().poll();
  }

  Loop loop;
  Socket client{loop.worker.executor()};
  Socket server{loop.worker.executor()};
  ClientOutput output{loop.worker, server, Duration(20'000)};
};

TEST_F(ClientOutputTest, TheResponseWaitsForTheInterimResponsesBeforeIt) {
  output.begin_interim(http::Version::http_1_1, InterimQueue::Continue::not_expected);
  const std::string interim = fill_up(output, kMuch);
  const std::string response(20'000, 'r');
  const std::array<asio::const_buffer, 1> buffers{asio::buffer(response)};
  bool written = false;
  spawn(output.write(buffers), written);
  EXPECT_FALSE(written);
  output.write_interim(103, "too late");
  EXPECT_EQ(read(interim.size() + response.size()), interim + response);
  loop.turn_until([&] { return written; });
  EXPECT_EQ(output.written(), response.size());
}

TEST_F(ClientOutputTest, AResponseThatIsTriedFirstStandsBehindTheInterimResponsesToo) {
  output.begin_interim(http::Version::http_1_1, InterimQueue::Continue::not_expected);
  const std::string interim = fill_up(output, kMuch);
  const std::string response(20'000, 'r');
  const std::array<asio::const_buffer, 1> buffers{asio::buffer(response)};
  EXPECT_EQ(output.write_response_now(buffers), asio::error::would_block);
  EXPECT_EQ(output.written(), 0U);
  bool written = false;
  spawn(output.write({}), written);
  EXPECT_EQ(read(interim.size() + response.size()), interim + response);
  loop.turn_until([&] { return written; });
  EXPECT_EQ(output.written(), response.size());
}

TEST_F(ClientOutputTest, AResponseIsHeldBackUntilTheOthersHaveComeAsFar) {
  output.begin_interim(http::Version::http_1_1, InterimQueue::Continue::not_expected);
  const std::string response = "response";
  const std::array<asio::const_buffer, 1> buffers{asio::buffer(response)};
  EXPECT_EQ(output.write_response_now(buffers), asio::error::would_block);
  std::uint64_t written_before = 1;
  const Executor executor = loop.worker.executor();
  // Behind what follows here, and ahead of the turn that it waits for.
  asio::post(executor,
             [&, executor] { asio::post(executor, [&] { written_before = output.written(); }); });
  bool written = false;
  spawn(output.write({}), written);
  EXPECT_TRUE(written);
  EXPECT_EQ(written_before, 0U);
  EXPECT_EQ(read(response.size()), response);
}

TEST_F(ClientOutputTest, WhatFollowsTheFirstPieceIsNotHeldBack) {
  output.begin_interim(http::Version::http_1_1, InterimQueue::Continue::not_expected);
  const std::array<asio::const_buffer, 1> buffers{asio::buffer("piece", 5)};
  EXPECT_EQ(output.write_response_now(buffers), asio::error::would_block);
  EXPECT_FALSE(loop.run(output.write({})));
  EXPECT_FALSE(output.write_response_now(buffers));
  EXPECT_EQ(read(10), "piecepiece");
}

TEST_F(ClientOutputTest, AResponseThatOvertakesA100StandsBehindIt) {
  output.begin_interim(http::Version::http_1_1, InterimQueue::Continue::expected);
  const std::string interim = fill_up(output, kMuch);
  const std::string response(20'000, 'r');
  const std::array<asio::const_buffer, 1> buffers{asio::buffer(response)};
  bool given = false;
  bool written = false;
  spawn(output.give_continue(), given);
  spawn(output.write(buffers), written);
  EXPECT_FALSE(given);
  EXPECT_FALSE(written);
  const std::string all = interim + std::string(kContinue) + response;
  EXPECT_EQ(read(all.size()), all);
  loop.turn_until([&] { return given && written; });
  EXPECT_EQ(output.written(), response.size());
}

TEST_F(ClientOutputTest, AClientThatTakesNothingIsGivenUp) {
  ClientOutput impatient{loop.worker, server, Duration(30)};
  impatient.begin_interim(http::Version::http_1_1, InterimQueue::Continue::expected);
  fill_up(impatient, kMuch);
  EXPECT_EQ(loop.run(impatient.give_continue()), Errc::client_timeout);
  EXPECT_FALSE(impatient.broken()) << "the response may still find room";
  const std::array<asio::const_buffer, 1> buffers{asio::buffer("response", 8)};
  EXPECT_EQ(loop.run(impatient.write(buffers)), Errc::client_timeout);
  EXPECT_TRUE(impatient.broken());
}

}  // namespace
}  // namespace hawkcache::net::test
