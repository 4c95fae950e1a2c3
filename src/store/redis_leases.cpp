#include "store/redis_leases.hpp"

#include "store/redis_scripts.hpp"

#include <algorithm>
#include <random>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <fmt/format.h>

namespace hawkcache::store {

namespace asio = boost::asio;

namespace {

using redis::Command;
using redis::Lane;

constexpr Duration kLease{800};
constexpr Duration kRenewal{250};

}  // namespace

RedisLeases::RedisLeases(RedisCore& core, redis::Client& client, net::Worker& worker)
    : shared_(std::make_shared<Shared>(
          Shared{.core = core, .client = client, .worker = worker, .held = {}, .token_stem = {}})) {
  std::random_device random;
  shared_->token_stem = fmt::format("{:08x}{:08x}", random(), random());
}

net::Awaitable<LeaseState> RedisLeases::take(Hash128 key) {
  const std::shared_ptr<Shared> shared = shared_;
  Held wanted{.key = key, .token = fmt::format("{}{:x}", shared->token_stem, ++shared->tokens)};
  std::vector<Command> commands;
  commands.push_back(lease_acquire(shared->core.names, key, wanted.token, kLease));
  const auto replies = co_await shared->client.call(
      Lane::lookups, std::move(commands), shared->core.settings.connection.timeout);
  const auto reply = parse_lease_reply(replies.front());
  if (!reply) co_return LeaseState::unavailable;
  switch (*reply) {
    case LeaseReply::elsewhere:
      ++shared->core.figures.leases_waited;
      co_return LeaseState::elsewhere;
    case LeaseReply::unshared:
      co_return LeaseState::unshared;
    case LeaseReply::held:
      break;
  }
  ++shared->core.figures.leases_taken;
  shared->held.push_back(std::move(wanted));
  if (!std::exchange(shared->renewing, true)) {
    asio::co_spawn(shared->worker.executor(), renew(shared), asio::detached);
  }
  co_return LeaseState::held;
}

net::Awaitable<void> RedisLeases::renew(std::shared_ptr<Shared> shared) {
  net::Timer timer(shared->worker.executor());
  while (!shared->held.empty()) {
    timer.expires_after(kRenewal);
    co_await timer.async_wait(net::use_op);
    if (shared->held.empty() || !shared->core.link.usable()) continue;
    std::vector<Command> commands;
    for (const Held& held : shared->held) {
      commands.push_back(lease_renew(shared->core.names, held.key, held.token, kLease));
    }
    co_await shared->client.call(
        Lane::lookups, std::move(commands), shared->core.settings.connection.timeout);
  }
  shared->renewing = false;
}

void RedisLeases::give_back(const Hash128& key, LeaseEnd end) noexcept {
  const auto found = std::find_if(shared_->held.begin(),
                                  shared_->held.end(),
                                  [&](const Held& held) { return held.key == key; });
  if (found == shared_->held.end()) return;
  Held held = std::move(*found);
  shared_->held.erase(found);
  if (!shared_->core.link.usable()) return;
  asio::co_spawn(
      shared_->worker.executor(), release(shared_, std::move(held), end), asio::detached);
}

net::Awaitable<void> RedisLeases::release(std::shared_ptr<Shared> shared, Held held, LeaseEnd end) {
  const Duration marker = end == LeaseEnd::not_shareable ? kUnsharedMarker : kNoMarker;
  std::vector<Command> commands;
  commands.push_back(lease_release(shared->core.names, held.key, held.token, marker));
  co_await shared->client.call(
      Lane::lookups, std::move(commands), shared->core.settings.connection.timeout);
}

}  // namespace hawkcache::store
