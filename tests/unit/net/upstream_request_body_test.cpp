// Bodies on their way to a server, and what becomes of them when either side breaks off.
#include "net/upstream_exchange.hpp"
#include "unit/net/scripted_body.hpp"
#include "unit/net/upstream_fixture.hpp"

#include <future>
#include <optional>
#include <stdexcept>
#include <utility>

#include <boost/asio/co_spawn.hpp>

namespace hawkcache::net::test {
namespace {

using UpstreamRequestBodyTest = UpstreamTest;

TEST_F(UpstreamRequestBodyTest, SendsABodyInChunks) {
  const std::string_view framed = "2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n";
  ScriptedOrigin origin([&](ScriptedOrigin& self) {
    OriginConnection connection = self.accept();
    EXPECT_EQ(connection.read_head(), kChunkedPost);
    EXPECT_EQ(connection.read(framed.size()), framed);
    connection.write(kAnswer);
    connection.read_head();
    connection.write(kAnswer);
  });
  use({origin.port()});
  ScriptedBody body(loop.worker.executor());
  body.pieces = {"ab", "cde"};
  EXPECT_EQ(fetch(post(body)).body, "ok");
  EXPECT_EQ(body.cancelled, 0);
  EXPECT_EQ(fetch(get()).body, "ok");
  origin.join();
}

TEST_F(UpstreamRequestBodyTest, SendsABodyAsItIs) {
  ScriptedOrigin origin([](ScriptedOrigin& self) {
    OriginConnection connection = self.accept();
    connection.read_head();
    EXPECT_EQ(connection.read(2), "ab");
    connection.write(kAnswer);
  });
  use({origin.port()});
  ScriptedBody body(loop.worker.executor());
  body.pieces = {"a", "b"};
  UpstreamRequest request{.method = http::Method::post, .head = std::string(kPost), .body = &body};
  EXPECT_EQ(fetch(std::move(request)).body, "ok");
  origin.join();
}

TEST_F(UpstreamRequestBodyTest, NeverCompletesABodyThatBrokeOff) {
  std::string received;
  ScriptedOrigin origin([&](ScriptedOrigin& self) {
    OriginConnection connection = self.accept();
    connection.read_head();
    received = connection.read_to_end();
  });
  use({origin.port()});
  ScriptedBody body(loop.worker.executor());
  body.pieces = {"abc"};
  body.error = Errc::client_gone;
  EXPECT_EQ(fetch(post(body)).start_error, Errc::client_gone);
  origin.join();
  EXPECT_TRUE(std::string_view("3\r\nabc\r\n").starts_with(received));
}

// The exchange hears of it, and is not left waiting; the loop reports it.
TEST_F(UpstreamRequestBodyTest, CutsARequestWhoseBodyThrows) {
  std::string received;
  ScriptedOrigin origin([&](ScriptedOrigin& self) {
    OriginConnection connection = self.accept();
    connection.read_head();
    received = connection.read_to_end();
  });
  use({origin.port()});
  ScriptedBody body(loop.worker.executor());
  body.pieces = {"abc"};
  body.throws = true;
  std::optional<Answer> answer;
  asio::co_spawn(loop.worker.executor(),
                 exchange_to_end(upstream->make_exchange(), post(body)),
                 [&](const std::exception_ptr&, Answer came) { answer = std::move(came); });
  const auto answered = [&] { return answer.has_value(); };
  EXPECT_THROW(loop.turn_until(answered), std::logic_error);
  loop.turn_until(answered);
  EXPECT_EQ(answer->start_error, Errc::client_gone);
  origin.join();
  EXPECT_TRUE(std::string_view("3\r\nabc\r\n").starts_with(received));
}

TEST_F(UpstreamRequestBodyTest, DeliversAnAnswerThatComesBeforeTheBodyIsSent) {
  ScriptedOrigin origin([](ScriptedOrigin& self) {
    OriginConnection connection = self.accept();
    connection.read_head();
    connection.write("HTTP/1.1 413 Content Too Large\r\nContent-Length: 4\r\n\r\nmuch");
    connection.read_to_end();
    OriginConnection second = self.accept();
    second.read_head();
    second.write(kAnswer);
  });
  use({origin.port()});
  ScriptedBody body(loop.worker.executor());
  body.pieces = {std::string(64 * 1024, 'x')};
  body.endless = true;
  const Answer answer = fetch(post(body));
  EXPECT_EQ(answer.status, 413);
  EXPECT_EQ(answer.body, "much");
  EXPECT_EQ(body.cancelled, 1);
  EXPECT_EQ(fetch(get()).body, "ok");
  origin.join();
}

TEST_F(UpstreamRequestBodyTest, DeliversAnEarlyAnswerWhileTheClientSendsNothing) {
  ScriptedOrigin origin([](ScriptedOrigin& self) {
    OriginConnection connection = self.accept();
    connection.read_head();
    connection.write("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
    connection.read_to_end();
  });
  use({origin.port()});
  ScriptedBody body(loop.worker.executor());
  body.stalls = true;
  EXPECT_EQ(fetch(post(body)).status, 403);
  EXPECT_EQ(body.cancelled, 1);
  origin.join();
}

TEST_F(UpstreamRequestBodyTest, ReadsTheAnswerOfAServerThatTakesNoMoreOfTheBody) {
  ScriptedOrigin origin([&](ScriptedOrigin& self) {
    OriginConnection connection = self.accept();
    connection.read_head();
    connection.write(
        "HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  });
  use({origin.port()});
  ScriptedBody body(loop.worker.executor());
  body.pieces = {"x"};
  body.stalls = true;
  EXPECT_EQ(fetch(post(body)).status, 413);
  origin.join();
}

TEST_F(UpstreamRequestBodyTest, StartsTheClockForTheAnswerAtTheEndOfTheBody) {
  ScriptedOrigin origin([](ScriptedOrigin& self) {
    OriginConnection connection = self.accept();
    connection.read_head();
    connection.read_to_end();
  });
  settings.response_timeout = Duration(30);
  use({origin.port()});
  ScriptedBody body(loop.worker.executor());
  body.pieces = {"x"};
  EXPECT_EQ(fetch(post(body)).start_error, Errc::upstream_timeout);
  origin.join();
}

TEST_F(UpstreamRequestBodyTest, GivesUpAServerThatTakesNothingOfABody) {
  std::promise<void> done;
  ScriptedOrigin origin([&](ScriptedOrigin& self) {
    OriginConnection connection = self.accept();
    connection.read_head();
    done.get_future().wait();
  });
  settings.idle_timeout = Duration(30);
  use({origin.port()});
  ScriptedBody body(loop.worker.executor());
  body.pieces = {std::string(64 * 1024, 'x')};
  body.endless = true;
  EXPECT_EQ(fetch(post(body)).start_error, Errc::upstream_timeout);
  done.set_value();
  origin.join();
}

TEST_F(UpstreamRequestBodyTest, FinishesWhenItIsGivenUpInMidAnswer) {
  ScriptedOrigin origin([](ScriptedOrigin& self) {
    OriginConnection connection = self.accept();
    connection.read_head();
    connection.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok");
    connection.read_to_end();
  });
  use({origin.port()});
  ScriptedBody body(loop.worker.executor());
  body.stalls = true;
  {
    const std::shared_ptr<UpstreamExchange> exchange = upstream->make_exchange();
    EXPECT_FALSE(loop.run(exchange->start(post(body))).has_error());
    loop.run(finished(exchange));
  }
  EXPECT_EQ(body.cancelled, 1);
  origin.join();
}

}  // namespace
}  // namespace hawkcache::net::test
