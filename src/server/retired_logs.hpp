// Access logs that a reload has replaced. Whoever lets go of a log last waits for its thread, which
// may have to wait for whoever reads the log: that must never be a worker. So each is held here
// until every worker has said that it uses another. One caller at a time.
#pragma once

#include "observe/access_log.hpp"

#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace hawkcache::server {

class RetiredLogs {
 public:
  // How many workers may still use the log: each takes one off when it has let go of it.
  using Users = std::shared_ptr<std::atomic<std::size_t>>;

  Users retire(std::shared_ptr<observe::AccessLog> log, std::size_t workers) {
    auto users = std::make_shared<std::atomic<std::size_t>>(workers);
    if (log) logs_.push_back({std::move(log), users});
    return users;
  }
  // Lets go of those that no worker uses any more.
  void release() {
    std::erase_if(logs_, [](const Retired& retired) { return *retired.users == 0; });
  }

 private:
  struct Retired {
    std::shared_ptr<observe::AccessLog> log;
    Users users;
  };
  std::vector<Retired> logs_;
};

}  // namespace hawkcache::server
