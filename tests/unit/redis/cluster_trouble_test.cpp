// What the cluster's client makes of nodes that are not ready, contradict each other, or talk
// nonsense.
#include "unit/redis/client_fixture.hpp"
#include "unit/redis/fake_cluster_node.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace hawkcache::redis {
namespace {

using test::commands;
using test::failure;
using test::FakeClusterNode;
using test::get;
using test::Words;
using namespace std::chrono_literals;

class ClusterTroubleTest : public test::ClientTest {
 protected:
  ClusterTroubleTest() {
    settings.kind = Settings::Kind::cluster;
    settings.timeout = Duration(5000);
    settings.stall_timeout = Duration(10'000);
  }
  // Clients leave before the nodes do.
  ~ClusterTroubleTest() override {
    client.reset();
    loop.turn_until([this] { return figures.connections == 0; });
  }

  // A node that serves all slots, or says that another one does; other commands are the script's.
  FakeClusterNode& add_node(FakeClusterNode::Script script) {
    return add([this, own = nodes_.size(), run = std::move(script)](const Words& words) {
      if (words.front() != "CLUSTER") return run(words);
      return FakeClusterNode::all_slots_on(serving_port(own));
    });
  }
  FakeClusterNode& add_node_that_says(std::string map) {
    return add([said = std::move(map)](const Words&) { return said; });
  }
  std::uint16_t port(std::size_t node) const {
    const std::lock_guard lock(mutex_);
    return nodes_.at(node)->port();
  }
  void all_slots_are_on(std::size_t node) {
    const std::lock_guard lock(mutex_);
    serving_ = node;
  }
  std::string moved_to(std::size_t node) const {
    return "-MOVED 15495 127.0.0.1:" + std::to_string(port(node)) + "\r\n";
  }
  // At the end of its time a call may be waiting for the cluster, or for one more answer.
  static bool fails(const test::Replies& replies) {
    const ErrorCode& why = replies.front().failure;
    return why == Errc::store_unavailable || why == Errc::store_timeout;
  }

 private:
  FakeClusterNode& add(FakeClusterNode::Script script) {
    auto node = std::make_unique<FakeClusterNode>(std::move(script));
    settings.nodes.push_back({"127.0.0.1", node->port()});
    const std::lock_guard lock(mutex_);
    nodes_.push_back(std::move(node));
    return *nodes_.back();
  }
  std::uint16_t serving_port(std::size_t otherwise) const {
    const std::lock_guard lock(mutex_);
    return nodes_.at(serving_.value_or(otherwise))->port();
  }

  mutable std::mutex mutex_;  // the nodes' threads ask, too
  std::optional<std::size_t> serving_;
  std::vector<std::unique_ptr<FakeClusterNode>> nodes_;
};

TEST_F(ClusterTroubleTest, WaitsForAClusterThatIsNotReady) {
  for (const std::string said : {"-CLUSTERDOWN The cluster is down\r\n",
                                 "-TRYAGAIN Multiple keys request during rehashing\r\n",
                                 "-LOADING Redis is loading the dataset in memory\r\n",
                                 "-MASTERDOWN Link with MASTER is down\r\n"}) {
    settings.nodes.clear();
    int asked = 0;
    add_node([&asked, said](const Words&) { return ++asked < 4 ? said : "+OK\r\n"; });
    connect();
    EXPECT_EQ(ask(get("a")), "+OK") << said;
    EXPECT_EQ(asked, 4) << said;
  }
}

TEST_F(ClusterTroubleTest, WaitsNoLongerThanItsCaller) {
  FakeClusterNode& node =
      add_node([](const Words&) { return "-CLUSTERDOWN The cluster is down\r\n"; });
  connect();
  const auto before = std::chrono::steady_clock::now();
  EXPECT_TRUE(fails(call(commands(get("a")), Duration(300))));
  EXPECT_LT(std::chrono::steady_clock::now() - before, 5s);
  // Once at the start, and then no more than one every 100 ms.
  EXPECT_LE(node.maps(), 5);
}

TEST_F(ClusterTroubleTest, DoesNotGoRoundInCirclesForever) {
  add_node([this](const Words&) { return moved_to(1); });
  add_node([this](const Words&) { return moved_to(0); });
  connect();
  EXPECT_TRUE(fails(call(commands(get("a")), Duration(300))));
  EXPECT_LE(figures.redirections, 200U);
}

// For longer than it takes to be sent to and fro a hundred times.
TEST_F(ClusterTroubleTest, WaitsForNodesThatSendItToEachOther) {
  std::atomic<int> asked{0};
  add_node([this](const Words&) { return moved_to(1); });
  add_node([this, &asked](const Words&) { return ++asked < 55 ? moved_to(0) : "+OK\r\n"; });
  connect();
  EXPECT_EQ(ask(get("a")), "+OK");
}

TEST_F(ClusterTroubleTest, FollowsAtOnceAndLearnsTheMapSoon) {
  add_node([this](const Words&) { return moved_to(1); });
  add_node([](const Words&) { return "+OK\r\n"; });
  connect();
  EXPECT_EQ(ask(get("a")), "+OK");
  EXPECT_EQ(figures.redirections, 1U);
}

TEST_F(ClusterTroubleTest, KnocksBeforeItAsksForWhatIsMoving) {
  std::vector<std::string> heard;
  add_node(
      [this](const Words&) { return "-ASK 15495 127.0.0.1:" + std::to_string(port(1)) + "\r\n"; });
  add_node([&heard](const Words& words) {
    heard.push_back(words.front());
    return "+OK\r\n";
  });
  all_slots_are_on(0);
  connect();
  EXPECT_EQ(test::text_of(call(commands(get("a"), get("a")))), "+OK +OK");
  EXPECT_EQ(heard, (std::vector<std::string>{"ASKING", "GET", "ASKING", "GET"}));
}

TEST_F(ClusterTroubleTest, DoesNotBelieveAMapThatMakesNoSense) {
  for (const std::string said : {"+OK\r\n",
                                 "*0\r\n",
                                 "$-1\r\n",
                                 "-ERR This instance has cluster support disabled\r\n",
                                 "*1\r\n*3\r\n:0\r\n:99999\r\n*2\r\n$0\r\n\r\n:1\r\n"}) {
    settings.nodes.clear();
    add_node_that_says(said);
    connect();
    EXPECT_EQ(ask(get("a")), failure(Errc::store_unavailable)) << said;
  }
}

TEST_F(ClusterTroubleTest, AsksTheNextOneWhereAMapMakesNoSense) {
  add_node_that_says("+OK\r\n");
  add_node([](const Words&) { return "+OK\r\n"; });
  connect();
  EXPECT_EQ(ask(get("a")), "+OK");
}

TEST_F(ClusterTroubleTest, DoesNotBelieveANodeThatIsCutOff) {
  add_node([](const Words&) { return "-CLUSTERDOWN The cluster is down\r\n"; }).is_cut_off();
  add_node([](const Words&) { return "+OK\r\n"; });
  connect();
  EXPECT_EQ(ask(get("a")), "+OK");
}

TEST_F(ClusterTroubleTest, LeavesANodeThatIsCutOffLater) {
  std::atomic<bool> cut_off{false};
  FakeClusterNode& first = add_node([&](const Words&) {
    return cut_off ? "-CLUSTERDOWN The cluster is down\r\n" : "+first\r\n";
  });
  add_node([](const Words&) { return "+second\r\n"; });
  connect();
  EXPECT_EQ(ask(get("a")), "+first");
  cut_off = true;
  first.is_cut_off();
  EXPECT_EQ(ask(get("a")), "+second");
}

TEST_F(ClusterTroubleTest, DoesNotFollowWhereNoPlaceIsNamed) {
  for (const std::string said :
       {"-MOVED\r\n", "-MOVED 1\r\n", "-ASK 1 nowhere\r\n", "-MOVED 99999 127.0.0.1:1\r\n"}) {
    settings.nodes.clear();
    add_node([said](const Words&) { return said; });
    connect();
    EXPECT_TRUE(fails(call(commands(get("a")), Duration(50)))) << said;
  }
  EXPECT_EQ(figures.redirections, 0U);
}

TEST_F(ClusterTroubleTest, LeavesNothingBehind) {
  add_node([](const Words&) { return "+OK\r\n"; });
  connect();
  EXPECT_EQ(ask(get("a")), "+OK");
  EXPECT_GT(figures.connections, 0);
  client.reset();
  loop.turn_until([this] { return figures.connections == 0; });
}

}  // namespace
}  // namespace hawkcache::redis
