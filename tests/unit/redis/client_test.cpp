#include "redis/client.hpp"

#include "unit/redis/client_fixture.hpp"
#include "unit/redis/scripted_redis.hpp"

#include <atomic>
#include <future>

namespace hawkcache::redis {
namespace {

using namespace test;

TEST_F(ClientTest, AsksAndIsAnswered) {
  ScriptedRedis server([](ScriptedRedis& self) {
    RedisConnection connection = self.welcome();
    EXPECT_EQ(connection.read_command(), (Words{"GET", "a"}));
    EXPECT_EQ(connection.read_command(), (Words{"SET", "b", "1"}));
    connection.write("$1\r\n7\r\n+OK\r\n");
  });
  connect_to(server.port());
  EXPECT_EQ(text_of(call(commands(get("a"), set("b", "1")))), "7 +OK");
  server.join();
}

TEST_F(ClientTest, PipelinesCallsAndAnswersThemInOrder) {
  constexpr int kCalls = 500;
  ScriptedRedis server([](ScriptedRedis& self) {
    RedisConnection connection = self.welcome();
    // All of them are there before any is answered.
    std::string answers;
    for (int i = 0; i < kCalls; ++i) answers += bulk(connection.read_command().at(1));
    connection.write(answers);
  });
  connect_to(server.port());
  std::vector<std::shared_ptr<Pending>> calls;
  for (int i = 0; i < kCalls; ++i) calls.push_back(start(commands(get(std::to_string(i)))));
  for (std::size_t i = 0; i < kCalls; ++i) EXPECT_EQ(end(calls[i]), std::to_string(i));
  server.join();
  EXPECT_EQ(figures.commands, 500U);
  EXPECT_EQ(figures.waiting, 0);
  EXPECT_EQ(figures.connects, 1U);
  std::uint64_t observed = 0;
  for (const auto& bucket : figures.latency) observed += bucket;
  EXPECT_EQ(observed, 500U);
}

TEST_F(ClientTest, UnderstandsAnswersThatComeByteByByte) {
  ScriptedRedis server([](ScriptedRedis& self) {
    RedisConnection connection = self.welcome();
    connection.read_command();
    for (const char byte : std::string("*2\r\n$2\r\nab\r\n*2\r\n:-7\r\n$-1\r\n"))
      connection.write(std::string_view(&byte, 1));
  });
  connect_to(server.port());
  EXPECT_EQ(ask(get("a")), "[ab, [:-7, (nil)]]");
  server.join();
}

}  // namespace
}  // namespace hawkcache::redis
