#include "shared_store/redis_leases.hpp"

#include "net/spawn.hpp"
#include "shared_store/hex.hpp"
#include "shared_store/redis_scripts.hpp"

#include <algorithm>
#include <optional>
#include <random>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace hawkcache::shared_store {

namespace {

using redis::Command;
using redis::Lane;

constexpr Duration kLease{800};
constexpr Duration kRenewal{250};

// " generation epoch", 16 digits each.
constexpr std::size_t kStampSize = 34;

std::string stamp_text(const store::SharedStamp& stamp) {
  return " " + to_hex(stamp.generation) + " " + to_hex(stamp.epoch);
}

// nullopt: no token of ours.
std::optional<store::SharedStamp> stamp_of(std::string_view token) {
  if (token.size() < kStampSize) return std::nullopt;
  token.remove_prefix(token.size() - kStampSize);
  const auto generation = number_from_hex(token.substr(1, 16));
  const auto epoch = number_from_hex(token.substr(18, 16));
  if (token[0] != ' ' || token[17] != ' ' || !generation || !epoch) return std::nullopt;
  return store::SharedStamp{*generation, *epoch};
}

bool is_overtaken(const RedisCore& core,
                  std::string_view token,
                  const store::LeaseRequest& request) {
  const auto stamp = stamp_of(token);
  return stamp && core.fence.has_overtaken(stamp->generation,
                                           {.epoch = stamp->epoch,
                                            .authority = request.authority,
                                            .path_and_query = request.path_and_query},
                                           request.rule_tags);
}

}  // namespace

RedisLeases::RedisLeases(RedisCore& core, redis::Client& client, net::Worker& worker)
    : shared_(std::make_shared<Shared>(
          Shared{.core = core, .client = client, .worker = worker, .held = {}, .token_stem = {}})) {
  std::random_device random;
  shared_->token_stem = fmt::format("{:08x}{:08x}", random(), random());
}

// Whoever looked up before it asks for the lease knows all purges that had been answered by then.
net::Awaitable<store::LeaseState> RedisLeases::take(store::LeaseRequest request,
                                                    store::Patience& patience) {
  const std::shared_ptr<Shared> shared = shared_;
  Held wanted{.key = request.key.hash,
              .sequence = request.sequence,
              .token = fmt::format(
                  "{}{:x}{}", shared->token_stem, ++shared->tokens, stamp_text(request.shared))};
  redis::Reply reply = co_await acquire(shared, wanted, {}, patience);
  auto answer = parse_lease_reply(reply);
  if (answer == LeaseReply::elsewhere) {
    if (is_overtaken(shared->core, reply.text, request)) {
      reply = co_await acquire(shared, wanted, reply.text, patience);
      answer = parse_lease_reply(reply);
    }
  }
  if (!answer) co_return store::LeaseState::unavailable;
  switch (*answer) {
    case LeaseReply::elsewhere:
      ++shared->core.figures.leases_waited;
      co_return store::LeaseState::elsewhere;
    case LeaseReply::unshared:
      co_return store::LeaseState::unshared;
    case LeaseReply::held:
      break;
  }
  ++shared->core.figures.leases_taken;
  shared->held.push_back(std::move(wanted));
  if (!std::exchange(shared->renewing, true)) {
    net::spawn_loop(shared->worker.executor(), [shared] { return renew(shared); });
  }
  co_return store::LeaseState::held;
}

// `overtaken`: the token of a holder that loses the lease.
net::Awaitable<redis::Reply> RedisLeases::acquire(std::shared_ptr<Shared> shared,
                                                  Held wanted,
                                                  std::string overtaken,
                                                  store::Patience& patience) {
  if (patience.is_spent()) co_return redis::Reply::failed(Errc::store_timeout);
  std::vector<Command> commands;
  commands.push_back(
      lease_acquire(shared->core.names, wanted.key, wanted.token, kLease, overtaken));
  const store::Patience::Meter meter(patience, shared->worker.clock());
  std::vector<redis::Reply> replies =
      co_await shared->client.call(Lane::lookups, std::move(commands), patience.left());
  co_return std::move(replies.front());
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

void RedisLeases::give_back(const Hash128& key,
                            std::uint64_t sequence,
                            store::LeaseEnd end) noexcept {
  const auto found =
      std::find_if(shared_->held.begin(), shared_->held.end(), [&](const Held& held) {
        return held.sequence == sequence && held.key == key;
      });
  if (found == shared_->held.end() || shared_->closed) return;
  Held held = std::move(*found);
  shared_->held.erase(found);
  if (!shared_->core.link.usable()) return;
  net::spawn(shared_->worker.executor(), release(shared_, std::move(held), end));
}

net::Awaitable<void> RedisLeases::release(std::shared_ptr<Shared> shared,
                                          Held held,
                                          store::LeaseEnd end) {
  const Duration marker = end == store::LeaseEnd::not_shareable ? kUnsharedMarker : kNoMarker;
  std::vector<Command> commands;
  commands.push_back(lease_release(shared->core.names, held.key, held.token, marker));
  co_await shared->client.call(
      Lane::lookups, std::move(commands), shared->core.settings.connection.timeout);
}

}  // namespace hawkcache::shared_store
