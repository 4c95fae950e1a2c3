#include "net/kept_connections.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include <poll.h>

namespace hawkcache::net {
namespace {

constexpr Duration kSweepEvery{1000};
// Servers close what has been idle for seconds, and a request that meets the closing is lost.
constexpr Duration kRecentlyUsed{1000};
// The kernel keeps that many on its stack.
constexpr std::size_t kLookedAtOnce = 30;

}  // namespace

KeptConnections::KeptConnections(Worker& worker, std::size_t servers, Limits limits)
    : clock_(worker.clock()),
      turns_(worker.turns()),
      limits_(limits),
      servers_(servers),
      sweep_(worker.deadlines(), *this) {}

UpstreamConnectionPtr KeptConnections::take(std::size_t server, Use use, SteadyTime now) {
  Server& from = servers_[server];
  const bool shared = use == Use::repeatable && turns_.current() != 0;
  const std::uint64_t turn = shared ? turns_.current() : kJustNow;
  const std::size_t wanted = shared ? likely_takings(from, turn) : 1;
  const Duration max_idle = use == Use::once ? std::min(kRecentlyUsed, limits_.keepalive_timeout)
                                             : limits_.keepalive_timeout;
  while (!from.idle.empty()) {
    Kept& last = from.idle.back();
    // The others are older still.
    if (now - last.since > max_idle) return nullptr;
    if (last.looked_at != turn) {
      look_at_back(from.idle, wanted, turn);
      continue;
    }
    UpstreamConnectionPtr connection = std::move(last.connection);
    from.idle.pop_back();
    return connection;
  }
  return nullptr;
}

std::size_t KeptConnections::likely_takings(Server& server, std::uint64_t turn) noexcept {
  if (turn != server.turn) {
    server.turn = turn;
    server.takings_before = std::exchange(server.takings, 0);
  }
  const std::size_t likely =
      server.takings_before - std::min(server.takings_before, server.takings++);
  return std::clamp<std::size_t>(likely, 1, kLookedAtOnce);
}

void KeptConnections::look_at_back(std::deque<Kept>& idle, std::size_t wanted, std::uint64_t turn) {
  const std::size_t most = std::min(wanted, idle.size());
  std::size_t count = 0;
  while (count < most && idle[idle.size() - 1 - count].looked_at != turn) ++count;
  look(idle, idle.size() - count, count, turn);
}

void KeptConnections::look(std::deque<Kept>& idle,
                           std::size_t first,
                           std::size_t count,
                           std::uint64_t turn) {
  std::array<pollfd, kLookedAtOnce> looks;
  for (std::size_t i = 0; i < count; ++i) {
    looks[i] = {idle[first + i].connection->descriptor(), POLLIN, 0};
  }
  int said = -1;
  do {
    said = ::poll(looks.data(), count, 0);
  } while (said < 0 && errno == EINTR);
  std::size_t kept = first;
  for (std::size_t i = 0; i < count; ++i) {
    // What could not be looked at is not trusted.
    if (said < 0 || looks[i].revents != 0) continue;
    Kept& quiet = idle[first + i];
    quiet.looked_at = turn;
    if (kept != first + i) idle[kept] = std::move(quiet);
    ++kept;
  }
  const auto end = idle.begin() + static_cast<std::ptrdiff_t>(first + count);
  idle.erase(idle.begin() + static_cast<std::ptrdiff_t>(kept), end);
}

void KeptConnections::keep(UpstreamConnectionPtr connection) {
  if (retired_ || limits_.max_per_server == 0) return;
  std::deque<Kept>& idle = servers_[connection->server()].idle;
  if (idle.size() >= limits_.max_per_server) idle.pop_front();
  idle.push_back({std::move(connection), clock_.steady()});
  if (!sweep_.armed()) sweep_.arm(kSweepEvery);
}

void KeptConnections::retire() noexcept {
  retired_ = true;
  for (Server& server : servers_) server.idle.clear();
  sweep_.disarm();
}

void KeptConnections::deadline_expired() noexcept {
  const SteadyTime now = clock_.steady();
  bool any_left = false;
  for (Server& server : servers_) {
    std::deque<Kept>& idle = server.idle;
    std::erase_if(idle,
                  [&](const Kept& kept) { return now - kept.since > limits_.keepalive_timeout; });
    for (std::size_t end = idle.size(); end > 0;) {
      const std::size_t count = std::min(end, kLookedAtOnce);
      end -= count;
      look(idle, end, count, kNever);
    }
    any_left = any_left || !idle.empty();
  }
  if (any_left) sweep_.arm(kSweepEvery);
}

}  // namespace hawkcache::net
