// The idle upstream connections of one pool, last in first out, so that the rest grow old and are
// closed. A sweep every second, while there are any, closes those that are too old or that the
// server has closed or spoken on. Before one is used it is looked at again: an answer that came
// unasked would be taken for that of the next request. Belongs to one worker's thread.
#pragma once

#include "base/clock.hpp"
#include "net/deadline.hpp"
#include "net/upstream_connection.hpp"
#include "net/worker.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <vector>

namespace hawkcache::net {

class KeptConnections final : private Deadline::Listener {
 public:
  struct Limits {
    std::size_t max_per_server = 64;
    Duration keepalive_timeout{30000};
  };
  KeptConnections(Worker& worker, std::size_t servers, Limits limits);

  // Whether the request may be sent a second time.
  // repeatable: may get one that was looked at earlier in this turn (net/turns): those that go out
  // in one turn share a system call for as many as the last such turn took.
  // once: gets one that was used a moment ago, and is looked at just now.
  enum class Use : std::uint8_t { repeatable, once };
  // A connection to that server that is open as far as can be seen, or null.
  UpstreamConnectionPtr take(std::size_t server, Use use, SteadyTime now);
  // REQUIRES: it has not failed, and no request or response is under way on it. Closes the oldest
  // when there are too many.
  void keep(UpstreamConnectionPtr connection);
  // Closes all, and keeps none from now on.
  void retire() noexcept;

 private:
  static constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();
  static constexpr std::uint64_t kJustNow = 0;
  struct Kept {
    UpstreamConnectionPtr connection;
    SteadyTime since;
    std::uint64_t looked_at = kNever;  // in which turn; kJustNow: for the taking under way
  };
  struct Server {
    std::deque<Kept> idle;           // the back was used last
    std::uint64_t turn = 0;          // of the last shared taking
    std::size_t takings = 0;         // in it
    std::size_t takings_before = 0;  // in the one before
  };
  void deadline_expired() noexcept override;
  // Counts a taking; returns how many of this turn, with it, are still likely to come.
  static std::size_t likely_takings(Server& server, std::uint64_t turn) noexcept;
  // Looks at the back ones, as many as wanted, up to one that has been looked at in that turn.
  static void look_at_back(std::deque<Kept>& idle, std::size_t wanted, std::uint64_t turn);
  // Of [first, first + count): closes those that are not quiet. REQUIRES: kLookedAtOnce at most.
  static void look(std::deque<Kept>& idle,
                   std::size_t first,
                   std::size_t count,
                   std::uint64_t turn);

  const Clock& clock_;
  const Turns& turns_;
  Limits limits_;
  std::vector<Server> servers_;
  Deadline sweep_;
  bool retired_ = false;
};

}  // namespace hawkcache::net
