// The ways to one Redis: TLS, verified, and a socket of this machine.
#include "scenario/support/log_lines.hpp"
#include "scenario/support/redis_trouble.hpp"
#include "support/tls_files.hpp"

#include <cstdlib>

namespace hawkcache::scenario {
namespace {

using testing_support::TlsFiles;

class RedisOverTls : public RedisTrouble {
 protected:
  static void trust(const std::string& authority) {
    ::setenv("SSL_CERT_FILE", authority.c_str(), 1);
  }
  ~RedisOverTls() override { ::unsetenv("SSL_CERT_FILE"); }
  void expect_origin_only() {
    EXPECT_TRUE(goes_out_of_use());
    for (int i = 0; i < 3; ++i) expect_current(next_target());
    EXPECT_GT(metric("connect_failures_total"), 0);
    EXPECT_EQ(purge_in_time(R"({"tags": ["items"]})").status, 503);
  }

  TlsFiles files;
};

TEST_F(RedisOverTls, IsUsedWhereItsCertificateIsTrusted) {
  trust(files.authority());
  const RedisServer redis({.password = "secret", .tls = &files});
  for (const std::string backend : {"redis", "tiered"}) {
    use(redis.tls_url(), backend);
    EXPECT_TRUE(comes_up());
    expect_in_use();
    warm("/items/1");
    content.set(content.get() + "+");
    EXPECT_EQ(purge_in_time(R"({"tags": ["item:1"]})").status, 200);
    expect_current("/items/1");
  }
}

TEST_F(RedisOverTls, IsNotUsedWhereItsCertificateIsNotTrusted) {
  trust(files.other_authority());
  const RedisServer redis({.tls = &files});
  const LogLines log;
  use(redis.tls_url(), "tiered");
  expect_origin_only();
  EXPECT_TRUE(eventually([&] { return log.count("the server's certificate: ") == 1; }))
      << log.text();
}

TEST_F(RedisOverTls, IsUsedWhenItsCertificateHasTheRightName) {
  trust(files.authority());
  const RedisServer redis({.directives = {{"tls-cert-file", files.misnamed_certificate()},
                                          {"tls-key-file", files.misnamed_key()}},
                           .tls = &files});
  const LogLines log;
  use(redis.tls_url(), "redis");
  expect_origin_only();
  EXPECT_TRUE(eventually([&] { return log.count("the server's certificate: ") == 1; }))
      << log.text();
  redis.cli().text(
      {"CONFIG", "SET", "tls-cert-file", files.certificate(), "tls-key-file", files.key()});
  EXPECT_TRUE(comes_up());
  expect_handed_on();
  expect_in_use();
  expect_told(log, "-+");
}

class RedisOverASocket : public OnRedis {};

TEST_P(RedisOverASocket, IsUsed) {
  RedisServer redis({.password = "secret"});
  use("unix://:secret@" + redis.socket_path());
  EXPECT_TRUE(comes_up());
  expect_in_use();
  warm("/items/1");
  redis.kill();
  EXPECT_TRUE(goes_out_of_use());
  content.set("two");
  expect_current("/items/1");
  redis.start();
  EXPECT_TRUE(comes_up());
  expect_in_use();
}

class RedisInADatabase : public OnRedis {};

// The numbered databases of a server are kept apart, and memory hears of what is deleted in its
// own.
TEST_P(RedisInADatabase, KeepsToIt) {
  RedisServer redis;
  use("redis://127.0.0.1:" + std::to_string(redis.port()) + "/3");
  warm("/items/1");
  testing_support::RedisCli elsewhere = redis.cli();
  testing_support::RedisCli own = redis.cli();
  own.text({"SELECT", "3"});
  EXPECT_EQ(elsewhere.number({"DBSIZE"}), 0);
  EXPECT_GT(own.number({"DBSIZE"}), 0);
  content.set("two");
  for (const std::string& name : own.list({"KEYS", "hawkcache:r:*"})) own.number({"DEL", name});
  EXPECT_TRUE(eventually([&] { return get("/items/1").body == body_of("/items/1", "two"); },
                         longest_lag()));
  EXPECT_EQ(purge_in_time(R"({"tags": ["item:1"]})").status, 200);
  content.set("three");
  expect_current("/items/1");
}

INSTANTIATE_TEST_SUITE_P(Of,
                         RedisInADatabase,
                         ::testing::Values("redis", "tiered"),
                         name_of_backend);
INSTANTIATE_TEST_SUITE_P(Of,
                         RedisOverASocket,
                         ::testing::Values("redis", "tiered"),
                         name_of_backend);

}  // namespace
}  // namespace hawkcache::scenario
