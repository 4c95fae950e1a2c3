// Several servers: which one has a request, and which are passed over.
#include "unit/net/upstream_fixture.hpp"

#include <future>
#include <string>

#include <sys/resource.h>

namespace hawkcache::net::test {
namespace {

using UpstreamServersTest = UpstreamTest;

TEST_F(UpstreamServersTest, GoesToTheNextServerWhenOneRefuses) {
  ScriptedOrigin origin([](ScriptedOrigin& self) {
    OriginConnection connection = self.accept();
    for (int i = 0; i < 4; ++i) {
      connection.read_head();
      connection.write(kAnswer);
    }
  });
  use({unused_port(), origin.port()});
  for (int i = 0; i < 4; ++i) EXPECT_EQ(fetch(get()).body, "ok");
  origin.join();
}

// What a server does to one request, and whether another server may have it.
struct BadServer {
  std::string name;
  std::string_view answer;  // before it closes
  ErrorCode error;          // none: the other server answers
};

class BadServers : public UpstreamTest, public testing::WithParamInterface<BadServer> {};

TEST_P(BadServers, ArePassedOverForAWhile) {
  const BadServer& row = GetParam();
  const bool hangs = row.error == Errc::upstream_timeout;
  std::promise<void> given_up;
  ScriptedOrigin bad([&](ScriptedOrigin& self) {
    OriginConnection connection = self.accept();
    connection.read_head();
    connection.write(row.answer);
    if (hangs) given_up.get_future().wait();
  });
  ScriptedOrigin good([&](ScriptedOrigin& self) {
    OriginConnection connection = self.accept();
    for (int i = 0; i < 3; ++i) {
      connection.read_head();
      connection.write(kAnswer);
    }
  });
  settings.fail_timeout = Duration(60'000);
  if (hangs) settings.response_timeout = Duration(50);
  use({bad.port(), good.port()});
  const Answer first = fetch(get());
  EXPECT_EQ(first.start_error, row.error);
  if (hangs) given_up.set_value();
  for (int i = row.error ? 0 : 1; i < 3; ++i) EXPECT_EQ(fetch(get()).body, "ok");
  bad.join();
  good.join();
  EXPECT_FALSE(bad.has_caller());
}

INSTANTIATE_TEST_SUITE_P(
    UpstreamServersTest,
    BadServers,
    testing::Values(BadServer{"that_closes", "", {}},
                    BadServer{"that_closes_within_an_answer", "HTTP/1.1 2", Errc::upstream_closed},
                    BadServer{
                        "that_speaks_rubbish", "rubbish\r\n\r\n", Errc::upstream_bad_status_line},
                    BadServer{"that_is_silent", "", Errc::upstream_timeout}),
    [](const auto& one) { return one.param.name; });

TEST_F(UpstreamServersTest, PassesOverAServerThatBreaksOffAnAnswerOnAKeptConnection) {
  ScriptedOrigin bad([](ScriptedOrigin& self) {
    OriginConnection connection = self.accept();
    connection.read_head();
    connection.write(kAnswer);
    connection.read_head();
    connection.write("HTTP/1.1 2");
  });
  ScriptedOrigin good([](ScriptedOrigin& self) {
    OriginConnection connection = self.accept();
    for (int i = 0; i < 3; ++i) {
      connection.read_head();
      connection.write(kAnswer);
    }
  });
  settings.fail_timeout = Duration(60'000);
  use({bad.port(), good.port()});
  for (int i = 0; i < 2; ++i) EXPECT_EQ(fetch(get()).body, "ok");
  EXPECT_EQ(fetch(get()).start_error, Errc::upstream_closed);
  for (int i = 0; i < 2; ++i) EXPECT_EQ(fetch(get()).body, "ok");
  bad.join();
  good.join();
  EXPECT_FALSE(bad.has_caller());
}

TEST_F(UpstreamServersTest, OneWorkerTellsTheOthersOfAServerThatFails) {
  ScriptedOrigin bad([](ScriptedOrigin& self) { self.accept().read_head(); });
  ScriptedOrigin good([](ScriptedOrigin& self) {
    for (int i = 0; i < 2; ++i) {
      OriginConnection connection = self.accept();
      connection.read_head();
      connection.write(kAnswer);
    }
  });
  settings.fail_timeout = Duration(60'000);
  settings.servers = {{"127.0.0.1", bad.port()}, {"127.0.0.1", good.port()}};
  const auto failures = make_server_failures(settings);
  for (int pool = 0; pool < 2; ++pool) {
    upstream = make_upstream_pool(loop.worker, settings, failures);
    EXPECT_EQ(fetch(get()).body, "ok");
  }
  bad.join();
  good.join();
  EXPECT_FALSE(bad.has_caller());
}

TEST_F(UpstreamServersTest, GivesAPostThatWasSentToNoOtherServer) {
  ScriptedOrigin bad([](ScriptedOrigin& self) {
    OriginConnection connection = self.accept();
    connection.read(kPost.size() + 2);
  });
  ScriptedOrigin good([](ScriptedOrigin&) {});
  use({bad.port(), good.port()});
  EXPECT_EQ(fetch(post()).start_error, Errc::upstream_closed);
  bad.join();
  good.join();
  EXPECT_FALSE(good.has_caller());
}

TEST_F(UpstreamServersTest, SharesRequestsOutAmongServers) {
  const ScriptedOrigin::Script one_request = [](ScriptedOrigin& self) {
    OriginConnection connection = self.accept();
    connection.read_head();
    connection.write(kAnswer);
  };
  ScriptedOrigin first(one_request);
  ScriptedOrigin second(one_request);
  use({first.port(), second.port()});
  EXPECT_EQ(fetch(get()).body, "ok");
  EXPECT_EQ(fetch(get()).body, "ok");
  first.join();
  second.join();
}

TEST_F(UpstreamServersTest, NamesTheServerThatWasAskedLast) {
  settings.servers = {{"127.0.0.1", unused_port()}, {"::1", unused_port()}};
  upstream = make_upstream_pool(loop.worker, settings, make_server_failures(settings));
  const std::shared_ptr<UpstreamExchange> exchange = upstream->make_exchange();
  EXPECT_EQ(exchange->server(), "");
  const ErrorCode error = loop.run(exchange_to_end(exchange, get())).start_error;
  EXPECT_EQ(
      describe(error, *exchange),
      "[::1]:" + std::to_string(settings.servers[1].port) + ": no connection to the upstream");
}

TEST_F(UpstreamServersTest, BlamesNoServerWhereDescriptorsAreShort) {
  settings.servers = {{"127.0.0.1", 1}, {"127.0.0.1", 1}};
  const auto failures = make_server_failures(settings);
  upstream = make_upstream_pool(loop.worker, settings, failures);
  rlimit usual{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &usual), 0);
  const rlimit none{.rlim_cur = 3, .rlim_max = usual.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  const Answer answer = fetch(get());
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &usual), 0);
  EXPECT_EQ(answer.start_error, Errc::upstream_no_socket);
  for (const std::size_t server : {0U, 1U}) {
    EXPECT_FALSE(failures->is_passed_over(server, loop.clock.steady())) << server;
  }
}

TEST_F(UpstreamServersTest, SaysSoWhenAllServersRefuse) {
  use({unused_port(), unused_port()});
  EXPECT_EQ(fetch(get()).start_error, Errc::upstream_refused);
  EXPECT_EQ(fetch(get()).start_error, Errc::upstream_refused);
}

}  // namespace
}  // namespace hawkcache::net::test
