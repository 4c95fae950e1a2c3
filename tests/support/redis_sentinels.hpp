// A real master with two replicas, watched over by three sentinels, for one test. They call the
// master "mymaster". A server counts as lost only in fail_over(), not because the machine is busy.
#pragma once

#include "support/redis_server.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace hawkcache::testing_support {

class RedisSentinels {
 public:
  static constexpr const char* kMasterName = "mymaster";

  // Returns when all of them know each other and the replicas have caught up. `node`: of the three
  // servers.
  explicit RedisSentinels(RedisServerOptions node = {});

  RedisServer& server(std::size_t index) { return *servers_.at(index); }
  RedisServer& sentinel(std::size_t index) { return *sentinels_.at(index); }
  std::uint16_t master_port() const;  // as the sentinels say
  RedisServer& master();              // the server that they mean
  std::string url() const;            // redis+sentinel://:password@host:port,.../mymaster/0

  // Kills the master, and waits until the sentinels name another one, and that one takes writes.
  void fail_over();
  // The second half of it: the master has been killed.
  void elect();

 private:
  void start_servers(RedisServerOptions options);
  void start_sentinels();
  void wait_until_known() const;
  void set_down_after(const std::string& milliseconds) const;

  std::string password_;
  std::vector<std::unique_ptr<RedisServer>> servers_;
  std::vector<std::unique_ptr<RedisServer>> sentinels_;
};

}  // namespace hawkcache::testing_support
