#include "scenario/support/redis_deployment.hpp"

#include "support/redis_cluster.hpp"

namespace hawkcache::scenario {
namespace {

using testing_support::RedisCluster;
using testing_support::RedisServer;

RedisServer& one_server() {
  static RedisServer server;
  return server;
}

RedisCluster& cluster() {
  static RedisCluster cluster;
  return cluster;
}

std::string next_prefix() {
  static int tests = 0;
  return "deployed" + std::to_string(++tests) + ":";
}

}  // namespace

OnDeployment::OnDeployment() : prefix(next_prefix()) {
  if (!in_cluster()) {
    servers_ = {&one_server()};
    return;
  }
  for (std::size_t i = 0; i < cluster().masters(); ++i) servers_.push_back(&cluster().node(i));
}

std::string OnDeployment::url(const std::string& credentials) const {
  std::string url = (in_cluster() ? "redis+cluster://" : "redis://") + credentials;
  for (const RedisServer* server : servers_) {
    if (server != servers_.front()) url += ',';
    url += "127.0.0.1:" + std::to_string(server->port());
  }
  return url;
}

std::unique_ptr<ProxyUnderTest> OnDeployment::make_node(const NodeOptions& options) {
  const std::string store = "backend: " + options.backend + "\nredis: { url: \"" +
                            url(options.credentials) + "\", prefix: \"" + prefix +
                            "\", timeout: 2s }\n";
  auto node = std::make_unique<ProxyUnderTest>(origin.port(),
                                               clock,
                                               Daemon{.routes = options.routes,
                                                      .memory = options.memory,
                                                      .store = store,
                                                      .threads = options.threads});
  EXPECT_TRUE(eventually([&] { return uses_redis(*node); }));
  return node;
}

RedisServer& OnDeployment::server_with(const std::string& name) const {
  if (!in_cluster()) return *servers_.front();
  return cluster().node(cluster().owner_of(cluster().slot_of(name)));
}

std::vector<std::string> OnDeployment::names_of(std::string_view kind) const {
  std::vector<std::string> all;
  for (const RedisServer* server : servers_) {
    for (std::string& one : server->cli().list({"KEYS", name(kind) + "*"})) {
      all.push_back(std::move(one));
    }
  }
  return all;
}

}  // namespace hawkcache::scenario
