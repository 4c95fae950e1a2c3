// What one client knows of its cluster: the connections to its nodes, and who serves which slot, as
// the nodes tell it. Asks them again every kRoutine once it was asked for anything, and sooner
// where something turns out to be different: one question at a time, and no more than one every
// kRefreshInterval.
//
// Belongs to one worker's thread. Owned by shared_ptr; asking keeps it alive.
#pragma once

#include "base/clock.hpp"
#include "net/asio.hpp"
#include "redis/batch.hpp"
#include "redis/client.hpp"
#include "redis/connection.hpp"
#include "redis/session.hpp"
#include "redis/settings.hpp"
#include "redis/slot_map.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

namespace hawkcache::redis {

std::shared_ptr<Locator> locator_of(const Endpoint& endpoint);

struct ClusterNode {
  ClusterNode(const std::shared_ptr<Environment>& environment, const Endpoint& at);
  Connection& on(Lane lane) noexcept { return lane == Lane::lookups ? lookups : writes; }

  Endpoint endpoint;
  // To a master only. What a server says of its identity when a connection is made is true for as
  // long as it stays one.
  Connection lookups;
  Connection writes;
  // About the cluster: a replica knows as much.
  Connection questions;
};

// Errors: as of SlotMap::from_reply(); store_unavailable from a node that knows itself cut off, or
// the cluster down: its map may be an old one.
Result<SlotMap> read_map(const std::vector<Reply>& replies, const ClusterNode& from);

class ClusterTopology : public std::enable_shared_from_this<ClusterTopology> {
 public:
  static constexpr Duration kRefreshInterval{100};
  static constexpr Duration kRoutine{1000};

  explicit ClusterTopology(std::shared_ptr<Environment> environment);
  ClusterTopology(const ClusterTopology&) = delete;
  ClusterTopology& operator=(const ClusterTopology&) = delete;

  // As last heard. Empty at first; a cluster that does not answer keeps its map.
  const SlotMap& map() const noexcept { return map_; }
  // The map is of some use: it has been heard since the start and since forget().
  bool known() const noexcept { return known_; }
  // The node at that place, its connections made when they are used. Null when a cluster names more
  // places than any has. Callers hold it while they wait for its replies.
  std::shared_ptr<ClusterNode> node(const Endpoint& endpoint);
  // Asks a node for the map as it sees it; read_map() reads what it answers.
  BatchPtr ask_for_map(ClusterNode& node, SteadyTime deadline);
  // The number of a master for a command that any of them may have.
  std::size_t any_master() noexcept;

  // The map is to be heard anew. Nobody waits for it, unless with wait().
  void refresh() noexcept;
  // Whether somebody is being asked, or about to be as soon as the interval allows it.
  bool refreshing() const noexcept { return wanted_; }
  // Whether refresh() would ask right away.
  bool may_ask() const noexcept;
  // Ends when a refresh does, but no later than `until`.
  net::Awaitable<void> wait(SteadyTime until);

  // Puts the map in doubt, and questions first.
  void forget() noexcept;
  void reconnect() noexcept;  // forgets, and gives up the connections
  // Gives up the connections for good; what waits for replies is failed.
  void close() noexcept;

  Environment& environment() noexcept { return *environment_; }

 private:
  class Waiting;
  using Self = std::shared_ptr<ClusterTopology>;
  static net::Awaitable<void> keep_asking(Self self);
  static net::Awaitable<void> ask_around(Self self);
  static net::Awaitable<Result<SlotMap>> ask(Self self, std::shared_ptr<ClusterNode> node);
  // Everybody who may know: the masters in turns, then the others.
  std::vector<Endpoint> candidates() const;
  void adopt(SlotMap map);
  void end_refresh() noexcept;

  std::shared_ptr<Environment> environment_;
  std::map<Endpoint, std::shared_ptr<ClusterNode>> nodes_;
  SlotMap map_;
  bool known_ = false;
  bool asks_ = false;    // keep_asking() runs
  bool wanted_ = false;  // a refresh, before its turn
  bool closed_ = false;
  std::size_t refreshes_ = 0;
  std::size_t next_master_ = 0;
  SteadyTime last_refresh_;
  net::Timer turn_;  // of the next refresh
  std::vector<net::Timer*> waiting_;
};

}  // namespace hawkcache::redis
