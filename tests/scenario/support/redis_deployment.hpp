// Redis as the nodes of a scenario share it: one server, or a cluster of three masters. What must
// hold on either is asked of both.
#pragma once

#include "support/redis_cluster.hpp"
#include "support/redis_server.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace hawkcache::scenario {

enum class Deployment : std::uint8_t { one_server, cluster };
inline constexpr std::array kDeployments{Deployment::one_server, Deployment::cluster};

inline std::string name_of(Deployment deployment) {
  return deployment == Deployment::one_server ? "one_server" : "cluster";
}

class RedisDeployment {
 public:
  // Starts it. A cluster takes seconds.
  explicit RedisDeployment(Deployment deployment);
  // One of each for all tests of the program that leave it well.
  static RedisDeployment& shared(Deployment deployment);

  // `credentials`: "user:password@".
  std::string url(const std::string& credentials = {}) const;
  // All that have keys.
  const std::vector<testing_support::RedisServer*>& servers() const { return servers_; }
  // The only one. Throws std::logic_error in a cluster.
  testing_support::RedisServer& server() const;
  testing_support::RedisServer& server_with(const std::string& name) const;
  std::vector<std::string> names(const std::string& pattern) const;

  // Kills the server with this name and starts it again, with what it had saved. Returns when all
  // is well.
  void crash_and_start(const std::string& server_with_name);

 private:
  std::unique_ptr<testing_support::RedisServer> server_;    // null in a cluster
  std::unique_ptr<testing_support::RedisCluster> cluster_;  // null on one server
  std::vector<testing_support::RedisServer*> servers_;
};

}  // namespace hawkcache::scenario
