#include "support/redis_sentinels.hpp"

#include "support/within.hpp"

#include <stdexcept>

namespace hawkcache::testing_support {
namespace {

constexpr std::size_t kServers = 3;
constexpr std::size_t kSentinels = 3;
// After how long a silent server counts as lost, in milliseconds: soon only where one is to be
// lost, and never merely because the machine is busy.
constexpr const char* kDownSoon = "1000";
constexpr const char* kDownLate = "30000";

RedisServerOptions sentinel_options(std::uint16_t master, const std::string& password) {
  const std::string name = RedisSentinels::kMasterName;
  RedisServerOptions options{.mode = RedisServerOptions::Mode::sentinel};
  options.directives = {
      {"sentinel", "monitor " + name + " 127.0.0.1 " + std::to_string(master) + " 2"},
      {"sentinel", "down-after-milliseconds " + name + " " + kDownLate},
      {"sentinel", "failover-timeout " + name + " 3000"},
  };
  if (!password.empty()) {
    options.directives.emplace_back("sentinel", "auth-pass " + name + " " + password);
  }
  return options;
}

}  // namespace

RedisSentinels::RedisSentinels(RedisServerOptions node) : password_(node.password) {
  start_servers(std::move(node));
  start_sentinels();
  wait_until_known();
}

void RedisSentinels::start_servers(RedisServerOptions options) {
  if (!password_.empty()) options.directives.emplace_back("masterauth", password_);
  options.directives.emplace_back("repl-ping-replica-period", "1");
  servers_.push_back(std::make_unique<RedisServer>(options));
  options.directives.emplace_back("replicaof",
                                  "127.0.0.1 " + std::to_string(servers_.front()->port()));
  while (servers_.size() < kServers) servers_.push_back(std::make_unique<RedisServer>(options));
  for (std::size_t i = 1; i < kServers; ++i) {
    RedisCli cli = servers_[i]->cli();
    require_within(kPatience, "a replica that has caught up", [&cli] {
      return cli.info({"INFO", "replication"}, "master_link_status") == "up";
    });
  }
}

void RedisSentinels::start_sentinels() {
  for (std::size_t i = 0; i < kSentinels; ++i) {
    sentinels_.push_back(
        std::make_unique<RedisServer>(sentinel_options(servers_.front()->port(), password_)));
    // Everything that they do in their own good time, sooner; and no half minute of inaction after
    // the machine was busy elsewhere for two seconds.
    sentinels_.back()->cli().text({"SENTINEL",
                                   "DEBUG",
                                   "info-period",
                                   "500",
                                   "publish-period",
                                   "200",
                                   "ask-period",
                                   "200",
                                   "tilt-period",
                                   "1000"});
  }
}

void RedisSentinels::wait_until_known() const {
  for (const auto& sentinel : sentinels_) {
    RedisCli cli = sentinel->cli();
    require_within(kPatience, "sentinels that know each other and the replicas", [&cli] {
      const auto facts = cli.list({"SENTINEL", "MASTER", kMasterName});
      std::size_t right = 0;
      for (std::size_t i = 0; i + 1 < facts.size(); i += 2) {
        if (facts[i] == "num-slaves" && facts[i + 1] == std::to_string(kServers - 1)) ++right;
        if (facts[i] == "num-other-sentinels" && facts[i + 1] == std::to_string(kSentinels - 1))
          ++right;
      }
      return right == 2;
    });
  }
}

std::uint16_t RedisSentinels::master_port() const {
  for (const auto& sentinel : sentinels_) {
    if (!sentinel->running()) continue;
    const auto address = sentinel->cli().list({"SENTINEL", "GET-MASTER-ADDR-BY-NAME", kMasterName});
    return static_cast<std::uint16_t>(std::stoi(address.at(1)));
  }
  throw std::runtime_error("no sentinel lives");
}

RedisServer& RedisSentinels::master() {
  const std::uint16_t port = master_port();
  for (const auto& server : servers_) {
    if (server->port() == port) return *server;
  }
  throw std::runtime_error("the sentinels name a master that is none of theirs");
}

std::string RedisSentinels::url() const {
  std::string result = "redis+sentinel://";
  if (!password_.empty()) result += ":" + password_ + "@";
  for (std::size_t i = 0; i < sentinels_.size(); ++i) {
    if (i > 0) result += ',';
    result += "127.0.0.1:" + std::to_string(sentinels_[i]->port());
  }
  return result + "/" + kMasterName + "/0";
}

void RedisSentinels::fail_over() {
  master().kill();
  elect();
}

void RedisSentinels::elect() {
  const std::uint16_t before = master_port();
  set_down_after(kDownSoon);
  for (const auto& sentinel : sentinels_) {
    if (!sentinel->running()) continue;
    RedisCli cli = sentinel->cli();
    require_within(kPatience, "sentinels that name another master", [&] {
      const auto address = cli.list({"SENTINEL", "GET-MASTER-ADDR-BY-NAME", kMasterName});
      return address.at(1) != std::to_string(before);
    });
  }
  RedisCli promoted = master().cli();
  require_within(kPatience, "a replica that is made the master", [&promoted] {
    return promoted.info({"INFO", "replication"}, "role") == "master";
  });
  set_down_after(kDownLate);
}

void RedisSentinels::set_down_after(const std::string& milliseconds) const {
  for (const auto& sentinel : sentinels_) {
    if (!sentinel->running()) continue;
    sentinel->cli().text({"SENTINEL", "SET", kMasterName, "down-after-milliseconds", milliseconds});
  }
}

}  // namespace hawkcache::testing_support
