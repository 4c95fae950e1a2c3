#include "shared_store/redis_figures.hpp"

#include <algorithm>

namespace hawkcache::shared_store {
namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

// Counted up and down by several threads: a reader may catch it below zero.
std::uint64_t gauge(const std::atomic<std::int64_t>& value) noexcept {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, value.load(kRelaxed)));
}

RedisSnapshot::Clients snapshot(const redis::ClientFigures& clients) noexcept {
  RedisSnapshot::Clients taken;
  taken.commands = clients.commands.load(kRelaxed);
  taken.command_errors = clients.command_errors.load(kRelaxed);
  taken.timeouts = clients.timeouts.load(kRelaxed);
  taken.refused = clients.refused.load(kRelaxed);
  taken.connects = clients.connects.load(kRelaxed);
  taken.connect_failures = clients.connect_failures.load(kRelaxed);
  taken.disconnects = clients.disconnects.load(kRelaxed);
  taken.redirections = clients.redirections.load(kRelaxed);
  taken.bytes_sent = clients.bytes_sent.load(kRelaxed);
  taken.bytes_received = clients.bytes_received.load(kRelaxed);
  taken.connections = gauge(clients.connections);
  taken.waiting = gauge(clients.waiting);
  for (std::size_t i = 0; i < taken.latency.size(); ++i)
    taken.latency[i] = clients.latency[i].load(kRelaxed);
  taken.latency_sum_us = clients.latency_sum_us.load(kRelaxed);
  return taken;
}

}  // namespace

RedisSnapshot snapshot(const RedisFigures& figures, const redis::ClientFigures& clients) noexcept {
  RedisSnapshot taken;
#define X(member, help) taken.member = figures.member.load(kRelaxed);
  HAWKCACHE_REDIS_COUNTERS(X)
#undef X
  for (std::size_t i = 0; i < kRejectedValueCount; ++i)
    taken.values_rejected[i] = figures.values_rejected[i].load(kRelaxed);
  taken.state = figures.state.load(kRelaxed);
  taken.push_connected = figures.push_connected.load(kRelaxed);
  taken.clients = snapshot(clients);
  return taken;
}

std::string_view name_of(RedisState state) noexcept {
  switch (state) {
    case RedisState::up:
      return "up";
    case RedisState::joining:
      return "joining";
    case RedisState::down:
      return "down";
  }
  return "down";
}

std::string_view name_of(RejectedValue why) noexcept {
  switch (why) {
    case RejectedValue::foreign:
      return "foreign";
    case RejectedValue::version:
      return "version";
    case RejectedValue::truncated:
      return "truncated";
    case RejectedValue::checksum:
      return "checksum";
    case RejectedValue::malformed:
      return "malformed";
    case RejectedValue::count_:
      break;
  }
  return "";
}

}  // namespace hawkcache::shared_store
