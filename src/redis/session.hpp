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
#include "redis/greeting.hpp"
#include "redis/reply.hpp"
#include "redis/settings.hpp"
#include "redis/stream.hpp"

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
  // Whether it got as far as being open, and when it was closed.
  bool was_open() const noexcept { return was_open_; }
  SteadyTime closed_at() const noexcept { return closed_at_; }
  // Known once it was open; 0 with Greeting::nothing.
  ServerIdentity identity() const noexcept { return identity_; }
  std::uint64_t incarnation() const noexcept { return incarnation_; }
  // Where it leads, as far as that is known yet.
  const Target& target() const noexcept { return target_; }

 private:
  // However its coroutines end: nobody waits for what no longer comes.
  struct ClosesAtEnd {
    Session& session;
    ~ClosesAtEnd() { session.close(Errc::store_unavailable); }
  };
  // Its coroutines; each holds the session.
  static net::Awaitable<void> run(std::shared_ptr<Session> self);
  static net::Awaitable<void> write_commands(std::shared_ptr<Session> self);
  net::Awaitable<ErrorCode> establish();
  net::Awaitable<ErrorCode> greet();
  ErrorCode turned_away(const std::vector<Reply>& replies);
  ErrorCode meet(Introduction server);
  net::Awaitable<ErrorCode> read_replies();

  ErrorCode take_replies();
  ErrorCode take(Reply reply, SteadyTime received);
  bool take_message(Reply& reply) noexcept;
  void gather();
  // Returns whether there is anything large in the batch.
  bool add_pieces(const Batch& batch);
  void wake_writer() noexcept;
  void count_waiting(std::size_t more, std::size_t fewer) noexcept;

  // Looks at the clock no later than that.
  void look_at(SteadyTime when) noexcept;
  void look(SteadyTime now) noexcept;
  void drop_expired(SteadyTime now) noexcept;
  SteadyTime next_look() const noexcept;

  std::shared_ptr<Environment> environment_;
  std::shared_ptr<Locator> locator_;
  Greeting greeting_;
  std::uint64_t incarnation_;
  MessageListener* listener_ = nullptr;

  State state_ = State::fresh;
  bool was_open_ = false;
  SteadyTime closed_at_{};
  ErrorCode reason_;  // why it is closed
  ServerIdentity identity_ = 0;
  Target target_;
  std::unique_ptr<Stream> stream_;

  std::vector<char> input_;
  ReplyReader reader_;

  std::deque<BatchPtr> unwritten_;
  std::deque<BatchPtr> unanswered_;  // written, or being written
  std::size_t waiting_ = 0;          // commands of both
  std::size_t unwritten_bytes_ = 0;  // those being written included

  // What is being written: small commands copied together, large ones where they lie.
  struct Piece {
    const char* outside;  // null: in small_commands_
    std::size_t offset;
    std::size_t size;
  };
  std::string small_commands_;
  std::vector<Piece> pieces_;
  std::vector<net::asio::const_buffer> buffers_;
  std::vector<BatchPtr> being_written_;  // those with large commands
  std::size_t bytes_being_written_ = 0;
  std::uint64_t gathered_ = 0;  // bytes, of all times
  std::uint64_t written_ = 0;   // likewise
  net::Timer writer_bell_;      // never rings by itself: its cancellation wakes the writer
  bool writer_waits_ = false;

  // One timer looks after all deadlines.
  net::Timer clock_;
  SteadyTime next_look_ = SteadyTime::max();
  SteadyTime last_look_{};
  SteadyTime established_by_ = SteadyTime::max();
};

// For owners that may be destroyed on another thread than the worker's: closes it there, or, where
// the worker has ended already, as its io_context dies.
void close_on_worker(net::Worker& worker, std::shared_ptr<Session> session);

}  // namespace hawkcache::redis
