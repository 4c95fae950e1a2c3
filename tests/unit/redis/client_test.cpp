#include "redis/client.hpp"

#include "unit/redis/client_fixture.hpp"
#include "unit/redis/scripted_redis.hpp"

#include <string>
#include <vector>

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

TEST_F(ClientTest, CarriesLargeValuesBothWays) {
  settings.stall_timeout = kLong;
  const std::string large(9u << 20, 'x');
  ScriptedRedis server([&](ScriptedRedis& self) {
    RedisConnection connection = self.welcome();
    EXPECT_EQ(connection.read_command(), (Words{"SET", "a", large}));
    connection.read_command();
    connection.write("+OK\r\n" + bulk(large));
  });
  connect_to(server.port());
  const Replies replies = call(commands(set("a", large), get("a")));
  EXPECT_EQ(replies[0].text, "OK");
  EXPECT_TRUE(replies[1].text == large);
  server.join();
  EXPECT_GT(figures.bytes_sent, large.size());
  EXPECT_GT(figures.bytes_received, large.size());
}

TEST_F(ClientTest, SaysWhoItIsAndWhichDatabaseItWants) {
  settings.user = "app";
  settings.password = "secret";
  settings.database = 3;
  ScriptedRedis server([](ScriptedRedis& self) {
    RedisConnection connection = self.accept();
    EXPECT_EQ(connection.read_command(), (Words{"AUTH", "app", "secret"}));
    EXPECT_EQ(connection.read_command(), (Words{"SELECT", "3"}));
    connection.write("+OK\r\n+OK\r\n");
    connection.greet();
    connection.read_command();
    connection.write("+PONG\r\n");
  });
  connect_to(server.port());
  EXPECT_EQ(ask({"", {"PING"}}), "+PONG");
  server.join();
}

TEST_F(ClientTest, NamesTheServerInItsReplies) {
  ScriptedRedis server([](ScriptedRedis& self) {
    for (const char* run_id : {"run1", "run2"}) {
      RedisConnection connection = self.accept();
      connection.greet(run_id);
      connection.read_command();
      connection.write("+PONG\r\n");
      connection.read_to_end();
    }
  });
  connect_to(server.port());
  const std::uint64_t first = call(commands(Command("", {"PING"})))[0].server;
  client->reconnect();
  const std::uint64_t second = call(commands(Command("", {"PING"})))[0].server;
  client->reconnect();
  EXPECT_NE(first, 0U);
  EXPECT_NE(second, 0U);
  EXPECT_NE(first, second);
  server.join();
}

TEST_F(ClientTest, GivesTheSourceOfAScriptThatTheServerDoesNotKnow) {
  static constexpr Command::Script kScript{"return ARGV[1]",
                                           "098e0f0d1448c0a81dafe820f66d460eb09263da"};
  ScriptedRedis server([](ScriptedRedis& self) {
    RedisConnection connection = self.welcome();
    EXPECT_EQ(connection.read_command(),
              (Words{"EVALSHA", std::string(kScript.sha1), "1", "k", "v"}));
    connection.read_command();
    connection.write("-NOSCRIPT No matching script.\r\n+OK\r\n");
    EXPECT_EQ(connection.read_command(), (Words{"EVAL", "return ARGV[1]", "1", "k", "v"}));
    connection.write("$1\r\nv\r\n");
  });
  connect_to(server.port());
  const std::vector<std::string_view> keys{"k"};
  const std::vector<std::string_view> arguments{"v"};
  EXPECT_EQ(text_of(call(commands(Command::script(kScript, keys, arguments), get("a")))), "v +OK");
  server.join();
  EXPECT_EQ(figures.command_errors, 0U);
}

TEST_F(ClientTest, LooksForTheMasterAnewWhenTheServerTakesNoWrites) {
  ScriptedRedis server([](ScriptedRedis& self) {
    RedisConnection lookups = self.welcome();
    lookups.read_command();
    lookups.write("+OK\r\n");
    RedisConnection demoted = self.welcome();
    demoted.read_command();
    demoted.write("-READONLY You can't write against a read only replica.\r\n");
    EXPECT_EQ(demoted.read_to_end(), "");
    EXPECT_EQ(lookups.read_to_end(), "");
    RedisConnection master = self.welcome();
    master.read_command();
    master.write("+OK\r\n");
  });
  connect_to(server.port());
  EXPECT_EQ(ask(get("a")), "+OK");
  EXPECT_EQ(text_of(call(commands(set("a", "1")), kLong, Lane::writes)),
            failure(Errc::store_unavailable));
  EXPECT_EQ(text_of(call(commands(set("a", "1")), kLong, Lane::writes)), "+OK");
  server.join();
}

TEST_F(ClientTest, TellsErrorsFromWhatIsOfNoUseNow) {
  ScriptedRedis server([](ScriptedRedis& self) {
    RedisConnection connection = self.welcome();
    connection.read_commands(3);
    connection.write(
        "-LOADING Redis is loading the dataset in memory\r\n-OOM no room\r\n"
        "-LOADINGS is another word\r\n");
    connection.read_to_end();
  });
  connect_to(server.port());
  EXPECT_EQ(text_of(call(commands(get("a"), get("b"), get("c")))),
            failure(Errc::store_unavailable) + " -OOM no room -LOADINGS is another word");
  EXPECT_EQ(figures.command_errors, 2U);
  client->reconnect();
  server.join();
}

TEST_F(ClientTest, HasALaneForLargeWrites) {
  ScriptedRedis server([](ScriptedRedis& self) {
    RedisConnection writes = self.welcome();
    writes.read_command();
    RedisConnection lookups = self.welcome();
    EXPECT_EQ(lookups.read_command(), (Words{"GET", "b"}));
    lookups.write("+b\r\n");
  });
  connect_to(server.port());
  EXPECT_EQ(text_of(call(commands(set("a", "1")), Duration(20), Lane::writes)),
            failure(Errc::store_timeout));
  EXPECT_EQ(ask(get("b")), "+b");
  server.join();
}

TEST_F(ClientTest, AnswersNothingWithNothing) {
  connect_to(net::test::unused_port());
  EXPECT_TRUE(call({}).empty());
}

}  // namespace
}  // namespace hawkcache::redis
