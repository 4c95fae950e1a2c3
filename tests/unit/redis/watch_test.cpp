#include "redis/watch.hpp"

#include "unit/redis/server_fixture.hpp"

#include <set>
#include <string>

namespace hawkcache::redis {
namespace {

using namespace test;

class Heard final : public WatchListener {
 public:
  void keys_changed(std::span<const std::string_view> changed) noexcept override {
    for (const std::string_view key : changed) keys.emplace(key);
  }
  void everything_changed() noexcept override { ++everything; }

  std::multiset<std::string> keys;
  int everything = 0;
};
using Keys = std::multiset<std::string>;

class WatchTest : public RealServerTest {
 protected:
  WatchTest() { settings.nodes = {{"127.0.0.1", server.port()}}; }

  ErrorCode start(std::vector<std::string> prefixes) {
    watch = make_watch(loop.worker, settings, std::move(prefixes), heard, figures);
    return loop.run(watch->start(kLong));
  }
  ErrorCode confirm(Duration timeout = kLong) { return loop.run(watch->confirm(timeout)); }

  RedisServer server;
  Heard heard;
  std::unique_ptr<Watch> watch;
};

TEST_F(WatchTest, HearsOfEveryChangeThatWasAnsweredBeforeItIsConfirmed) {
  ASSERT_FALSE(start({"a:", "b:"}));
  testing_support::RedisCli cli = server.cli();
  for (int i = 0; i < 20; ++i) {
    heard.keys.clear();
    cli.text({"SET", "a:" + std::to_string(i), "1"});
    cli.text({"SET", "c:other", "1"});
    cli.text({"MSET", "b:1", "1", "b:2", "2"});
    ASSERT_FALSE(confirm());
    EXPECT_EQ(heard.keys, (Keys{"a:" + std::to_string(i), "b:1", "b:2"}));
  }
}

TEST_F(WatchTest, HearsOfWhatIsDeletedOrExpires) {
  testing_support::RedisCli cli = server.cli();
  cli.text({"MSET", "a:1", "1", "a:2", "1", "a:3", "1"});
  ASSERT_FALSE(start({"a:"}));
  cli.number({"DEL", "a:1"});
  cli.number({"UNLINK", "a:2"});
  ASSERT_FALSE(confirm());
  EXPECT_EQ(heard.keys, (Keys{"a:1", "a:2"}));
  cli.number({"PEXPIRE", "a:3", "1"});
  loop.turn_until([&] { return heard.keys.count("a:3") == 2; });  // being set to expire counts too
}

TEST_F(WatchTest, HearsThatEverythingIsGone) {
  server.cli().text({"SET", "a:1", "1"});
  ASSERT_FALSE(start({"a:"}));
  server.cli().text({"FLUSHALL"});
  ASSERT_FALSE(confirm());
  EXPECT_EQ(heard.everything, 1);
  server.cli().text({"FLUSHDB", "ASYNC"});
  ASSERT_FALSE(confirm());
  EXPECT_EQ(heard.everything, 2);
}

TEST_F(WatchTest, HearsOfManyKeysAtOnce) {
  ASSERT_FALSE(start({"a:"}));
  std::vector<std::string> words{"MSET"};
  for (int i = 0; i < 20'000; ++i) {
    words.push_back("a:" + std::to_string(i));
    words.push_back("1");
  }
  server.cli().text(words);
  ASSERT_FALSE(confirm());
  EXPECT_EQ(heard.keys.size(), 20'000U);
}

TEST_F(WatchTest, IsLostWithEitherOfItsConnections) {
  for (const char* type : {"pubsub", "normal"}) {
    ASSERT_FALSE(start({"a:"}));
    ASSERT_FALSE(confirm());
    server.cli().run({"CLIENT", "KILL", "TYPE", type});
    EXPECT_TRUE(confirm()) << type;
    EXPECT_TRUE(confirm()) << type;  // and it does not come back by itself
    watch->stop();
    ASSERT_FALSE(loop.run(watch->start(kLong)));
    EXPECT_FALSE(confirm());
  }
}

TEST_F(WatchTest, IsLostWhenTheServerHangs) {
  ASSERT_FALSE(start({"a:"}));
  server.freeze();
  EXPECT_EQ(confirm(Duration(50)), Errc::store_timeout);
  server.thaw();
}

TEST_F(WatchTest, IsLostWhenTheServerIsNoMasterAnyMore) {
  RedisServer other;
  ASSERT_FALSE(start({"a:"}));
  server.cli().text({"REPLICAOF", "127.0.0.1", std::to_string(other.port())});
  EXPECT_TRUE(confirm());
  // Even if it is one again: it may have another's data now.
  server.cli().text({"REPLICAOF", "NO", "ONE"});
  EXPECT_TRUE(confirm());
  watch->stop();
  EXPECT_FALSE(loop.run(watch->start(kLong)));
}

TEST_F(WatchTest, NeedsAServer) {
  server.stop();
  EXPECT_EQ(start({"a:"}), Errc::store_unavailable);
  EXPECT_EQ(confirm(), Errc::store_unavailable);
}

TEST_F(WatchTest, HearsNothingOnceStopped) {
  ASSERT_FALSE(start({"a:"}));
  watch->stop();
  server.cli().text({"SET", "a:1", "1"});
  EXPECT_EQ(confirm(), Errc::store_unavailable);
  EXPECT_TRUE(heard.keys.empty());
}

TEST_F(WatchTest, NeedsARightToIt) {
  RedisServer strict({.users = {"app on >s ~* &* +@all -client|tracking"}});
  settings.nodes = {{"127.0.0.1", strict.port()}};
  settings.user = "app";
  settings.password = "s";
  EXPECT_EQ(start({"a:"}), Errc::store_unavailable);
}

}  // namespace
}  // namespace hawkcache::redis
