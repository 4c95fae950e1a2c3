// Access logs that a reload has replaced. Whoever lets go of a log last waits for its thread, which
// may have to wait for whoever reads the log: that must never be a worker. So each is held by a
// thread of its own here, until every worker has said that it uses another. One caller at a time.
#pragma once

#include "observe/access_log.hpp"

#include <atomic>
#include <cstddef>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

namespace hawkcache::server {

// How many workers may still use a log. Any thread.
class LogUsers {
 public:
  explicit LogUsers(std::size_t workers) noexcept : left_(workers) {}
  // Called by each once, when it has let go of the log.
  void let_go() noexcept {
    if (left_.fetch_sub(1) == 1) left_.notify_all();
  }
  void all_are_gone() noexcept {
    left_ = 0;
    left_.notify_all();
  }
  void wait() const noexcept {
    for (std::size_t left = left_; left != 0; left = left_) left_.wait(left);
  }

 private:
  std::atomic<std::size_t> left_;
};

class RetiredLogs {
 public:
  RetiredLogs() = default;
  // The workers do nothing any more.
  ~RetiredLogs() {
    for (Retired& retired : logs_) {
      retired.users->all_are_gone();
      retired.thread.join();
    }
  }
  RetiredLogs(const RetiredLogs&) = delete;
  RetiredLogs& operator=(const RetiredLogs&) = delete;

  std::shared_ptr<LogUsers> retire(std::shared_ptr<observe::AccessLog> log, std::size_t workers) {
    join_those_that_are_through();
    auto users = std::make_shared<LogUsers>(workers);
    if (!log) return users;
    auto through = std::make_shared<std::atomic<bool>>(false);
    logs_.push_back({users, through, std::thread([users, through, log = std::move(log)]() mutable {
                       users->wait();
                       log.reset();
                       *through = true;
                     })});
    return users;
  }

 private:
  struct Retired {
    std::shared_ptr<LogUsers> users;
    std::shared_ptr<std::atomic<bool>> through;
    std::thread thread;
  };
  void join_those_that_are_through() {
    std::erase_if(logs_, [](Retired& retired) {
      if (!*retired.through) return false;
      retired.thread.join();
      return true;
    });
  }
  std::vector<Retired> logs_;
};

}  // namespace hawkcache::server
