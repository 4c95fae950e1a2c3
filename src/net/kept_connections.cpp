#include "net/kept_connections.hpp"

#include <algorithm>
#include <utility>

namespace hawkcache::net {
namespace {

constexpr Duration kSweepEvery{1000};

}  // namespace

KeptConnections::KeptConnections(Worker& worker, std::size_t servers, Limits limits)
    : clock_(worker.clock()), limits_(limits), idle_(servers), sweep_(worker.deadlines(), *this) {}

UpstreamConnectionPtr KeptConnections::take(std::size_t server, Duration max_idle) {
  std::deque<Kept>& idle = idle_[server];
  const Duration oldest_allowed = std::min(max_idle, limits_.keepalive_timeout);
  while (!idle.empty()) {
    // The others are older still.
    if (clock_.steady() - idle.back().since > oldest_allowed) return nullptr;
    UpstreamConnectionPtr connection = std::move(idle.back().connection);
    idle.pop_back();
    if (connection->is_quiet()) return connection;
  }
  return nullptr;
}

void KeptConnections::keep(UpstreamConnectionPtr connection) {
  if (retired_ || limits_.max_per_server == 0) return;
  std::deque<Kept>& idle = idle_[connection->server()];
  if (idle.size() >= limits_.max_per_server) idle.pop_front();
  idle.push_back({std::move(connection), clock_.steady()});
  if (!sweep_.armed()) sweep_.arm(kSweepEvery);
}

void KeptConnections::retire() noexcept {
  retired_ = true;
  for (std::deque<Kept>& idle : idle_) idle.clear();
  sweep_.disarm();
}

void KeptConnections::deadline_expired() noexcept {
  const SteadyTime now = clock_.steady();
  bool any_left = false;
  for (std::deque<Kept>& idle : idle_) {
    std::erase_if(idle, [&](const Kept& kept) {
      return now - kept.since > limits_.keepalive_timeout || !kept.connection->is_quiet();
    });
    any_left = any_left || !idle.empty();
  }
  if (any_left) sweep_.arm(kSweepEvery);
}

}  // namespace hawkcache::net
