// A node of a cluster that says what the test wants, over any number of connections. It greets like
// a master; all other commands but CLUSTER INFO are the script's, one at a time. Whoever is
// connected leaves before it goes.
//
//   FakeClusterNode node([&](const Words& words) { return serves_all(words, node) ... });
#pragma once

#include "unit/redis/scripted_redis.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace hawkcache::redis::test {

class FakeClusterNode {
 public:
  // The bytes of the reply to a command.
  using Script = std::function<std::string(const Words&)>;

  explicit FakeClusterNode(Script script)
      : script_(std::move(script)), origin_([this](net::test::ScriptedOrigin& o) { run(o); }) {}
  ~FakeClusterNode() {
    stop_ = true;
    origin_.join();
    for (std::thread& thread : threads_) thread.join();
  }
  FakeClusterNode(const FakeClusterNode&) = delete;
  FakeClusterNode& operator=(const FakeClusterNode&) = delete;

  std::uint16_t port() const { return origin_.port(); }
  // How often it was asked for the map.
  int maps() const { return maps_; }

  // It has lost sight of the others, and says so.
  void is_cut_off() {
    const std::lock_guard lock(mutex_);
    state_ = "fail";
  }

  // A reply to CLUSTER SLOTS: the node on that port serves all slots, at the host that was asked.
  static std::string all_slots_on(std::uint16_t port) {
    return "*1\r\n*3\r\n:0\r\n:16383\r\n*3\r\n$0\r\n\r\n:" + std::to_string(port) +
           "\r\n$2\r\nid\r\n";
  }

 private:
  void run(net::test::ScriptedOrigin& origin) {
    while (!stop_) {
      if (!origin.has_caller()) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
        continue;
      }
      threads_.emplace_back(
          [this, connection = std::make_shared<RedisConnection>(RedisConnection(origin.accept()))] {
            serve(*connection);
          });
    }
  }

  void serve(RedisConnection& connection) {
    try {
      connection.greet("run" + std::to_string(port()));
      for (;;) connection.write(answer(connection.read_command()));
    } catch (const std::runtime_error&) {
      // The other side has left.
    }
  }

  std::string answer(const Words& words) {
    const std::lock_guard lock(mutex_);
    if (words.front() != "CLUSTER") return script_(words);
    if (words.at(1) == "INFO") return bulk("cluster_enabled:1\r\ncluster_state:" + state_ + "\r\n");
    ++maps_;
    return script_(words);
  }

  Script script_;
  std::mutex mutex_;
  std::string state_ = "ok";
  std::atomic<int> maps_{0};
  std::atomic<bool> stop_{false};
  std::vector<std::thread> threads_;  // of the origin's thread, until that has ended
  net::test::ScriptedOrigin origin_;
};

}  // namespace hawkcache::redis::test
