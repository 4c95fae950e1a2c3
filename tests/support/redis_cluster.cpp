#include "support/redis_cluster.hpp"

#include "support/within.hpp"

#include <set>
#include <sstream>
#include <stdexcept>

namespace hawkcache::testing_support {
namespace {

constexpr std::size_t kSlots = 16'384;
// After how long a silent node counts as lost, in milliseconds: soon only where one is to be lost,
// and never merely because the machine is busy. What nodes tell each other goes faster where it is
// less, so that a cluster is formed with something in between.
constexpr const char* kImpatient = "1000";
constexpr const char* kForming = "5000";
constexpr const char* kPatient = "30000";

std::string text(std::size_t number) { return std::to_string(number); }

RedisServerOptions node_options(RedisServerOptions options) {
  options.mode = RedisServerOptions::Mode::cluster_node;
  auto& directives = options.directives;
  directives.insert(directives.begin(),
                    {{"cluster-node-timeout", kPatient},
                     {"cluster-require-full-coverage", "no"},
                     {"cluster-replica-validity-factor", "0"},
                     {"cluster-allow-replica-migration", "no"},
                     {"repl-ping-replica-period", "1"}});
  if (!options.password.empty()) directives.emplace_back("masterauth", options.password);
  return options;
}

// The masters, their configuration epochs and slots, as a node knows them (CLUSTER NODES).
std::set<std::string> masters_in(const std::string& table) {
  std::set<std::string> masters;
  std::istringstream lines(table);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string id, address, flags, master, ping, pong, epoch, link;
    words >> id >> address >> flags >> master >> ping >> pong >> epoch >> link;
    const bool lives = flags.find("fail") == std::string::npos;
    if (!lives || flags.find("master") == std::string::npos) continue;
    std::string known = id + ' ' + epoch;
    for (std::string slots; words >> slots;) {
      if (!slots.starts_with('[')) known += ' ' + slots;  // one on its way
    }
    masters.insert(known);
  }
  return masters;
}

}  // namespace

RedisCluster::RedisCluster(RedisClusterOptions options)
    : masters_(options.masters), password_(options.node.password) {
  start_nodes(options);
  set_node_timeout(kForming);
  assign_slots();
  meet();
  if (options.replicas) attach_replicas();
  wait_until_well();
  set_node_timeout(kPatient);
}

void RedisCluster::start_nodes(const RedisClusterOptions& options) {
  const std::size_t count = options.replicas ? 2 * masters_ : masters_;
  for (std::size_t i = 0; i < count; ++i) {
    nodes_.push_back(std::make_unique<RedisServer>(node_options(options.node)));
  }
}

void RedisCluster::assign_slots() const {
  for (std::size_t i = 0; i < masters_; ++i) {
    const std::size_t first = kSlots * i / masters_;
    const std::size_t last = kSlots * (i + 1) / masters_ - 1;
    RedisCli cli = node(i).cli();
    cli.text({"CLUSTER", "ADDSLOTSRANGE", text(first), text(last)});
    cli.text({"CLUSTER", "SET-CONFIG-EPOCH", text(i + 1)});
  }
}

// Everybody is introduced to everybody: hearsay takes its time.
void RedisCluster::meet() const {
  for (std::size_t i = 0; i < nodes(); ++i) {
    RedisCli cli = node(i).cli();
    for (std::size_t j = i + 1; j < nodes(); ++j) {
      const RedisServer& other = node(j);
      cli.text({"CLUSTER", "MEET", "127.0.0.1", text(other.port()), text(other.bus_port())});
    }
  }
  for (const auto& node : nodes_) {
    RedisCli cli = node->cli();
    require_within(kPatience, "nodes of a cluster that know each other", [&] {
      return cli.info({"CLUSTER", "INFO"}, "cluster_known_nodes") == text(nodes()) &&
             cli.text({"CLUSTER", "NODES"}).find("handshake") == std::string::npos;
    });
  }
}

void RedisCluster::attach_replicas() const {
  for (std::size_t i = 0; i < masters_; ++i) {
    node(masters_ + i).cli().text({"CLUSTER", "REPLICATE", id_of(i)});
  }
  for (std::size_t i = masters_; i < nodes(); ++i) {
    RedisCli cli = node(i).cli();
    require_within(kPatience, "a replica that has caught up", [&cli] {
      return cli.info({"INFO", "replication"}, "master_link_status") == "up";
    });
  }
  // A replica is promoted only by masters that know whose replica it is.
  for (const auto& node : nodes_) {
    RedisCli cli = node->cli();
    require_within(kPatience, "nodes that know of every replica", [&] {
      std::size_t known = 0;
      const std::string table = cli.text({"CLUSTER", "NODES"});
      for (std::size_t at = table.find("slave "); at != std::string::npos; ++known) {
        at = table.find("slave ", at + 1);
      }
      return known == masters_;
    });
  }
}

void RedisCluster::wait_until_well() const {
  for (const std::size_t index : living()) {
    RedisCli cli = node(index).cli();
    require_within(kPatience, "a cluster that is well", [&cli] {
      return cli.info({"CLUSTER", "INFO"}, "cluster_state") == "ok" &&
             cli.info({"CLUSTER", "INFO"}, "cluster_slots_ok") == text(kSlots);
    });
  }
}

