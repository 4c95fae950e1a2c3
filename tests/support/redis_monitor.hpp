// What a Redis server is told, command by command, and what scripts do there (MONITOR). The thread
// that made it; the server outlives it.
//
//   RedisMonitor monitor(server);
//   ...
//   for (const SeenCommand& command : monitor.take()) ...
#pragma once

#include "support/redis_cli.hpp"
#include "support/redis_server.hpp"

#include <string>
#include <vector>

namespace hawkcache::testing_support {

struct SeenCommand {
  std::string sender;  // "127.0.0.1:1234", "lua" ...
  std::string name;    // in lower case
  std::vector<std::string> arguments;

  bool from_script() const { return sender == "lua"; }
};

class RedisMonitor {
 public:
  explicit RedisMonitor(const RedisServer& server);
  // Everything since the last time, in order; without commands for administrators, which Redis does
  // not show.
  std::vector<SeenCommand> take();

 private:
  RedisCli lines_;
  RedisCli asks_;
  int takes_ = 0;
};

}  // namespace hawkcache::testing_support
