#include "shared_store/tiered_store.hpp"

#include "shared_store/redis_lookup.hpp"

#include <algorithm>
#include <utility>

namespace hawkcache::shared_store {

void TieredStore::try_find(const caching::KeyView& key, store::Found& found) noexcept {
  // Before anything is looked at: Redis may be found again meanwhile, and what lies here from
  // before is distrusted only after that.
  const bool away = !core().link.usable();
  if (!core().link.memory_is_readable(worker().clock().steady())) {
    found.clear();
    return;
  }
  core().memory->try_find(key, found);
  if (away) leave_what_may_be_purged(found);
}

// Another node may see Redis, and take purges that are not heard of here.
void TieredStore::leave_what_may_be_purged(store::Found& found) noexcept {
  if (found.empty() || when_unavailable() == store::WhenUnavailable::protect_origin) return;
  const std::uint64_t oldest = core().recent_fetches.oldest(core().clock.steady());
  const auto may_be_purged = [&](const auto& stored) { return stored->sequence() < oldest; };
  found.erase(std::remove_if(found.begin(), found.end(), may_be_purged), found.end());
}

// Where the origin is to be spared, whatever is here will do.
void TieredStore::find_without_redis(const caching::KeyView& key, store::Found& found) noexcept {
  if (when_unavailable() == store::WhenUnavailable::protect_origin) {
    core().memory->try_find(key, found);
  } else {
    try_find(key, found);
  }
}

// What changed while it was being read is handed out, but not kept: the report of the change has
// been obeyed already. A change that is reported from now on finds it in memory.
void TieredStore::keep(const caching::KeyView& key,
                       std::uint32_t changes,
                       Brought& brought,
                       store::Found& found) {
  for (store::NewResponsePtr& response : brought) {
    core().memory->put_now(response);
    found.push_back(std::move(response));
  }
  if (core().changes.of(key.hash) != changes) core().memory->drop(key.hash);
  sort_newest_first(found);
}

net::Awaitable<store::FindOutcome> TieredStore::look_up(caching::KeyView key,
                                                        const store::VariantSelector* selector,
                                                        store::Found& found,
                                                        store::Patience& patience) {
  found.clear();
  const std::uint32_t changes = core().changes.of(key.hash);
  Brought brought;
  const store::FindOutcome outcome = co_await bring(key, selector, brought, patience);
  if (store::is_unknown(outcome)) {
    find_without_redis(key, found);
  } else {
    keep(key, changes, brought, found);
  }
  co_return outcome;
}

// In memory first: who asks on this node finds it before Redis has answered. What Redis did not
// take while it is in use does not stay: nobody could delete it there.
net::Awaitable<store::PutResult> TieredStore::put(store::NewResponsePtr response,
                                                  store::Patience& patience) {
  const store::StoredResponsePtr shared = response;
  const bool was_up = core().link.usable();
  // Both of the tiers look at it; the memory store takes its tags over.
  const store::PutResult in_memory = core().memory->put_now(std::move(response));
  if (in_memory == store::PutResult::purged_meanwhile ||
      in_memory == store::PutResult::superseded) {
    co_return in_memory;
  }
  if (!was_up) {
    // It came up meanwhile: no set in Redis names this one.
    if (core().link.usable()) core().memory->drop(shared->key_hash());
    co_return in_memory;
  }
  const store::PutResult in_redis = co_await write(shared, patience);
  if (in_redis != store::PutResult::stored) core().memory->drop(shared->key_hash());
  co_return in_redis;
}

store::FetchTicket TieredStore::begin_fetch(WallTime now) {
  const SteadyTime begun = core().clock.steady();
  store::FetchTicket ticket = RedisStore::begin_fetch(now);
  if (!core().link.usable()) core().recent_fetches.note(ticket.sequence(), begun);
  return ticket;
}

// While Redis is away, this node's memory keeps it.
bool TieredStore::could_keep(store::Epoch epoch,
                             const store::SharedStamp& shared,
                             const store::Patience& patience) const noexcept {
  if (core().link.usable()) return RedisStore::could_keep(epoch, shared, patience);
  return epoch >= core().lost_sight_at();
}

// As old as what memory gives out.
std::uint64_t TieredStore::unknown_through(std::uint64_t asked) const noexcept {
  if (core().link.usable()) return asked;
  return std::min(asked, core().recent_fetches.oldest(core().clock.steady()) - 1);
}

std::uint64_t TieredStore::max_object() const noexcept {
  return std::max(core().memory->max_object(), RedisStore::max_object());
}

store::StoreStats TieredStore::stats() const { return core().memory->stats(); }

store::Store::Sweep TieredStore::sweep(WallTime now, std::size_t budget) {
  return core().memory->sweep(now, budget);
}

}  // namespace hawkcache::shared_store
