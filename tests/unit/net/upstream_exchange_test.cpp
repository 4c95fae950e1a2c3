// Conversations with well-behaved, broken and hostile servers, and with clients that break off.
#include "net/upstream_exchange.hpp"

#include "unit/net/scripted_body.hpp"
#include "unit/net/upstream_fixture.hpp"

#include <chrono>
#include <future>
#include <memory>
#include <thread>

namespace hawkcache::net::test {
namespace {

using UpstreamExchangeTest = UpstreamTest;

// One request, one answer, and then a second request that must come on this connection, or on
// another one.
enum class Next { same_connection, other_connection };
ScriptedOrigin::Script answers(std::string answer, Next next) {
  return [answer = std::move(answer), next](ScriptedOrigin& self) {
    OriginConnection first = self.accept();
    first.read_head();
    first.write(answer);
    if (next == Next::same_connection) {
      first.read_head();
      first.write(kAnswer);
    } else {
      OriginConnection second = self.accept();
      second.read_head();
      second.write(kAnswer);
    }
  };
}

struct Conversation {
  const char* name;
  std::string answer;
  int status;
  std::string body;
  Next next;
};

TEST_F(UpstreamExchangeTest, ReusesAConnectionOnlyAfterAnAnswerThatEndsWhereItShould) {
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  const Conversation conversations[] = {
      {"length", ok + "Content-Length: 2\r\n\r\nok", 200, "ok", Next::same_connection},
      {"chunks",
       ok + "Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
       200,
       "ok",
       Next::same_connection},
      {"204", "HTTP/1.1 204 No Content\r\n\r\n", 204, "", Next::same_connection},
      {"early hints",
       "HTTP/1.1 103 Early Hints\r\n\r\n" + ok + "Content-Length: 2\r\n\r\nok",
       200,
       "ok",
       Next::same_connection},
      {"surplus after chunks",
       ok + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nX",
       200,
       "",
       Next::other_connection},
      {"surplus after 204", "HTTP/1.1 204 No Content\r\n\r\nX", 204, "", Next::other_connection},
      {"close",
       ok + "Connection: close\r\nContent-Length: 2\r\n\r\nok",
       200,
       "ok",
       Next::other_connection},
      {"1.0", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", 200, "ok", Next::other_connection},
  };
  for (const Conversation& c : conversations) {
    SCOPED_TRACE(c.name);
    ScriptedOrigin origin(answers(c.answer, c.next));
    settings.servers.clear();
    use({origin.port()});
    const Answer answer = fetch(get());
    EXPECT_EQ(answer.status, c.status);
    EXPECT_EQ(answer.body, c.body);
    EXPECT_EQ(fetch(get()).body, "ok");
    origin.join();
  }
}

struct Breakage {
  const char* name;
  std::string answer;
  ErrorCode start_error;
  ErrorCode body_error;
};

TEST_F(UpstreamExchangeTest, NamesWhatIsWrongWithAnAnswerThatBreaksOff) {
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  std::string flood;
  for (int i = 0; i < 200; ++i) flood += "HTTP/1.1 103 Early Hints\r\n\r\n";
  const Breakage breakages[] = {
      {"nothing", "", Errc::upstream_closed, {}},
      {"half a head", ok + "Content-Le", Errc::upstream_closed, {}},
      {"noise", "220 smtp ready\r\n", Errc::upstream_bad_status_line, {}},
      {"switching protocols",
       "HTTP/1.1 101 Switching Protocols\r\n\r\n",
       Errc::upstream_switched,
       {}},
      {"a flood of 1xx", flood + std::string(kAnswer), Errc::upstream_interim_flood, {}},
      {"more than the length",
       ok + "Content-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n",
       {},
       Errc::upstream_surplus},
      {"half a body", ok + "Content-Length: 5\r\n\r\nok", {}, Errc::upstream_closed},
      {"half a chunk", ok + "Transfer-Encoding: chunked\r\n\r\n5\r\nok", {}, Errc::upstream_closed},
      {"no last chunk",
       ok + "Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n",
       {},
       Errc::upstream_closed},
      {"no chunk", ok + "Transfer-Encoding: chunked\r\n\r\nxyz\r\n", {}, Errc::upstream_bad_chunk},
  };
  for (const Breakage& b : breakages) {
    SCOPED_TRACE(b.name);
    ScriptedOrigin origin([&](ScriptedOrigin& self) {
      OriginConnection connection = self.accept();
      connection.read_head();
      connection.try_write(b.answer);
    });
    settings.servers.clear();
    use({origin.port()});
    const Answer answer = fetch(get());
    EXPECT_EQ(answer.start_error, b.start_error);
    EXPECT_EQ(answer.body_error, b.body_error);
    origin.join();
  }
}

TEST_F(UpstreamExchangeTest, TellsTheEndOfAStreamFromAReset) {
  std::promise<void> reading;
  ScriptedOrigin origin([&](ScriptedOrigin& self) {
    OriginConnection connection = self.accept();
    connection.read_head();
    connection.write("HTTP/1.1 200 OK\r\n\r\nok");
    reading.get_future().wait();
    connection.reset();
  });
  use({origin.port()});
  const std::shared_ptr<UpstreamExchange> exchange = upstream->make_exchange();
  EXPECT_FALSE(loop.run(exchange->start(get())).has_error());
  EXPECT_EQ(loop.run(exchange->read_body()).value(), "ok");
  reading.set_value();
  EXPECT_EQ(loop.run(exchange->read_body()).error(), Errc::upstream_closed);
  origin.join();
}

TEST_F(UpstreamExchangeTest, HasASmallAnswerAtHandWithoutWaiting) {
  ScriptedOrigin origin([](ScriptedOrigin& self) {
    OriginConnection connection = self.accept();
    connection.read_head();
    connection.write(kAnswer);
  });
  use({origin.port()});
  const std::shared_ptr<UpstreamExchange> exchange = upstream->make_exchange();
  EXPECT_EQ(exchange->try_read_body(), std::nullopt);
  const Result<const http::ResponseHead*> head = loop.run(exchange->start(get()));
  EXPECT_EQ(exchange->framing().length, 2U);
  EXPECT_EQ(exchange->try_read_body(), "ok");
  EXPECT_EQ(exchange->try_read_body(), "");
  EXPECT_EQ(exchange->try_read_body(), "");
  EXPECT_EQ((*head)->status, 200);
  origin.join();
}

TEST_F(UpstreamExchangeTest, PassesALongBodyOn) {
  const std::string body(3'000'000, 'b');
  ScriptedOrigin origin([&](ScriptedOrigin& self) {
    OriginConnection connection = self.accept();
    connection.read_head();
    connection.write("HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n");
    connection.write(body);
    connection.read_head();
    connection.write(kAnswer);
  });
  use({origin.port()});
  EXPECT_EQ(fetch(get()).body, body);
  EXPECT_EQ(fetch(get()).body, "ok");
  origin.join();
}

// Timeouts

// Seen from the script: lets a time pass by the worker's own deadlines. Those that ran before it
// and end by then have expired when it returns.
class Pause final : public Deadline::Listener {
 public:
  explicit Pause(Worker& worker) : deadline_(worker.deadlines(), *this) {}
  static void on(Worker& worker, Duration time) {
    const auto pause = std::make_shared<Pause>(worker);
    std::future<void> over = pause->over_.get_future();
    worker.post([pause, time] { pause->deadline_.arm(time); });
    over.wait_for(std::chrono::seconds(20));
  }

 private:
  void deadline_expired() noexcept override { over_.set_value(); }

  Deadline deadline_;
  std::promise<void> over_;
};

TEST_F(UpstreamExchangeTest, GivesUpAServerThatDoesNotAnswer) {
  for (const std::string_view beginning : {"", "HTTP/1.1 200 O", "HTTP/1.1 100 Continue\r\n\r\n"}) {
    SCOPED_TRACE(beginning);
    ScriptedOrigin origin([&](ScriptedOrigin& self) {
      OriginConnection connection = self.accept();
      connection.read_head();
      connection.write(beginning);
      EXPECT_EQ(connection.read_to_end(), "");
    });
    settings.servers.clear();
    settings.response_timeout = Duration(30);
    settings.idle_timeout = Duration(30);
    use({origin.port()});
    EXPECT_EQ(fetch(get()).start_error, Errc::upstream_timeout);
    origin.join();
  }
}

// response_timeout ends with the first byte of a head; an interim response begins it anew.
TEST_F(UpstreamExchangeTest, GivesTheRestOfAHeadTheTimeOfAPause) {
  for (const std::string_view beginning :
       {"HTTP/1.1 200 O", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 O"}) {
    SCOPED_TRACE(beginning);
    ScriptedOrigin origin([&](ScriptedOrigin& self) {
      OriginConnection connection = self.accept();
      connection.read_head();
      connection.write(beginning);
      Pause::on(loop.worker, settings.response_timeout);
      connection.write("K\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
    });
    settings.servers.clear();
    settings.response_timeout = Duration(400);
    settings.idle_timeout = Duration(20'000);
    use({origin.port()});
    EXPECT_EQ(fetch(get()).body, "ok");
    origin.join();
  }
}

TEST_F(UpstreamExchangeTest, GivesAHeadThatDripsNoMoreTimeForEachByte) {
  ScriptedOrigin origin([&](ScriptedOrigin& self) {
    OriginConnection connection = self.accept();
    connection.read_head();
    connection.write("HTTP/1.1 200 OK\r\nA: ");
    for (int i = 0; i < 100; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      if (!connection.try_write("a")) return;
    }
  });
  settings.response_timeout = Duration(20'000);
  settings.idle_timeout = Duration(100);
  use({origin.port()});
  EXPECT_EQ(fetch(get()).start_error, Errc::upstream_timeout);
  origin.join();
}

TEST_F(UpstreamExchangeTest, GivesUpAServerThatStopsInMidBody) {
  ScriptedOrigin origin([](ScriptedOrigin& self) {
    OriginConnection connection = self.accept();
    connection.read_head();
    connection.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok");
    EXPECT_EQ(connection.read_to_end(), "");
  });
  settings.idle_timeout = Duration(30);
  use({origin.port()});
  const Answer answer = fetch(get());
  EXPECT_EQ(answer.body, "ok");
  EXPECT_EQ(answer.body_error, Errc::upstream_timeout);
  origin.join();
}

TEST_F(UpstreamExchangeTest, CanBeCancelledWhileItWaits) {
  std::promise<void> asked;
  ScriptedOrigin origin([&](ScriptedOrigin& self) {
    OriginConnection connection = self.accept();
    connection.read_head();
    asked.set_value();
    EXPECT_EQ(connection.read_to_end(), "");
  });
  use({origin.port()});
  const std::shared_ptr<UpstreamExchange> exchange = upstream->make_exchange();
  std::thread canceller([&] {
    asked.get_future().wait();
    loop.worker.post([exchange] { exchange->cancel(); });
  });
  EXPECT_EQ(loop.run(exchange_to_end(exchange, get())).start_error, Errc::upstream_closed);
  canceller.join();
  origin.join();
}

Awaitable<Answer> cancel_before_its_turn(Worker& worker,
                                         std::shared_ptr<UpstreamExchange> exchange,
                                         UpstreamRequest request) {
  worker.post([exchange] { exchange->cancel(); });
  const Answer answer = co_await exchange_to_end(exchange, std::move(request));
  co_return answer;
}

TEST_F(UpstreamExchangeTest, CanBeCancelledBeforeItsTurnComes) {
  use({1});  // to ask would be refused
  const Answer answer =
      loop.run(cancel_before_its_turn(loop.worker, upstream->make_exchange(), get()));
  EXPECT_EQ(answer.start_error, Errc::upstream_closed);
}

}  // namespace
}  // namespace hawkcache::net::test
