#include "scenario/support/redis_deployment.hpp"

#include <stdexcept>

namespace hawkcache::scenario {

using testing_support::RedisCluster;
using testing_support::RedisServer;

RedisDeployment::RedisDeployment(Deployment deployment) {
  if (deployment == Deployment::one_server) {
    server_ = std::make_unique<RedisServer>();
    servers_ = {server_.get()};
    return;
  }
  cluster_ = std::make_unique<RedisCluster>();
  for (std::size_t i = 0; i < cluster_->masters(); ++i) servers_.push_back(&cluster_->node(i));
}

RedisDeployment& RedisDeployment::shared(Deployment deployment) {
  if (deployment == Deployment::one_server) {
    static RedisDeployment one_server(Deployment::one_server);
    return one_server;
  }
  static RedisDeployment cluster(Deployment::cluster);
  return cluster;
}

std::string RedisDeployment::url(const std::string& credentials) const {
  std::string url = (cluster_ ? "redis+cluster://" : "redis://") + credentials;
  for (const RedisServer* server : servers_) {
    if (server != servers_.front()) url += ',';
    url += "127.0.0.1:" + std::to_string(server->port());
  }
  return url;
}

RedisServer& RedisDeployment::server() const {
  if (!server_) throw std::logic_error("a cluster has more than one server");
  return *server_;
}

RedisServer& RedisDeployment::server_with(const std::string& name) const {
  return server_ ? *server_ : cluster_->node(cluster_->owner_of(cluster_->slot_of(name)));
}

std::vector<std::string> RedisDeployment::names(const std::string& pattern) const {
  std::vector<std::string> all;
  for (const RedisServer* server : servers_) {
    for (std::string& name : server->cli().list({"KEYS", pattern})) all.push_back(std::move(name));
  }
  return all;
}

void RedisDeployment::crash_and_start(const std::string& server_with_name) {
  RedisServer& server = server_with(server_with_name);
  server.kill();
  server.start();
  if (cluster_) cluster_->wait_until_well();
}

}  // namespace hawkcache::scenario
