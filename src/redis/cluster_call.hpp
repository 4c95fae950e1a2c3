// The commands of one call on their way through a cluster: each to the master of its slot, all
// masters at once, and again where a master sends it elsewhere or cannot take it yet. A part of the
// cluster client; lives in the frame of the call. Belongs to one worker's thread.
#pragma once

#include "base/clock.hpp"
#include "net/asio.hpp"
#include "redis/batch.hpp"
#include "redis/client.hpp"
#include "redis/cluster_topology.hpp"
#include "redis/command.hpp"
#include "redis/reply.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

namespace hawkcache::redis {

class ClusterCall {
 public:
  ClusterCall(std::shared_ptr<ClusterTopology> topology,
              Lane lane,
              std::vector<Command> commands,
              Duration timeout);

  // See Client::call. Once.
  net::Awaitable<std::vector<Reply>> run();

 private:
  // A command without its final reply.
  struct Errand {
    Command command;
    std::size_t place = 0;  // of its reply
    std::optional<Endpoint> led_to;
    enum class Entrance : std::uint8_t { open, asking } entrance = Entrance::open;
    std::size_t detours = 0;
  };
  // What goes to one node in one go.
  struct Shipment {
    std::shared_ptr<ClusterNode> node;
    std::vector<Errand> errands;  // their commands are in the batch while it is under way
    BatchPtr batch;
  };

  net::Awaitable<void> learn_the_map();
  // Of what is left; what cannot be sent anywhere stays, or fails.
  std::vector<Shipment> load();
  std::optional<Endpoint> destination(const Errand& errand) const;
  void send(Shipment& shipment);
  void settle(Shipment& shipment);
  void carry_on(Errand errand, const Reply& reply, const Endpoint& from);
  void follow(Errand errand, Redirection redirection);
  void try_again(Errand errand);
  void fail(const Errand& errand, ErrorCode why);
  bool out_of_time() const;

  std::shared_ptr<ClusterTopology> topology_;
  Lane lane_;
  SteadyTime deadline_;
  std::vector<Errand> left_;
  std::vector<Reply> replies_;
  bool pause_ = false;  // somebody is to be given time before he is asked again
};

}  // namespace hawkcache::redis
