#include "shared_store/redis_store.hpp"

#include "redis/complaints.hpp"
#include "shared_store/fence_log.hpp"
#include "shared_store/redis_log.hpp"

#include <optional>
#include <utility>

namespace hawkcache::shared_store {

namespace {

using redis::Command;
using redis::Lane;
using redis::Reply;

}  // namespace

RedisStore::RedisStore(RedisCore& core,
                       RedisSweeper& sweeper,
                       RedisLargeTags& large_tags,
                       net::Worker& worker)
    : core_(core),
      sweeper_(sweeper),
      large_tags_(large_tags),
      worker_(worker),
      client_(redis::make_client(worker, core.settings.connection, core.client_figures)),
      leases_(core, *client_, worker) {}

RedisStore::~RedisStore() = default;

void RedisStore::close() noexcept {
  following_.clear();
  leases_.close();
  client_.reset();
}

void RedisStore::try_find(const caching::KeyView& /*key*/, store::Found& found) noexcept {
  found.clear();
}

// Connections from before a change of the server's identity know it by its former one.
std::shared_ptr<const Membership> RedisStore::membership() {
  auto membership = core_.link.usable() ? core_.link.membership() : nullptr;
  if (membership && std::exchange(server_, membership->server) != membership->server) {
    client_->reconnect();
  }
  return membership;
}

// Whatever fails is counted on the link; an error of the server is an answer.
net::Awaitable<RedisStore::Replies> RedisStore::ask(std::vector<Command> commands,
                                                    Lane lane,
                                                    store::Patience& patience) {
  const Duration share = patience.left();
  Replies replies(commands.size(), Reply::failed(Errc::store_timeout));
  if (patience.is_spent()) co_return replies;
  {
    const store::Patience::Meter meter(patience, worker_.clock());
    replies = co_await client_->call(lane, std::move(commands), share);
  }
  std::optional<ErrorCode> failed;
  for (const Reply& reply : replies) {
    if (reply.is(Reply::Type::none)) {
      if (reply.failure != Errc::store_overloaded) failed = reply.failure;
      continue;
    }
    // A full server, and a foreign value under our names, are dealt with where they are met.
    if (!reply.is(Reply::Type::error) || reply.is_error("OOM") || reply.is_error("WRONGTYPE")) {
      continue;
    }
    redis::complain(core_.names.prefix(), reply.text, worker_.clock().steady());
    failed = Errc::store_unavailable;
  }
  if (failed) {
    report_failed(*failed, share);
  } else {
    core_.link.report_answer();
  }
  co_return replies;
}

// An answer that was not waited for as long as an answer may take says nothing of Redis.
void RedisStore::report_failed(const ErrorCode& failure, Duration share) noexcept {
  if (failure == Errc::store_timeout && share < core_.settings.connection.timeout) return;
  core_.link.report_failure();
}

net::Awaitable<bool> RedisStore::has_followed(Membership membership,
                                              Reply counter,
                                              store::Patience& patience) {
  if (counter.is(Reply::Type::none)) co_return false;
  const auto read = parse_shared_counter(counter.text);
  if (counter.server != membership.server || !read || read->generation != membership.generation ||
      read->identity != membership.server) {
    if (counter.server != membership.server) client_->reconnect();
    core_.link.report_suspicion();
    co_return false;
  }
  while (core_.fence.followed().epoch < read->epoch) {
    // Who has waited all its time for another's reading has none left for its own.
    if (patience.is_spent()) co_return false;
    if (follows_) {
      following_.push_back(std::make_shared<net::WakeUp>(worker_.executor()));
      const std::shared_ptr<net::WakeUp> bell = following_.back();
      const store::Patience::Meter meter(patience, worker_.clock());
      co_await bell->wait(patience.left());
      if (follows_ && core_.fence.followed().epoch < read->epoch) co_return false;
      continue;
    }
    const bool caught_up = co_await catch_up(membership, patience);
    if (!caught_up) co_return false;
  }
  // Another generation may be followed by now; what was read is none of it then.
  co_return core_.fence.followed().generation == membership.generation;
}

net::Awaitable<bool> RedisStore::catch_up(Membership membership, store::Patience& patience) {
  const Duration share = patience.left();
  const store::Patience::Meter meter(patience, worker_.clock());
  follows_ = true;
  const auto followed =
      co_await follow_log(core_, *client_, membership, ReadingTime::in_all(share));
  follows_ = false;
  for (const auto& bell : std::exchange(following_, {})) bell->ring();
  if (followed) co_return true;
  if (followed.error() == Errc::store_protocol) {
    core_.link.report_suspicion();
  } else {
    report_failed(followed.error(), share);
  }
  co_return false;
}

store::FetchTicket RedisStore::begin_fetch(WallTime /*now*/) {
  // The stamp first: what is followed after it is met by the shared fence, what was followed before
  // is in the local epoch already.
  const store::SharedStamp stamp =
      core_.link.usable() ? core_.fence.followed() : store::SharedStamp{};
  store::FetchTicket ticket = core_.local.begin_fetch(core_.redis_clock.now());
  ticket.set_shared(stamp);
  return ticket;
}

// What was read from Redis has a local epoch from when it was read: purges that had been followed
// by then are met by its stamp.
bool RedisStore::stands_for(const store::StoredResponse& response,
                            std::string_view authority,
                            std::string_view path_and_query) noexcept {
  if (!store::Store::stands_for(response, authority, path_and_query)) return false;
  const store::SharedStamp stamp = response.shared();
  return stamp.generation == 0 ||
         core_.fence.check_url(stamp, authority, path_and_query) == store::Trust::trusted;
}

store::StoreStats RedisStore::stats() const {
  store::StoreStats stats;
  stats.fences = core_.fence.fence_count();
  return stats;
}

net::Awaitable<store::LeaseState> RedisStore::try_lease(store::LeaseRequest request,
                                                        store::Patience& patience) {
  if (!core_.link.usable()) co_return store::LeaseState::unavailable;
  const store::LeaseState state = co_await leases_.take(request, patience);
  co_return state;
}

void RedisStore::release_lease(caching::KeyView key,
                               std::uint64_t sequence,
                               store::LeaseEnd end) noexcept {
  leases_.give_back(key.hash, sequence, end);
}

// Nothing lies here but what is being fetched: older fences have nothing left to do.
store::Store::Sweep RedisStore::sweep(WallTime /*now*/, std::size_t /*budget*/) {
  const auto retired = core_.local.retire_through(core_.local.oldest_fetch());
  if (retired == store::PurgeFence::Retired::in_part) return Sweep::more;
  return Sweep::done;
}

}  // namespace hawkcache::shared_store
