#include "redis/watch.hpp"
#include "running_cluster_client.hpp"
#include "support/redis_cluster.hpp"
#include "support/within.hpp"

#include <chrono>
#include <cstddef>
#include <future>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace hawkcache::redis {
namespace {

using testing_support::RedisCluster;
using testing_support::require_within;
using testing_support::within;
using namespace std::chrono_literals;

constexpr Duration kLong{10'000};

class Heard final : public WatchListener {
 public:
  void keys_changed(std::span<const std::string_view> keys) noexcept override {
    const std::lock_guard lock(mutex_);
    for (const std::string_view key : keys) keys_.emplace(key);
  }
  void everything_changed() noexcept override {
    const std::lock_guard lock(mutex_);
    everything_ = true;
  }
  bool of(const std::string& key) const {
    const std::lock_guard lock(mutex_);
    return keys_.contains(key);
  }
  bool of_everything() const {
    const std::lock_guard lock(mutex_);
    return everything_;
  }
  void forget() {
    const std::lock_guard lock(mutex_);
    keys_.clear();
    everything_ = false;
  }

 private:
  mutable std::mutex mutex_;
  std::set<std::string> keys_;
  bool everything_ = false;
};

// One cluster for all of these tests, and for each a watch of the keys under "w:".
class ClusterWatchTest : public testing::Test {
 public:
  static void SetUpTestSuite() {
    cluster_ = std::make_unique<RedisCluster>(
        testing_support::RedisClusterOptions{.replicas = true, .node = {.password = "secret"}});
  }
  static void TearDownTestSuite() { cluster_.reset(); }

 protected:
  ClusterWatchTest() { require_started(); }

  static RedisCluster& cluster() { return *cluster_; }

  ErrorCode start() { return begin(client_.worker(), watch_->start(kLong)).get(); }
  ErrorCode confirm(Duration timeout = kLong) {
    return begin(client_.worker(), watch_->confirm(timeout)).get();
  }
  // The cluster's nodes may not all have heard of the last change yet.
  void require_started() {
    require_within(20s, "a watch that holds", [this] { return !start() && !confirm(); });
  }
  bool hears_of_a_change_on_every_master() {
    for (std::size_t i = 0; i < client_.masters(); ++i) {
      const std::string key = key_on(i);
      heard_.forget();
      if (client_.set(key, "1").text != "OK" || confirm() || !heard_.of(key)) return false;
    }
    return true;
  }
  // Of the prefix that is watched, on the master that the client gives this number.
  std::string key_on(std::size_t master) {
    const std::string name = client_.call(Command::to_master(master, {"CLUSTER", "MYID"})).text;
    for (std::size_t i = 0;; ++i) {
      const std::string key = "w:" + std::to_string(i);
      const std::size_t owner = cluster().owner_of(cluster().slot_of(key));
      if (cluster().node(owner).cli().text({"CLUSTER", "MYID"}) == name) return key;
    }
  }

  Heard heard_;
  RunningClusterClient client_{settings_of(cluster(), "secret")};
  std::unique_ptr<Watch> watch_ = make_watch(
      client_.worker(), settings_of(cluster(), "secret"), {"w:"}, heard_, client_.figures);

 private:
  static inline std::unique_ptr<RedisCluster> cluster_;
};

TEST_F(ClusterWatchTest, HasHeardOfEveryAnsweredChangeWhenItIsConfirmed) {
  client_.set("w:warm", "up");
  for (int round = 0; round < 20; ++round) EXPECT_TRUE(hears_of_a_change_on_every_master());
}

TEST_F(ClusterWatchTest, HearsOfWhatOthersDoUnderItsPrefixAndOfNothingElse) {
  client_.set("w:mine", "1");
  client_.set("other", "1");
  heard_.forget();
  const std::size_t owner = cluster().owner_of(cluster().slot_of("w:mine"));
  cluster().node(owner).cli().text({"DEL", "w:mine"});
  client_.call(Command("other", {"DEL", "other"}));
  EXPECT_FALSE(confirm());
  EXPECT_TRUE(heard_.of("w:mine"));
  EXPECT_FALSE(heard_.of("other"));
  EXPECT_FALSE(heard_.of_everything());
}

TEST_F(ClusterWatchTest, HearsOfAMasterThatWasEmptied) {
  client_.call(Command({}, {"PING"}));
  client_.call(Command::to_master(1, {"FLUSHALL"}));
  EXPECT_FALSE(confirm());
  EXPECT_TRUE(heard_.of_everything());
}

TEST_F(ClusterWatchTest, IsLostWhenASlotMovesAndHoldsAgainAfterwards) {
  const std::uint16_t slot = cluster().slot_of("w:moving");
  const std::size_t owner = cluster().owner_of(slot);
  cluster().move_slot(slot, (owner + 1) % cluster().masters());
  EXPECT_TRUE(confirm());
  require_started();
  heard_.forget();
  EXPECT_EQ(client_.set("w:moving", "1").text, "OK");
  EXPECT_FALSE(confirm());
  EXPECT_TRUE(heard_.of("w:moving"));
}

TEST_F(ClusterWatchTest, IsNotConfirmedWhileAMasterHangs) {
  cluster().node(0).freeze();
  const auto before = std::chrono::steady_clock::now();
  const ErrorCode hung = confirm(Duration(200));
  const auto took = std::chrono::steady_clock::now() - before;
  cluster().node(0).thaw();
  EXPECT_EQ(hung, Errc::store_timeout);
  EXPECT_LT(took, 2s);
  cluster().wait_until_well();
  require_started();
}

TEST_F(ClusterWatchTest, SaysSoWhenItIsConfirmedWithoutHavingBeenStarted) {
  std::promise<void> stopped;
  client_.worker().post([&] {
    watch_->stop();
    stopped.set_value();
  });
  stopped.get_future().get();
  EXPECT_EQ(confirm(), Errc::store_unavailable);
  require_started();
}

TEST_F(ClusterWatchTest, IsLostWithAMasterAndHoldsAgainWithItsReplica) {
  cluster().node(1).kill();
  EXPECT_TRUE(confirm());
  EXPECT_TRUE(start());
  cluster().fail_over(1);
  require_started();
  require_within(10s, "the promoted replica to be heard of", [this] {
    return client_.get("w:warm").failure == ErrorCode() && client_.masters() == 3 &&
           hears_of_a_change_on_every_master();
  });
}

}  // namespace
}  // namespace hawkcache::redis
