// The fixture of what must hold on one Redis server and on a cluster of three masters alike. One of
// each for all tests of a program; each test has a prefix of its own there.
#pragma once

#include "scenario/support/scenario.hpp"
#include "support/redis_server.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace hawkcache::scenario {

enum class Deployment : std::uint8_t { one_server, cluster };

inline std::string name_of_deployment(const ::testing::TestParamInfo<Deployment>& info) {
  return info.param == Deployment::one_server ? "one_server" : "cluster";
}

class OnDeployment : public Scenario, public ::testing::WithParamInterface<Deployment> {
 protected:
  OnDeployment();

  struct NodeOptions {
    std::string backend = "redis";
    std::string routes = {};
    std::string memory = {};       // keys of `store.memory`
    std::string credentials = {};  // "user:password@"
    std::size_t threads = 1;       // what selects variants is remembered by each for itself
  };
  // Returns with Redis in use.
  std::unique_ptr<ProxyUnderTest> make_node(const NodeOptions& options);
  static bool uses_redis(const ProxyUnderTest& node) {
    return node.metric("hawkcache_redis_state") == 0;
  }

  bool in_cluster() const { return GetParam() == Deployment::cluster; }
  // All that have keys.
  const std::vector<testing_support::RedisServer*>& servers() const { return servers_; }
  testing_support::RedisServer& server_with(const std::string& name) const;
  std::string name(std::string_view rest) const { return prefix + std::string(rest); }
  // The names in Redis that begin with the prefix and `kind`, such as "r:".
  std::vector<std::string> names_of(std::string_view kind) const;

  std::string prefix;

 private:
  std::string url(const std::string& credentials) const;

  std::vector<testing_support::RedisServer*> servers_;
};

}  // namespace hawkcache::scenario
