// A visit to a set that changes, or is refused, while the visitor is there.
#include "shared_store/redis_large_tags.hpp"

#include "unit/redis/fake_cluster_node.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace hawkcache::shared_store {
namespace {

using redis::test::bulk;
using redis::test::FakeClusterNode;
using redis::test::Words;

constexpr std::uint64_t kTaggedGeneration = 7;
constexpr const char* kRefused = "-NOPERM this user has no permissions\r\n";
constexpr const char* kNothing = "*2\r\n$1\r\n0\r\n*0\r\n";

// A cluster that has one tag, which is due whenever it is asked.
class VisitedCluster {
 public:
  // How many members the set has at each look, and the reply to SSCAN.
  VisitedCluster(std::vector<std::string> sizes, std::string scan)
      : sizes_(std::move(sizes)), scan_(std::move(scan)) {}
  std::uint16_t port() const { return node_.port(); }
  // What is said from the first asking for a tag to the second.
  std::string first_visit() {
    std::unique_lock lock(mutex_);
    said_.wait_for(lock, std::chrono::seconds(60), [this] { return claims_ >= 2; });
    return visit_;
  }

 private:
  static std::string name_of(const Words& words) {
    if (words.front() != "EVALSHA") return words.front();
    return words.size() == 6 ? "claim" : "enter";
  }
  std::string answer(const Words& words) {
    if (words.front() == "CLUSTER") return FakeClusterNode::all_slots_on(node_.port());
    const std::lock_guard lock(mutex_);
    const std::string name = name_of(words);
    if (name == "claim") {
      ++claims_;
      said_.notify_all();
      return bulk("users");
    }
    if (claims_ == 1) visit_ += name + " ";
    if (name == "SSCAN") return scan_;
    if (name != "SCARD") return ":1\r\n";
    return ":" + sizes_.at(std::min(looks_++, sizes_.size() - 1)) + "\r\n";
  }

  std::mutex mutex_;
  std::condition_variable said_;
  const std::vector<std::string> sizes_;
  const std::string scan_;
  std::string visit_;
  int claims_ = 0;
  std::size_t looks_ = 0;
  FakeClusterNode node_{[this](const Words& words) { return answer(words); }};
};

std::string visit(std::vector<std::string> sizes, std::string scan) {
  VisitedCluster cluster(std::move(sizes), std::move(scan));
  RedisStoreSettings settings;
  settings.connection.kind = redis::Settings::Kind::cluster;
  settings.connection.nodes = {{"127.0.0.1", cluster.port()}};
  // Long enough for a machine that is busy with something else.
  settings.connection.timeout = Duration(10'000);
  settings.connection.stall_timeout = Duration(10'000);
  SystemClock clock;
  RedisCore core(settings, clock, nullptr);
  core.fence.begin(kTaggedGeneration, 0, clock.wall());
  core.link.try_go_up({.generation = kTaggedGeneration, .server = 1});
  net::Worker worker(0, clock);
  RedisLargeTags large_tags(core, worker);
  large_tags.start();
  worker.start();
  std::string said = cluster.first_visit();
  worker.stop();
  worker.join();
  return said;
}

TEST(RedisLargeTags, GoOnWithTheNextWhereTheSetIsRefused) {
  EXPECT_EQ(visit({"5000"}, kRefused), "SCARD PTTL SSCAN ");
}

TEST(RedisLargeTags, LeaveTheRegisterWhenTheyAreLargeNoMore) {
  EXPECT_EQ(visit({"5000", "5"}, kNothing), "SCARD PTTL SSCAN SCARD PTTL ZREM SCARD PTTL ");
}

TEST(RedisLargeTags, AreEnteredAgainWhenTheyGrowWhileTheyLeave) {
  EXPECT_EQ(visit({"5", "5000"}, kNothing), "SCARD PTTL ZREM SCARD PTTL enter ");
}

}  // namespace
}  // namespace hawkcache::shared_store
