// Clients that ask for some targets again and again, on threads of their own, until they are
// stopped. Every answer must be right and in time: that is checked as they come.
#pragma once

#include "scenario/support/client.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace hawkcache::scenario {

class Load {
 public:
  using IsRight = std::function<bool(const std::string& body)>;

  // `is_right`: called on the threads.
  Load(
      std::uint16_t port,
      std::vector<std::string> targets,
      std::chrono::milliseconds limit,
      IsRight is_right = [](const std::string&) { return true; })
      : port_(port), targets_(std::move(targets)), limit_(limit), is_right_(std::move(is_right)) {
    for (std::size_t i = 0; i < kThreads; ++i) {
      threads_.emplace_back([this, i] { run(i); });
    }
  }
  ~Load() { stop(); }
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  // From now on requests must be answered by a body that ends with this.
  void require(std::string ending) {
    const std::scoped_lock lock(mutex_);
    required_ = std::move(ending);
  }
  std::size_t answered() const { return answered_.load(); }
  void stop() {
    ends_ = true;
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
    EXPECT_GT(answered(), 0U);
  }

 private:
  static constexpr std::size_t kThreads = 3;

  std::string required() const {
    const std::scoped_lock lock(mutex_);
    return required_;
  }

  void run(std::size_t first) {
    for (std::size_t i = first; !ends_ && !::testing::Test::HasFailure(); ++i) {
      ask(targets_[i % targets_.size()]);
      answered_.fetch_add(1);
    }
  }

  void ask(const std::string& target) const {
    const std::string ending = required();
    const auto begin = std::chrono::steady_clock::now();
    const Response response = Client(port_).get(target);
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - begin);
    EXPECT_LE(took.count(), limit_.count()) << target;
    EXPECT_EQ(response.status, 200) << target;
    EXPECT_TRUE(response.whole) << target;
    EXPECT_TRUE(response.body.starts_with(target + " ")) << response.body.substr(0, 80);
    EXPECT_TRUE(response.body.ends_with(ending)) << response.body.substr(0, 80);
    EXPECT_TRUE(is_right_(response.body)) << target << " " << response.body.size();
  }

  const std::uint16_t port_;
  const std::vector<std::string> targets_;
  const std::chrono::milliseconds limit_;
  const IsRight is_right_;
  std::atomic<bool> ends_{false};
  std::atomic<std::size_t> answered_{0};
  mutable std::mutex mutex_;
  std::string required_;  // under mutex_
  std::vector<std::thread> threads_;
};

}  // namespace hawkcache::scenario
