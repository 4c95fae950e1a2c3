// In a cluster a response and the set that names it lie on different masters: one comes alive while
// the sweeper is between the two.
#include "shared_store/redis_sweeper.hpp"

#include "base/hash.hpp"
#include "unit/redis/fake_cluster_node.hpp"

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

constexpr std::uint64_t kSweptGeneration = 7;

// What a cluster says in whose set of the tag there is one response, dead at the first look.
class SweptCluster {
 public:
  SweptCluster(std::string response, std::string life_at_the_second_look)
      : response_(std::move(response)), second_life_(std::move(life_at_the_second_look)) {}
  std::uint16_t port() const { return node_.port(); }
  // As soon as there are so many, or what there is when the patience is at an end.
  std::vector<Words> commands(std::size_t expected) {
    std::unique_lock lock(mutex_);
    said_.wait_for(lock, std::chrono::seconds(60), [&] { return commands_.size() >= expected; });
    return commands_;
  }

 private:
  std::string answer(const Words& words) {
    if (words.front() == "CLUSTER") return FakeClusterNode::all_slots_on(node_.port());
    const std::lock_guard lock(mutex_);
    commands_.push_back(words);
    said_.notify_all();
    if (words.front() == "SSCAN") return "*2\r\n" + bulk("0") + "*1\r\n" + bulk(response_);
    if (words.front() == "EVALSHA") return "*2\r\n:0\r\n:1\r\n";
    if (words.front() == "SREM") return ":1\r\n";
    return looks_++ == 0 ? ":-2\r\n" : ":" + second_life_ + "\r\n";
  }

  std::mutex mutex_;
  std::condition_variable said_;
  const std::string response_;
  const std::string second_life_;
  std::vector<Words> commands_;
  int looks_ = 0;
  FakeClusterNode node_{[this](const Words& words) { return answer(words); }};
};

// The names of the commands, and the words of the last.
std::pair<std::string, Words> sweep(const std::string& second_life, std::size_t expected) {
  const RedisNames names("p:");
  const Hash128 key = hash128("a key");
  SweptCluster cluster(names.response(key, key), second_life);
  RedisStoreSettings settings;
  settings.connection.kind = redis::Settings::Kind::cluster;
  settings.connection.nodes = {{"127.0.0.1", cluster.port()}};
  // Long enough for a machine that is busy with something else.
  settings.connection.timeout = Duration(10'000);
  settings.connection.stall_timeout = Duration(10'000);
  settings.prefix = "p:";
  SystemClock clock;
  RedisCore core(settings, clock, nullptr);
  core.fence.begin(kSweptGeneration, 0, clock.wall());
  core.link.try_go_up({.generation = kSweptGeneration, .server = 1});
  {
    net::Worker worker(0, clock);
    RedisSweeper sweeper(core, worker);
    worker.start();
    store::PurgeRequest purge;
    purge.tags = {"users"};
    sweeper.add(purge, {.generation = kSweptGeneration, .epoch = 5});
    cluster.commands(expected);
    worker.stop();
    worker.join();
  }
  std::string said;
  Words last;
  for (Words& words : cluster.commands(0)) {
    said += words.front() + " ";
    last = std::move(words);
  }
  return {said, last};
}

TEST(RedisSweeper, ForgetsTheDeadOfACluster) {
  EXPECT_EQ(sweep("-2", 5).first, "SSCAN EVALSHA PTTL SREM PTTL ");
}

TEST(RedisSweeper, AddsAgainWhatCameAliveMeanwhile) {
  const auto [said, last] = sweep("4000", 6);
  EXPECT_EQ(said, "SSCAN EVALSHA PTTL SREM PTTL EVALSHA ");
  const RedisNames names("p:");
  const Hash128 key = hash128("a key");
  ASSERT_EQ(last.size(), 9U);
  EXPECT_EQ(last[3], names.tag("users"));
  EXPECT_EQ(last[4], names.response(key, key));
  EXPECT_EQ(last[5], "4000");
  // Of the Python app, without an end.
  EXPECT_EQ(sweep("-1", 6).first, said);
}

}  // namespace
}  // namespace hawkcache::shared_store
