// Who serves which slot of a Redis Cluster, as one of its nodes told it. A value.
#pragma once

#include "base/result.hpp"
#include "redis/reply.hpp"
#include "redis/settings.hpp"
#include "redis/slot.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace hawkcache::redis {

class SlotMap {
 public:
  // Of a cluster that nothing is known of.
  SlotMap();

  // From the reply to CLUSTER SLOTS that the node `asked` gave. An empty or absent host in it means
  // the host that was asked. Errors: store_protocol, where anything in it makes no sense or
  // contradicts itself; store_unavailable, where no slot is served at all; the failure of a reply
  // that is none.
  static Result<SlotMap> from_reply(const Reply& reply, const Endpoint& asked);

  // Those that serve slots, in the order of their endpoints: the same cluster gives the same
  // numbers whoever was asked.
  const std::vector<Endpoint>& masters() const noexcept { return masters_; }
  const std::vector<Endpoint>& replicas() const noexcept { return replicas_; }
  // The number of the master that serves the slot; nullopt: none does.
  std::optional<std::size_t> master_of(std::uint16_t slot) const noexcept;

  // The same masters serve the same slots.
  bool same_masters(const SlotMap& other) const noexcept;

 private:
  std::vector<Endpoint> masters_;
  std::vector<Endpoint> replicas_;
  std::vector<std::uint16_t> owners_;  // by slot
};

// Where an error reply "MOVED slot host:port" or "ASK slot host:port" of the node `asked` leads.
struct Redirection {
  enum class Kind : std::uint8_t { moved, ask };
  Kind kind = Kind::moved;
  std::uint16_t slot = 0;
  Endpoint node;
  bool operator==(const Redirection&) const = default;
};
// nullopt: it is none, or makes no sense.
std::optional<Redirection> read_redirection(const Reply& reply, const Endpoint& asked);

}  // namespace hawkcache::redis
