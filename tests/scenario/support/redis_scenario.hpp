// The fixture of scenarios with Redis: daemons that share it and the origin. Each test has a prefix
// of its own in Redis.
#pragma once

#include "scenario/support/redis_deployment.hpp"
#include "scenario/support/scenario.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace hawkcache::scenario {

enum class Backend : std::uint8_t { redis, tiered };
inline constexpr std::array kBackends{Backend::redis, Backend::tiered};

inline std::string name_of(Backend backend) {
  return backend == Backend::redis ? "redis" : "tiered";
}
inline std::string name_of_backend(const ::testing::TestParamInfo<Backend>& backend) {
  return name_of(backend.param);
}

// For suites that hold with each backend, wherever Redis is.
using Setting = std::tuple<Backend, Deployment>;
inline auto every_setting() {
  return ::testing::Combine(::testing::ValuesIn(kBackends), ::testing::ValuesIn(kDeployments));
}
inline std::string name_of_setting(const ::testing::TestParamInfo<Setting>& setting) {
  const auto& [backend, deployment] = setting.param;
  return name_of(backend) + "_on_" + name_of(deployment);
}

// What is promised of other nodes' memory.
inline constexpr std::chrono::milliseconds kLongestLag{1000};

// How often commands were called.
using CommandCounts = std::map<std::string, long long>;

class RedisScenario : public ::testing::Test {
 protected:
  // own: of a test that does to it what others would notice. A cluster takes seconds to start.
  enum class Redis : std::uint8_t { shared, own };
  explicit RedisScenario(Deployment deployment = Deployment::one_server,
                         Redis whose = Redis::shared);
  // While what the scripts look at is still there.
  void TearDown() override { origin.stop(); }

  struct NodeOptions {
    Backend backend = Backend::redis;
    std::string routes = {};
    std::string memory = {};       // keys of `store.memory`
    std::string credentials = {};  // "user:password@"
    std::string timeout = "2s";    // machines are slow
    std::size_t threads = 2;
  };
  // Returns with Redis in use.
  std::unique_ptr<ProxyUnderTest> make_node(const NodeOptions& options);
  // `a` and `b`.
  void start(const NodeOptions& options);

  static Response get(const ProxyUnderTest& node,
                      std::string_view target,
                      const Fields& fields = {}) {
    return node.client().get(target, fields);
  }
  static std::string x_cache(const ProxyUnderTest& node, std::string_view target) {
    return get(node, target).x_cache();
  }
  static bool uses_redis(const ProxyUnderTest& node) {
    return node.metric("hawkcache_redis_state") == 0;
  }

  // On one server.
  testing_support::RedisCli cli() const { return redis.server().cli(); }
  testing_support::RedisCli cli_of(const std::string& name) const {
    return redis.server_with(name).cli();
  }
  std::string name(std::string_view rest) const { return prefix + std::string(rest); }
  // The names in Redis that begin with the prefix and `kind`, such as "r:".
  std::vector<std::string> names_of(std::string_view kind) const {
    return redis.names(name(kind) + "*");
  }

  // What the Python app does: SUNION of the tags' sets, DEL of the members and the sets. Returns
  // how many of these were there.
  long long invalidate_tags(const std::vector<std::string>& tags) const;

  // On one server, so far; without what the daemons do at rest (following the log, confirming the
  // push).
  CommandCounts command_counts() const;
  CommandCounts commands_since(const CommandCounts& before) const;
  bool is_hit_in_memory(const ProxyUnderTest& node, std::string_view target) const {
    const CommandCounts before = command_counts();
    return x_cache(node, target) == "HIT" && commands_since(before).empty();
  }

  // The answers of `node` have this body: from now on, or, where `lag` is allowed, to all that ask
  // later than that after `since`.
  void expect_only(const ProxyUnderTest& node,
                   std::string_view target,
                   const std::string& body,
                   std::chrono::milliseconds lag = {},
                   std::chrono::steady_clock::time_point since = std::chrono::steady_clock::now());

  ManualClock clock;
  SharedText content;  // for scripts: the "database"
  FakeOrigin origin;
  std::unique_ptr<RedisDeployment> own_redis;
  RedisDeployment& redis;
  std::string prefix;
  std::unique_ptr<ProxyUnderTest> a;
  std::unique_ptr<ProxyUnderTest> b;
};

// What must hold wherever Redis is.
class OnDeployment : public RedisScenario, public ::testing::WithParamInterface<Deployment> {
 protected:
  OnDeployment() : RedisScenario(GetParam()) {}
  static bool in_cluster() { return GetParam() == Deployment::cluster; }
};

inline std::string name_of_deployment(const ::testing::TestParamInfo<Deployment>& deployment) {
  return name_of(deployment.param);
}

}  // namespace hawkcache::scenario
