// What a client makes of servers that are not well.
#include "redis/client.hpp"
#include "unit/redis/client_fixture.hpp"
#include "unit/redis/scripted_redis.hpp"

#include <future>
#include <string>
#include <vector>

#include <boost/asio/co_spawn.hpp>

namespace hawkcache::redis {
namespace {

using namespace test;

struct Refusal {
  const char* name;
  std::string greeting;  // the server's answers
};
class RefusingServerTest : public ClientTest, public testing::WithParamInterface<Refusal> {};

TEST_P(RefusingServerTest, IsNotUsed) {
  ScriptedRedis server([](ScriptedRedis& self) {
    RedisConnection connection = self.accept();
    connection.read_commands(3);
    connection.write(GetParam().greeting);
    EXPECT_EQ(connection.read_to_end(), "");
  });
  connect_to(server.port());
  EXPECT_TRUE(ask(get("a")).starts_with("!")) << GetParam().name;
  server.join();
  EXPECT_EQ(figures.connect_failures, 1U);
  EXPECT_EQ(figures.connections, 0);
  EXPECT_EQ(figures.waiting, 0);
}

const Refusal kRefusals[] = {
    {"a replica", bulk("run_id:r\r\n") + bulk("role:slave\r\nmaster_replid:x\r\n") + "+OK\r\n"},
    {"no rights", "-NOAUTH Authentication required.\r\n-NOAUTH x\r\n-NOAUTH x\r\n"},
    {"a nameless server", bulk("") + bulk("role:master\r\n") + "+OK\r\n"},
    {"a node of a cluster",
     bulk("redis_mode:cluster\r\nrun_id:r\r\n") + bulk("role:master\r\nmaster_replid:x\r\n") +
         "+OK\r\n"},
    {"another protocol", "HTTP/1.1 400 Bad Request\r\n\r\n"},
};
INSTANTIATE_TEST_SUITE_P(All, RefusingServerTest, testing::ValuesIn(kRefusals));

TEST_F(ClientTest, FailsAllThatWaitWhenTheServerSpeaksNonsense) {
  ScriptedRedis server([](ScriptedRedis& self) {
    RedisConnection connection = self.welcome();
    connection.read_commands(2);
    connection.write("+OK\r\nwhat?\r\n");
    connection.read_to_end();
  });
  connect_to(server.port());
  const auto first = start(commands(get("a")));
  const auto second = start(commands(get("b"), get("c")));
  EXPECT_EQ(end(first), "+OK");
  EXPECT_EQ(end(second), failure(Errc::store_protocol) + " " + failure(Errc::store_protocol));
  server.join();
}

TEST_F(ClientTest, FailsAllThatWaitWhenAReplyIsCutOff) {
  ScriptedRedis server([](ScriptedRedis& self) {
    RedisConnection connection = self.welcome();
    connection.read_commands(3);
    connection.write("+OK\r\n$10\r\n01234");
    connection.close();
    self.welcome().read_to_end();
  });
  connect_to(server.port());
  const auto first = start(commands(get("a"), get("b")));
  const auto second = start(commands(get("c")));
  EXPECT_EQ(end(first), "+OK " + failure(Errc::store_unavailable));
  EXPECT_EQ(end(second), failure(Errc::store_unavailable));
  EXPECT_EQ(figures.disconnects, 1U);
  EXPECT_EQ(figures.waiting, 0);
  // The next call makes a new connection at once.
  EXPECT_EQ(ask(get("d"), Duration(30)), failure(Errc::store_timeout));
  EXPECT_EQ(figures.connects, 2U);
  client->reconnect();
  server.join();
}

TEST_F(ClientTest, DiscardsRepliesThatComeTooLate) {
  std::promise<void> late;
  ScriptedRedis server([&](ScriptedRedis& self) {
    RedisConnection connection = self.welcome();
    connection.read_commands(2);
    connection.write("+first\r\n");
    late.get_future().wait();
    connection.write("+late\r\n");
    EXPECT_EQ(connection.read_command(), (Words{"GET", "c"}));
    connection.write("+third\r\n");
  });
  connect_to(server.port());
  EXPECT_EQ(text_of(call(commands(get("a"), get("b")), Duration(30))),
            "+first " + failure(Errc::store_timeout));
  EXPECT_EQ(figures.timeouts, 1U);
  EXPECT_EQ(figures.waiting, 1);
  late.set_value();
  EXPECT_EQ(ask(get("c")), "+third");
  server.join();
}

TEST_F(ClientTest, GivesUpOnAConnectionThatHangs) {
  settings.stall_timeout = Duration(60);
  ScriptedRedis server([&](ScriptedRedis& self) {
    RedisConnection connection = self.welcome();
    connection.read_command();
    connection.read_to_end();
  });
  connect_to(server.port());
  EXPECT_EQ(ask(get("a")), failure(Errc::store_timeout));
  EXPECT_EQ(figures.disconnects, 1U);
  EXPECT_EQ(figures.connections, 0);
  server.join();
}

TEST_F(ClientTest, GivesUpOnAServerThatDoesNotIntroduceItself) {
  settings.stall_timeout = Duration(60);
  ScriptedRedis server([&](ScriptedRedis& self) { self.accept().read_to_end(); });
  connect_to(server.port());
  EXPECT_EQ(ask(get("a")), failure(Errc::store_timeout));
  EXPECT_EQ(figures.connect_failures, 1U);
  server.join();
}

// What was given up while there was no connection yet is never sent.
TEST_F(ClientTest, DoesNotSendWhatNobodyWaitsForAnyMore) {
  std::promise<void> given_up;
  ScriptedRedis server([&](ScriptedRedis& self) {
    RedisConnection connection = self.accept();
    given_up.get_future().wait();
    connection.greet();
    EXPECT_EQ(connection.read_command(), (Words{"GET", "b"}));
    connection.write("+b\r\n");
  });
  connect_to(server.port());
  EXPECT_EQ(ask(get("a"), Duration(20)), failure(Errc::store_timeout));
  EXPECT_EQ(figures.waiting, 0);
  const auto second = start(commands(get("b")));
  given_up.set_value();
  EXPECT_EQ(end(second), "+b");
  server.join();
}

TEST_F(ClientTest, RefusesWhatThereIsNoRoomFor) {
  settings.max_queue = 3;
  settings.max_queued_bytes = 1000;
  ScriptedRedis server([](ScriptedRedis& self) {
    RedisConnection connection = self.welcome();
    connection.read_commands(3);
    connection.write("+1\r\n+2\r\n+3\r\n");
    connection.read_to_end();
  });
  connect_to(server.port());
  const auto first = start(commands(get("a"), get("b")));
  const auto too_many = start(commands(get("c"), get("d")));
  const auto too_large = start(commands(set("e", std::string(1000, 'x'))));
  const auto last = start(commands(get("f")));
  EXPECT_EQ(end(too_many), failure(Errc::store_overloaded) + " " + failure(Errc::store_overloaded));
  EXPECT_EQ(end(too_large), failure(Errc::store_overloaded));
  EXPECT_EQ(end(first), "+1 +2");
  EXPECT_EQ(end(last), "+3");
  EXPECT_EQ(figures.refused, 2U);
  client->reconnect();
  server.join();
}

TEST_F(ClientTest, DoesNotTryAgainRightAfterAFailureToConnect) {
  connect_to(net::test::unused_port());
  EXPECT_EQ(ask(get("a")), failure(Errc::store_unavailable));
  EXPECT_EQ(ask(get("a")), failure(Errc::store_unavailable));
  EXPECT_EQ(figures.connect_failures, 1U);
  client->reconnect();
  EXPECT_EQ(ask(get("a")), failure(Errc::store_unavailable));
  EXPECT_EQ(figures.connect_failures, 2U);
}

TEST_F(ClientTest, NoticesThatTheServerClosed) {
  ScriptedRedis server([](ScriptedRedis& self) {
    for (int i = 0; i < 2; ++i) {
      RedisConnection connection = self.welcome();
      connection.read_command();
      connection.write("+OK\r\n");
    }
  });
  connect_to(server.port());
  EXPECT_EQ(ask(get("a")), "+OK");
  loop.turn_until([&] { return figures.disconnects == 1; });
  EXPECT_EQ(ask(get("a")), "+OK");
  server.join();
}

TEST_F(ClientTest, ClosesAConnectionThatAnswersUnasked) {
  ScriptedRedis server([](ScriptedRedis& self) {
    RedisConnection connection = self.welcome();
    connection.read_command();
    connection.write("+OK\r\n+OK\r\n");
    connection.read_to_end();
  });
  connect_to(server.port());
  EXPECT_EQ(ask(get("a")), "+OK");
  loop.turn_until([&] { return figures.disconnects == 1; });
  server.join();
}

// The worker dies with calls waiting: for a connection, for a reply.
TEST_F(ClientTest, MayDieWithCallsUnderWay) {
  std::promise<void> dead;
  ScriptedRedis server([&](ScriptedRedis& self) {
    RedisConnection connection = self.welcome();
    connection.read_command();
    connection.write("+OK\r\n");
    dead.get_future().wait();
  });
  ClientFigures counted;
  const SystemClock clock;
  {
    net::Worker worker(0, clock);
    settings.nodes = {{"127.0.0.1", server.port()}};
    client = make_client(worker, settings, counted);
    worker.start();
    std::promise<void> answered;
    const auto ignore = [](const std::exception_ptr&, const Replies&) {};
    net::asio::co_spawn(worker.executor(),
                        client->call(Lane::lookups, commands(get("a")), kLong),
                        [&](const std::exception_ptr&, const Replies&) { answered.set_value(); });
    answered.get_future().wait();
    net::asio::co_spawn(
        worker.executor(), client->call(Lane::lookups, commands(get("b")), kLong), ignore);
    net::asio::co_spawn(
        worker.executor(), client->call(Lane::writes, commands(get("b")), kLong), ignore);
    std::promise<void> begun;
    worker.post([&] { begun.set_value(); });
    begun.get_future().wait();
    worker.stop();
    worker.join();
    client.reset();
  }
  dead.set_value();
  server.join();
  EXPECT_EQ(counted.connections, 0);
  EXPECT_EQ(counted.waiting, 0);
}

// As when the configuration is loaded anew: the worker goes on.
TEST_F(ClientTest, MayBeDestroyedOnAnotherThread) {
  ScriptedRedis server([](ScriptedRedis& self) {
    RedisConnection connection = self.welcome();
    connection.read_command();
    connection.write("+OK\r\n");
    EXPECT_EQ(connection.read_to_end(), "");
  });
  ClientFigures counted;
  const SystemClock clock;
  net::Worker worker(0, clock);
  settings.nodes = {{"127.0.0.1", server.port()}};
  client = make_client(worker, settings, counted);
  worker.start();
  std::promise<std::string> answered;
  net::asio::co_spawn(worker.executor(),
                      client->call(Lane::lookups, commands(get("a")), kLong),
                      [&](const std::exception_ptr&, const Replies& replies) {
                        answered.set_value(text_of(replies));
                      });
  EXPECT_EQ(answered.get_future().get(), "+OK");
  client.reset();
  server.join();  // once its connection is closed
}

}  // namespace
}  // namespace hawkcache::redis
