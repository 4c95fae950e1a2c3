// A real Redis Cluster for one test: masters, and a replica of each if wanted, on free ports. Nodes
// 0 to masters-1 are the masters, node masters+i is the replica of node i, until a failover.
//
// Nodes count others as lost only in fail_over(), not because the machine is busy or one was
// frozen. A slot whose master is gone takes only its own keys down (cluster-require-full-coverage
// no).
#pragma once

#include "support/redis_server.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace hawkcache::testing_support {

struct RedisClusterOptions {
  std::size_t masters = 3;
  bool replicas = false;
  RedisServerOptions node{};  // of every node; its mode is set here
};

class RedisCluster {
 public:
  // Returns when every node says that the cluster is well: after three to six seconds.
  explicit RedisCluster(RedisClusterOptions options = {});

  std::size_t masters() const { return masters_; }
  std::size_t nodes() const { return nodes_.size(); }
  RedisServer& node(std::size_t index) { return *nodes_.at(index); }
  const RedisServer& node(std::size_t index) const { return *nodes_.at(index); }
  std::string url() const;  // redis+cluster://:password@host:port,host:port...

  std::uint16_t slot_of(const std::string& key) const;  // as a node says
  std::size_t owner_of(std::uint16_t slot) const;       // the node that serves it
  std::string key_in(std::uint16_t slot) const;         // a key of that slot

  // Hands a slot to another master, with its keys.
  void move_slot(std::uint16_t slot, std::size_t to);
  // The same in steps. In between, the owner answers for keys it still has and sends the others to
  // the new one (ASK).
  void begin_move(std::uint16_t slot, std::size_t to);
  void move_key(const std::string& key, std::size_t to);
  void move_keys(std::uint16_t slot, std::size_t to);
  void finish_move(std::uint16_t slot, std::size_t to);

  // Kills a master that has a replica, and waits until that is the master, and every node that
  // lives says so. Returns the new master's index.
  std::size_t fail_over(std::size_t master);
  // The second half of it: that master has been killed.
  std::size_t promote_replica_of(std::size_t master);
  void wait_until_well() const;

 private:
  void start_nodes(const RedisClusterOptions& options);
  void meet() const;
  void assign_slots() const;
  void attach_replicas() const;
  void wait_until_agreed() const;
  void set_node_timeout(const std::string& milliseconds) const;
  std::string id_of(std::size_t node) const;
  void migrate(std::size_t from, std::size_t to, const std::vector<std::string>& keys);
  std::vector<std::size_t> living() const;

  std::size_t masters_;
  std::string password_;
  std::vector<std::unique_ptr<RedisServer>> nodes_;
};

}  // namespace hawkcache::testing_support
