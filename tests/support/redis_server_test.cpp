#include "support/redis_server.hpp"

#include "support/within.hpp"

#include <filesystem>
#include <stdexcept>

#include <gtest/gtest.h>

namespace hawkcache::testing_support {
namespace {

TEST(RedisServerTest, AnswersOnItsPortAndItsSocket) {
  const RedisServer redis;
  EXPECT_EQ(redis.cli().text({"SET", "a", "1"}), "OK");
  RedisCli local = RedisCli::over_unix_socket(redis.socket_path());
  EXPECT_EQ(local.text({"GET", "a"}), "1");
  EXPECT_EQ(local.run({"GET", "b"}).type, CliReply::Type::nil);
  EXPECT_TRUE(local.run({"INCR"}).is_error());
  EXPECT_THROW(local.text({"INCR"}), std::runtime_error);
  EXPECT_EQ(local.info({"INFO", "server"}, "tcp_port"), std::to_string(redis.port()));
}

TEST(RedisServerTest, TwoOfThemHaveNothingInCommon) {
  const RedisServer one;
  const RedisServer other;
  one.cli().text({"SET", "a", "1"});
  EXPECT_EQ(other.cli().number({"DBSIZE"}), 0);
}

TEST(RedisServerTest, AsksForItsPasswordAndKnowsItsUsers) {
  const RedisServer redis({.password = "pass word", .users = {"app on >secret ~a* +get"}});
  EXPECT_EQ(RedisCli(redis.port()).run({"GET", "a"}).text, "NOAUTH Authentication required.");
  EXPECT_EQ(redis.cli().text({"SET", "a", "1"}), "OK");
  RedisCli app(redis.port());
  EXPECT_EQ(app.text({"AUTH", "app", "secret"}), "OK");
  EXPECT_EQ(app.text({"GET", "a"}), "1");
  EXPECT_TRUE(app.run({"GET", "b"}).is_error());
}

TEST(RedisServerTest, ForgetsWhatItHasWhenItIsRestarted) {
  RedisServer redis;
  redis.cli().text({"SET", "a", "1"});
  redis.restart();
  EXPECT_EQ(redis.cli().number({"DBSIZE"}), 0);
}

TEST(RedisServerTest, KeepsWhatItHasWhenToldTo) {
  RedisServer redis({.directives = {{"appendonly", "yes"}, {"appendfsync", "always"}}});
  redis.cli().text({"SET", "a", "1"});
  redis.kill();
  EXPECT_FALSE(redis.running());
  EXPECT_THROW(redis.cli(), std::runtime_error);
  redis.start();
  EXPECT_EQ(redis.cli().text({"GET", "a"}), "1");
}

TEST(RedisServerTest, HangsWhileItIsFrozen) {
  RedisServer redis;
  RedisCli cli = redis.cli(Milliseconds(50));
  redis.freeze();
  EXPECT_THROW(cli.run({"PING"}), std::runtime_error);
  redis.thaw();
  EXPECT_EQ(redis.cli().text({"PING"}), "PONG");
}

TEST(RedisServerTest, HasItsOwnCertificate) {
  const TlsFiles files;
  const RedisServer redis({.tls = &files});
  EXPECT_NE(redis.tls_port(), 0);
  EXPECT_EQ(redis.cli().text({"PING"}), "PONG");
  for (const std::string& file :
       {files.other_authority(), files.misnamed_certificate(), files.misnamed_key()}) {
    EXPECT_TRUE(std::filesystem::exists(file)) << file;
  }
}

TEST(RedisServerTest, TellsWhyItDidNotStart) {
  try {
    const RedisServer redis({.directives = {{"no-such-directive", "1"}}});
    FAIL() << "it started";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("no-such-directive"), std::string::npos)
        << error.what();
  }
}

TEST(RedisServerTest, LeavesNothingBehind) {
  std::string directory;
  {
    const RedisServer redis;
    directory = redis.directory();
    EXPECT_TRUE(std::filesystem::exists(directory));
  }
  EXPECT_FALSE(std::filesystem::exists(directory));
}

}  // namespace
}  // namespace hawkcache::testing_support
