// The client of one server, of Sentinel's master, over every transport, with real servers.
#include "support/redis_sentinels.hpp"
#include "support/tls_files.hpp"
#include "unit/redis/server_fixture.hpp"

#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

namespace hawkcache::redis {
namespace {

using namespace test;
using testing_support::RedisSentinels;
using testing_support::TlsFiles;

TEST_F(RealServerTest, IsSpokenToOverTcp) {
  RedisServer server;
  connect_to(server.port());
  EXPECT_EQ(text_of(call(commands(set("a", "1"), get("a"), get("b")))), "+OK 1 (nil)");
  EXPECT_EQ(server.cli().text({"CLIENT", "LIST"}).find("name=hawkcache") == std::string::npos,
            false);
}

TEST_F(RealServerTest, IsFoundByName) {
  RedisServer server;
  settings.nodes = {{"localhost", server.port()}};
  connect();
  EXPECT_EQ(ask(set("a", "1")), "+OK");
}

TEST_F(RealServerTest, IsSpokenToOverAUnixSocket) {
  RedisServer server({.password = "secret"});
  settings.kind = Settings::Kind::unix_socket;
  settings.socket_path = server.socket_path();
  settings.password = "secret";
  connect();
  EXPECT_EQ(ask(set("a", "1")), "+OK");
  settings.socket_path = std::string(200, 'x');
  connect();
  EXPECT_EQ(ask(get("a")), failure(Errc::store_unavailable));
}

TEST_F(RealServerTest, HasDatabases) {
  RedisServer server;
  settings.database = 2;
  connect_to(server.port());
  EXPECT_EQ(ask(set("a", "1")), "+OK");
  EXPECT_EQ(server.cli().text({"GET", "a"}), "(nil)");
  settings.database = 99;
  connect_to(server.port());
  EXPECT_EQ(ask(get("a")), failure(Errc::store_unavailable));
}

TEST_F(RealServerTest, WantsTheRightPassword) {
  RedisServer server({.password = "secret", .users = {"app on >app-secret ~* +@all"}});
  const auto answer = [&](const char* user, const char* password) {
    settings.user = user;
    settings.password = password;
    connect_to(server.port());
    return ask({"", {"PING"}});
  };
  EXPECT_EQ(answer("", "secret"), "+PONG");
  EXPECT_EQ(answer("app", "app-secret"), "+PONG");
  EXPECT_EQ(answer("app", "secret"), failure(Errc::store_unavailable));
  EXPECT_EQ(answer("", "wrong"), failure(Errc::store_unavailable));
  EXPECT_EQ(answer("", ""), failure(Errc::store_unavailable));
}

TEST_F(RealServerTest, TellsWhatAUserMayNot) {
  RedisServer server({.users = {"app on >s ~* +@all -set"}});
  settings.user = "app";
  settings.password = "s";
  connect_to(server.port());
  EXPECT_TRUE(ask(set("a", "1")).starts_with("-NOPERM"));
}

TEST_F(RealServerTest, LearnsScripts) {
  RedisServer server;
  connect_to(server.port());
  const std::string source = "return {KEYS[1], ARGV[1]}";
  const std::string sha1 = server.cli().text({"SCRIPT", "LOAD", source});
  server.cli().text({"SCRIPT", "FLUSH"});
  const Command::Script script{source, sha1};
  const std::vector<std::string_view> keys{"k"};
  const std::vector<std::string_view> arguments{"v"};
  EXPECT_EQ(ask(Command::script(script, keys, arguments)), "[k, v]");
  EXPECT_EQ(ask(Command::script(script, keys, arguments)), "[k, v]");
}

TEST_F(RealServerTest, IsAnotherAfterARestart) {
  RedisServer server;
  connect_to(server.port());
  const std::uint64_t first = call(commands(get("a")))[0].server;
  EXPECT_EQ(call(commands(get("a")), kLong, Lane::writes)[0].server, first);
  server.restart();
  loop.turn_until([&] { return figures.disconnects == 2; });
  const std::uint64_t second = call(commands(get("a")))[0].server;
  EXPECT_NE(second, 0U);
  EXPECT_NE(second, first);
}

TEST_F(RealServerTest, MayHangAndComeBack) {
  settings.stall_timeout = Duration(200);
  RedisServer server;
  connect_to(server.port());
  EXPECT_EQ(ask(set("a", "1")), "+OK");
  server.freeze();
  EXPECT_EQ(ask(get("a"), Duration(50)), failure(Errc::store_timeout));
  loop.turn_until([&] { return figures.disconnects == 1; });
  EXPECT_EQ(ask(get("a"), Duration(50)), failure(Errc::store_timeout));
  server.thaw();
  EXPECT_TRUE(answers_with("1", [] { return get("a"); }));
}

TEST_F(RealServerTest, IsNoReplica) {
  RedisServer master;
  RedisServer replica(
      {.directives = {{"replicaof", "127.0.0.1 " + std::to_string(master.port())}}});
  connect_to(replica.port());
  EXPECT_EQ(ask(get("a")), failure(Errc::store_unavailable));
}

TEST_F(RealServerTest, MayBecomeAReplica) {
  RedisServer master;
  RedisServer server;
  connect_to(server.port());
  EXPECT_EQ(ask(set("a", "1")), "+OK");
  server.cli().text({"REPLICAOF", "127.0.0.1", std::to_string(master.port())});
  // The first of these is told READONLY, the next is refused by the greeting.
  EXPECT_EQ(ask(set("a", "1")), failure(Errc::store_unavailable));
  EXPECT_EQ(ask(set("a", "1")), failure(Errc::store_unavailable));
  EXPECT_EQ(figures.connect_failures, 1U);
  server.cli().text({"REPLICAOF", "NO", "ONE"});
  EXPECT_TRUE(answers_with("+OK", [] { return set("a", "1"); }));
}

// Which authorities are trusted is read from the environment when the client is made.
class TrustedAuthority {
 public:
  explicit TrustedAuthority(const std::string& file) {
    ::setenv("SSL_CERT_FILE", file.c_str(), 1);
    ::setenv("SSL_CERT_DIR", "/nonexistent", 1);
  }
  ~TrustedAuthority() {
    ::unsetenv("SSL_CERT_FILE");
    ::unsetenv("SSL_CERT_DIR");
  }
  TrustedAuthority(const TrustedAuthority&) = delete;
  TrustedAuthority& operator=(const TrustedAuthority&) = delete;
};

class TlsServerTest : public RealServerTest {
 protected:
  std::string ask_over_tls(const std::string& authority, const char* host, std::uint16_t port) {
    const TrustedAuthority trusted(authority);
    settings.kind = Settings::Kind::tls;
    settings.nodes = {{host, port}};
    connect();
    return text_of(call(commands(set("a", large), get("a"))));
  }
  const std::string large = std::string(300'000, 'x');
  const std::string good = "+OK " + large;
  const std::string bad = failure(Errc::store_unavailable) + " " + failure(Errc::store_unavailable);
  TlsFiles files;
};

TEST_F(TlsServerTest, IsTrustedWithACertificateForItsNameOrAddress) {
  RedisServer server({.tls = &files});
  EXPECT_EQ(ask_over_tls(files.authority(), "127.0.0.1", server.tls_port()), good);
  EXPECT_EQ(ask_over_tls(files.authority(), "localhost", server.tls_port()), good);
}

TEST_F(TlsServerTest, IsNotTrustedOtherwise) {
  RedisServer server({.tls = &files});
  EXPECT_EQ(ask_over_tls(files.other_authority(), "127.0.0.1", server.tls_port()), bad);
  EXPECT_EQ(ask_over_tls("/nonexistent", "127.0.0.1", server.tls_port()), bad);
  // Another address of the same machine, which the certificate does not name.
  EXPECT_EQ(ask_over_tls(files.authority(), "127.0.0.2", server.tls_port()), bad);
}

TEST_F(TlsServerTest, IsNotSpokenToWithoutTls) {
  RedisServer server;
  settings.stall_timeout = Duration(100);  // it waits for the end of what it takes for a command
  EXPECT_TRUE(ask_over_tls(files.authority(), "127.0.0.1", server.port()).starts_with("!"));
  EXPECT_EQ(figures.connects, 0U);
}

TEST_F(TlsServerTest, IsNotTrustedUnderAnotherName) {
  RedisServer server({.directives = {{"tls-cert-file", files.misnamed_certificate()},
                                     {"tls-key-file", files.misnamed_key()}},
                      .tls = &files});
  EXPECT_EQ(ask_over_tls(files.authority(), "127.0.0.1", server.tls_port()), bad);
  EXPECT_EQ(ask_over_tls(files.authority(), "localhost", server.tls_port()), bad);
}

class SentinelTest : public RealServerTest {
 protected:
  void connect_by(RedisSentinels& sentinels) {
    settings.kind = Settings::Kind::sentinel;
    settings.master_name = RedisSentinels::kMasterName;
    settings.nodes.clear();
    for (std::size_t i = 0; i < 3; ++i)
      settings.nodes.push_back({"127.0.0.1", sentinels.sentinel(i).port()});
    connect();
  }
};

TEST_F(SentinelTest, LeadsToTheMasterAndFollowsAFailover) {
  RedisSentinels sentinels;
  connect_by(sentinels);
  EXPECT_EQ(ask(set("a", "1")), "+OK");
  const std::uint64_t first = call(commands(get("a")))[0].server;
  ASSERT_EQ(sentinels.master().cli().replicas_up_to_date(2), 2);
  sentinels.fail_over();
  sentinels.sentinel(0).freeze();  // the one that answered
  EXPECT_TRUE(answers_with("1", [] { return get("a"); }));
  EXPECT_NE(call(commands(get("a")))[0].server, first);
  EXPECT_TRUE(answers_with("+OK", [] { return set("a", "2"); }));
}

TEST_F(SentinelTest, IsAskedAfterTheOneThatHung) {
  RedisSentinels sentinels;
  settings.stall_timeout = Duration(200);  // one that hangs takes all of it
  connect_by(sentinels);
  sentinels.sentinel(0).freeze();
  EXPECT_TRUE(answers_with("+OK", [] { return set("a", "1"); }));
}

TEST_F(SentinelTest, MayNotKnowTheMaster) {
  RedisServer sentinel({.mode = RedisServerOptions::Mode::sentinel});
  settings.kind = Settings::Kind::sentinel;
  settings.master_name = "nobody";
  settings.nodes = {{"127.0.0.1", net::test::unused_port()}, {"127.0.0.1", sentinel.port()}};
  connect();
  EXPECT_EQ(ask(get("a")), failure(Errc::store_unavailable));
}

}  // namespace
}  // namespace hawkcache::redis
