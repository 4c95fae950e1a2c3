// One worker's way to Redis: one server, the master that Sentinel names, or a cluster. Connections
// are made when they are needed and kept; commands of all callers are pipelined over them. The
// breaker is not here: who calls decides whether to (shared_store/redis_link).
//
// Belongs to one worker's thread. Nothing throws.
#pragma once

#include "base/clock.hpp"
#include "net/asio.hpp"
#include "net/worker.hpp"
#include "redis/command.hpp"
#include "redis/reply.hpp"
#include "redis/settings.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace hawkcache::redis {

// What makes a server's memory of purges its own: the hash of its run id and its replication id
// (INFO server, INFO replication), learned when a connection is made. A restart, a failover and a
// promotion change it. Never 0.
using ServerIdentity = std::uint64_t;

// Commands on two lanes do not wait for each other's bytes: a large value being written does not
// hold up look-ups.
enum class Lane : std::uint8_t { lookups, writes };

// Counted by all clients of a daemon; any thread reads.
struct ClientFigures {
  std::atomic<std::uint64_t> commands{0};
  std::atomic<std::uint64_t> command_errors{0};  // error replies
  std::atomic<std::uint64_t> timeouts{0};        // callers that gave up waiting
  std::atomic<std::uint64_t> refused{0};         // for want of room in a queue
  std::atomic<std::uint64_t> connects{0};
  std::atomic<std::uint64_t> connect_failures{0};
  std::atomic<std::uint64_t> disconnects{0};
  std::atomic<std::uint64_t> redirections{0};  // MOVED and ASK followed
  std::atomic<std::uint64_t> bytes_sent{0};
  std::atomic<std::uint64_t> bytes_received{0};
  std::atomic<std::int64_t> connections{0};  // open
  std::atomic<std::int64_t> waiting{0};      // commands without a reply yet
  // Replies by how long they took, in buckets of up to 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100
  // ms and more; and the sum.
  static constexpr std::size_t kBuckets = 11;
  std::array<std::atomic<std::uint64_t>, kBuckets> latency{};
  std::atomic<std::uint64_t> latency_sum_us{0};
};

class Client {
 public:
  virtual ~Client() = default;

  // Sends the commands in one go and waits for all replies, in order, for no longer than `timeout`.
  // Where one did not come its place holds Type::none: store_timeout (the command may have been
  // carried out), store_unavailable (no connection; or it broke, and the command may have been
  // carried out), store_overloaded (queue full; not sent), store_protocol. An error of the server
  // is a reply of type error. MOVED, ASK, TRYAGAIN, CLUSTERDOWN, NOSCRIPT and LOADING are dealt
  // with inside, as far as the timeout allows, and else are seen as store_unavailable; so is
  // READONLY, which makes the client look for the master anew.
  virtual net::Awaitable<std::vector<Reply>> call(Lane lane,
                                                  std::vector<Command> commands,
                                                  Duration timeout) = 0;
  // How many masters there are: 1, or those of the cluster as last heard. They are numbered from 0;
  // the numbers are good until the cluster changes.
  virtual std::size_t masters() const noexcept = 0;
  // Gives up all connections: the next call makes new ones, and asks Sentinel or the cluster anew.
  virtual void reconnect() noexcept = 0;
};

// `figures` outlive the worker, which outlives the client: what is left of a connection is taken
// apart on the worker's thread, or as its io_context dies. The client may be destroyed on another
// thread, with no call under way (or with the worker stopped).
std::unique_ptr<Client> make_client(net::Worker& worker,
                                    const Settings& settings,
                                    ClientFigures& figures);

}  // namespace hawkcache::redis