std::vector<std::size_t> RedisCluster::living() const {
  std::vector<std::size_t> result;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (nodes_[i]->running()) result.push_back(i);
  }
  return result;
}

std::string RedisCluster::url() const {
  std::string result = "redis+cluster://";
  if (!password_.empty()) result += ":" + password_ + "@";
  for (std::size_t i = 0; i < masters_; ++i) {
    if (i > 0) result += ',';
    result += "127.0.0.1:" + text(node(i).port());
  }
  return result;
}

std::string RedisCluster::id_of(std::size_t index) const {
  return node(index).cli().text({"CLUSTER", "MYID"});
}

std::uint16_t RedisCluster::slot_of(const std::string& key) const {
  return static_cast<std::uint16_t>(
      node(living().front()).cli().number({"CLUSTER", "KEYSLOT", key}));
}

std::size_t RedisCluster::owner_of(std::uint16_t slot) const {
  const CliReply map = node(living().front()).cli().run({"CLUSTER", "SLOTS"});
  for (const CliReply& range : map.elements) {
    if (slot < range.elements.at(0).integer || slot > range.elements.at(1).integer) continue;
    const long long port = range.elements.at(2).elements.at(1).integer;
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      if (node(i).port() == port) return i;
    }
  }
  throw std::runtime_error("no node serves slot " + text(slot));
}

std::string RedisCluster::key_in(std::uint16_t slot) const {
  RedisCli cli = node(living().front()).cli();
  for (std::size_t i = 0;; ++i) {
    const std::string key = "key-" + text(i);
    if (cli.number({"CLUSTER", "KEYSLOT", key}) == slot) return key;
  }
}

void RedisCluster::begin_move(std::uint16_t slot, std::size_t to) {
  const std::size_t from = owner_of(slot);
  node(to).cli().text({"CLUSTER", "SETSLOT", text(slot), "IMPORTING", id_of(from)});
  node(from).cli().text({"CLUSTER", "SETSLOT", text(slot), "MIGRATING", id_of(to)});
}

void RedisCluster::migrate(std::size_t from, std::size_t to, const std::vector<std::string>& keys) {
  RedisCli::Words words{"MIGRATE", "127.0.0.1", text(node(to).port()), "", "0", "5000", "REPLACE"};
  if (!password_.empty()) words.insert(words.end(), {"AUTH", password_});
  words.emplace_back("KEYS");
  words.insert(words.end(), keys.begin(), keys.end());
  node(from).cli().text(words);
}

void RedisCluster::move_key(const std::string& key, std::size_t to) {
  migrate(owner_of(slot_of(key)), to, {key});
}

void RedisCluster::move_keys(std::uint16_t slot, std::size_t to) {
  const std::size_t from = owner_of(slot);
  for (;;) {
    const auto keys = node(from).cli().list({"CLUSTER", "GETKEYSINSLOT", text(slot), "100"});
    if (keys.empty()) return;
    migrate(from, to, keys);
  }
}

void RedisCluster::finish_move(std::uint16_t slot, std::size_t to) {
  const std::string id = id_of(to);
  // The new owner first: there is no moment at which nobody serves the slot.
  node(to).cli().text({"CLUSTER", "SETSLOT", text(slot), "NODE", id});
  for (const std::size_t index : living()) {
    RedisCli cli = node(index).cli();
    if (index == to || cli.info({"INFO", "replication"}, "role") != "master") continue;
    cli.text({"CLUSTER", "SETSLOT", text(slot), "NODE", id});
  }
  wait_until_agreed();
}

// The new owner of a slot takes a higher configuration epoch than any that it knows of. Before the
// others have heard of it the next owner would take the same, and who then is believed is decided
// by their names: a slot may end up with two masters that send everybody to each other.
void RedisCluster::wait_until_agreed() const {
  require_within(kPatience, "nodes that agree on who serves what", [this] {
    std::set<std::set<std::string>> views;
    for (const std::size_t index : living()) {
      views.insert(masters_in(node(index).cli().text({"CLUSTER", "NODES"})));
    }
    return views.size() == 1;
  });
}

void RedisCluster::move_slot(std::uint16_t slot, std::size_t to) {
  begin_move(slot, to);
  move_keys(slot, to);
  finish_move(slot, to);
}

std::size_t RedisCluster::fail_over(std::size_t master) {
  node(master).kill();
  return promote_replica_of(master);
}

std::size_t RedisCluster::promote_replica_of(std::size_t master) {
  const std::size_t replica = master < masters_ ? masters_ + master : master - masters_;
  set_node_timeout(kImpatient);
  RedisCli cli = node(replica).cli();
  require_within(kPatience, "a replica that is made the master", [&cli] {
    return cli.info({"INFO", "replication"}, "role") == "master";
  });
  wait_until_well();
  set_node_timeout(kPatient);
  return replica;
}

void RedisCluster::set_node_timeout(const std::string& milliseconds) const {
  for (const std::size_t index : living()) {
    node(index).cli().text({"CONFIG", "SET", "cluster-node-timeout", milliseconds});
  }
}

}  // namespace hawkcache::testing_support
