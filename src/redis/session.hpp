// One connection to a server from its making to its end: it looks up where to connect, says who it
// is, and then pipelines the batches of all callers. What breaks once is not mended: Connection
// makes sessions anew, the watch starts anew.
//
// Belongs to one worker's thread. Owned by shared_ptr; its coroutines keep it alive until it is
// closed.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "net/asio.hpp"
#include "net/worker.hpp"
#include "redis/batch.hpp"
#include "redis/client.hpp"
#include "redis/reply.hpp"
#include "redis/settings.hpp"
#include "redis/stream.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace hawkcache::redis {

// What the connections of one client have in common. `worker` and `figures` outlive the worker's
// io_context and what waits in it.
struct Environment {
  Environment(net::Worker& on, Settings where, ClientFigures& counted);
  net::Worker& worker;
  const Settings settings;
  ClientFigures& figures;
  Dialer dialer;
};

// Says where a new connection leads: a fixed place, or the master of the moment.
class Locator {
 public:
  virtual ~Locator() = default;
  // Errors: of Errc::store_*. What it refers to lives as long as the locator, which its callers
  // hold.
  virtual net::Awaitable<Result<Target>> locate(Duration timeout) = 0;
};
std::shared_ptr<Locator> make_fixed_locator(Target target);

// Hears what a subscribed connection is told. Called on the worker's thread, until the session is
// closed.
class MessageListener {
 public:
  // `payload` may be nil, a text, or an array of texts.
  virtual void message(std::string_view channel, Reply payload) noexcept = 0;

 protected:
  ~MessageListener() = default;
};

class Session : public std::enable_shared_from_this<Session> {
 public:
  // What is said first on a new connection.
  enum class Greeting : std::uint8_t {
    master,  // AUTH, SELECT, who are you; whoever is no master is refused
    server,  // the same with a server in any role
    nothing  // a sentinel
  };
  enum class State : std::uint8_t { fresh, connecting, open, closed };

  Session(std::shared_ptr<Environment> environment,
          std::shared_ptr<Locator> locator,
          Greeting greeting,
          std::uint64_t incarnation = 1);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Messages of channels are for `listener`, which outlives the session's being open. Before
  // start().
  void listen(MessageListener& listener) noexcept { listener_ = &listener; }
  // Begins to connect. Once.
  void start();
  // Enters the commands into the pipeline; they are sent as soon as the connection is there. The
  // batch is done at once where there is no room (store_overloaded) or the session is closed.
  void send(BatchPtr batch);
  // Fails whatever waits. The first reason stays.
  void close(ErrorCode reason) noexcept;

  State state() const noexcept { return state_; }
  bool ever_open() const noexcept { return ever_open_; }
  // Known while and after it was open; 0 with Greeting::nothing.
  ServerIdentity identity() const noexcept { return identity_; }
  std::uint64_t incarnation() const noexcept { return incarnation_; }
};

}  // namespace hawkcache::redis
