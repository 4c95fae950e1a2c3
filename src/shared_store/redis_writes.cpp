// The Redis store's writes: responses and purges.
#include "base/log.hpp"
#include "caching/freshness.hpp"
#include "net/spawn.hpp"
#include "shared_store/redis_log.hpp"
#include "shared_store/redis_lookup.hpp"
#include "shared_store/redis_scripts.hpp"
#include "shared_store/redis_store.hpp"
#include "shared_store/stored_format.hpp"
#include "shared_store/tag_scripts.hpp"

#include <algorithm>
#include <utility>

namespace hawkcache::shared_store {

namespace {

using redis::Command;
using redis::Lane;
using redis::Reply;

// Dead members of a tag's set are looked for in a sample of this size whenever one is added.
constexpr std::size_t kDeadSample = 4;

// A purge is answered within five seconds, whatever `timeout` says.
constexpr Duration kLongestPurge{2000};
// Who asked for a purge that Redis has taken waits so long at least until this node has followed
// it: as long as the follower would, before it leaves Redis for want of an answer.
constexpr Duration kLeastToFollow{800};

store::PutResult result_of(const Reply& reply) {
  if (reply.is(Reply::Type::integer)) {
    return reply.integer == 1 ? store::PutResult::stored : store::PutResult::superseded;
  }
  return reply.is_error("OOM") ? store::PutResult::no_room : store::PutResult::unavailable;
}

}  // namespace

net::Awaitable<store::PutResult> RedisStore::put(store::NewResponsePtr response,
                                                 store::Patience& patience) {
  const store::PutResult result = co_await write(std::move(response), patience);
  co_return result;
}

bool RedisStore::could_keep(store::Epoch epoch,
                            const store::SharedStamp& shared,
                            const store::Patience& patience) const noexcept {
  if (epoch < core_.lost_sight_at() || patience.is_spent() || !core_.link.usable()) return false;
  const auto membership = core_.link.membership();
  return membership && membership->generation == shared.generation;
}

net::Awaitable<store::PutResult> RedisStore::write(store::StoredResponsePtr response,
                                                   store::Patience& patience) {
  if (response->body_size() > core_.settings.max_object) co_return store::PutResult::too_large;
  if (response->vouch(core_.local) == store::Trust::distrusted)
    co_return store::PutResult::purged_meanwhile;
  const auto membership = this->membership();
  // Fetched under another generation, or while Redis was away: nobody could tell what was purged
  // since. And who has waited in vain for the look-up does not wait again.
  if (!membership || patience.is_spent() ||
      response->shared().generation != membership->generation) {
    ++core_.figures.puts_unavailable;
    co_return store::PutResult::unavailable;
  }
  const caching::KeyView key{response->key(), response->key_hash()};
  const Hash128 variant =
      variant_hash(response->rule_fingerprint(), response->vary(), response->secondary_key());
  const std::string name = core_.names.response(key.hash, variant);
  const std::string value = encode_response(*response, name);
  if (value.empty()) co_return store::PutResult::no_room;
  if (core_.memory) core_.own_writes.remember(name, value.substr(0, kStoredHeaderSize));

  const WallTime now = core_.clock.wall();
  const Duration ttl = caching::useless_after(response->freshness(), response->validators()) - now;
  const std::vector<std::string> tags = response->tag_texts();
  const PutArguments arguments{.key = key.hash,
                               .variant = variant,
                               .for_all = variant_hash(response->rule_fingerprint(), nullptr, {}),
                               .sequence = response->sequence(),
                               .vary = response->vary(),
                               .value = value,
                               .highest_sequence = core_.redis_clock.highest_sequence(),
                               .now = core_.redis_clock.now(),
                               .ttl = ttl,
                               .max_variants = core_.settings.max_variants};
  store::PutResult result = co_await send(arguments, name, tags, patience);
  if (result == store::PutResult::superseded) {
    const bool made_way = co_await make_way(key, patience);
    if (made_way) result = co_await send(arguments, name, tags, patience);
  }
  if (result == store::PutResult::stored) hints_.remember(key.hash, response->shared_vary());
  count_put(result);
  co_return result;
}

void RedisStore::count_put(store::PutResult result) noexcept {
  if (result == store::PutResult::stored) {
    ++core_.figures.stores;
  } else if (result != store::PutResult::superseded) {
    ++core_.figures.puts_unavailable;
  }
}

// Once, with its name to the sets of its tags. What a set does not name could not be deleted by it:
// then it is taken back.
net::Awaitable<store::PutResult> RedisStore::send(const PutArguments& arguments,
                                                  const std::string& name,
                                                  const std::vector<std::string>& tags,
                                                  store::Patience& patience) {
  const std::size_t sample = core_.in_cluster() ? 0 : kDeadSample;
  std::vector<Command> commands;
  commands.push_back(put_response(core_.names, arguments));
  for (const std::string& tag : tags) {
    commands.push_back(tag_response(core_.names, tag, name, arguments.ttl, sample));
  }
  const Replies replies = co_await ask(std::move(commands), Lane::writes, patience);
  const store::PutResult result = result_of(replies.front());
  const bool tagged = have_taken(replies, tags, arguments.ttl);
  if (result != store::PutResult::stored || tagged) co_return result;
  const std::string_view seen = arguments.value.substr(0, kStoredHeaderSize);
  Command drop = drop_variant(core_.names, arguments.key, arguments.variant, seen);
  net::spawn(worker_.executor(), take_back(*this, std::move(drop)));
  co_return store::PutResult::unavailable;
}

// With a patience of its own: what spent the request's may be what failed.
net::Awaitable<void> RedisStore::take_back(RedisStore& self, Command drop) {
  store::Patience patience(self.core_.settings.connection.timeout);
  std::vector<Command> commands;
  commands.push_back(std::move(drop));
  co_await self.ask(std::move(commands), Lane::writes, patience);
}

// Whether the sets of all tags have taken the name, by the replies that follow the first.
bool RedisStore::have_taken(const Replies& replies,
                            const std::vector<std::string>& tags,
                            Duration ttl) {
  bool all = true;
  for (std::size_t i = 0; i < tags.size(); ++i) {
    const Reply& reply = replies[i + 1];
    if (reply.is(Reply::Type::integer)) {
      large_tags_.note(tags[i], static_cast<std::size_t>(reply.integer), ttl);
    } else {
      all = false;
    }
  }
  return all;
}

// What superseded a response may have been purged: then it does not stand in the way. Returns
// whether anything went.
net::Awaitable<bool> RedisStore::make_way(caching::KeyView key, store::Patience& patience) {
  std::vector<Command> ask_index;
  ask_index.push_back(ask_for_index(core_, key.hash));
  const Replies indexed = co_await ask(std::move(ask_index), Lane::writes, patience);
  const VariantIndex index = parse_variant_index(indexed.front());
  std::vector<Hash128> variants = all_variants(index);
  keep_what_fits(variants, core_.settings.max_object);
  if (variants.empty()) co_return true;
  std::vector<std::string> names;
  for (const Hash128& variant : variants) names.push_back(core_.names.response(key.hash, variant));
  std::vector<Command> read;
  read.push_back(ask_for_values(core_, names, Counter::apart));
  Replies values = co_await ask(std::move(read), Lane::writes, patience);
  // Away, nothing can be judged.
  if (!values.front().is(Reply::Type::array) || !core_.link.usable()) co_return false;
  std::vector<Command> drops;
  for (std::size_t i = 0; i < names.size() && i < values.front().elements.size(); ++i) {
    Reply& found = values.front().elements[i];
    if (!found.is(Reply::Type::text)) {
      // Deleted by somebody: its record alone is left.
      drops.push_back(drop_variant(core_.names, key.hash, variants[i], {}));
      continue;
    }
    std::string text = std::move(found.text);
    const std::string header = text.substr(0, kStoredHeaderSize);
    if (admit_value(core_, key, std::move(text), names[i])) continue;
    drops.push_back(drop_variant(core_.names, key.hash, variants[i], header));
  }
  if (drops.empty()) co_return false;
  co_await ask(std::move(drops), Lane::writes, patience);
  co_return true;
}

// A large purge is made of several, one after the other.
store::Patience RedisStore::patience_for(const store::PurgeRequest& request) const {
  const std::size_t things = request.tags.size() + request.urls.size() + request.prefixes.size();
  const auto steps = static_cast<Duration::rep>(1 + things / kMostFenceMembers);
  return store::Patience(std::min(core_.settings.connection.timeout * steps, kLongestPurge));
}

// What no set of Redis names.
std::uint64_t RedisStore::known_in_memory(const store::PurgeRequest& request) const {
  if (!core_.memory) return 0;
  store::PurgeRequest asked;
  asked.urls = request.urls;
  asked.scope = request.scope;
  return core_.memory->known(asked).count;
}

net::Awaitable<Result<store::Purged>> RedisStore::purge(store::PurgeRequest request, WallTime now) {
  if (request.names_nothing()) co_return store::Purged{};
  store::Patience patience = patience_for(request);
  const auto membership = this->membership();
  if (!membership) {
    auto kept = co_await keep_for_later(std::move(request), now, patience);
    co_return kept;
  }
  store::Purged purged{.count = known_in_memory(request),
                       .accuracy = store::Purged::Accuracy::estimate};
  if (members_of(request).empty()) co_return purged;
  KeptPurge purge{.request = request, .asked_at = now};
  const UnderWay counted(core_.purges_under_way);
  Result<TakenPurge> taken = Errc::store_timeout;
  {
    const store::Patience::Meter meter(patience, worker_.clock());
    taken = co_await send_purge(
        core_, *client_, *membership, std::move(purge), Counting::names, patience.left());
  }
  if (!taken) {
    auto kept = co_await keep_for_later(std::move(request), now, patience);
    co_return kept;
  }
  purged.count = request.scope == store::PurgeRequest::Scope::everything
                     ? std::max(purged.count, taken->counted)
                     : purged.count + taken->counted;
  co_await follow(request, now, *membership, taken->epoch);
  ++core_.figures.purges;
  sweeper_.add(request, {membership->generation, taken->epoch});
  co_return purged;
}

// Redis has the purge, so everybody else minds it; this node has to have followed it before it is
// answered. It does not do to raise it locally alone: what was read from Redis before it, and is
// judged by the shared fence after that, would be trusted with an epoch above it.
net::Awaitable<void> RedisStore::follow(const store::PurgeRequest& request,
                                        WallTime now,
                                        Membership membership,
                                        store::Epoch epoch) {
  const Duration time = std::max(patience_for(request).left(), kLeastToFollow);
  const auto followed = co_await follow_log(core_, *client_, membership, ReadingTime::in_all(time));
  if (followed && *followed >= epoch) co_return;
  core_.raise_locally(request, now);
  const bool another = followed || followed.error() == Errc::store_protocol;
  core_.link.leave(another ? RedisLink::Cause::suspicion : RedisLink::Cause::unconfirmed);
  raise_again(request, now);
}

void RedisStore::raise_again(const store::PurgeRequest& request, WallTime now) {
  if (core_.settings.when_unavailable != store::WhenUnavailable::protect_origin) return;
  core_.raise_locally(request, now);
}

// In force on this node before anything else.
net::Awaitable<Result<store::Purged>> RedisStore::keep_for_later(store::PurgeRequest request,
                                                                 WallTime now,
                                                                 store::Patience& patience) {
  const std::uint64_t known = core_.raise_locally(request, now);
  ++core_.figures.purges_deferred;
  const RedisLink::Kept kept = core_.link.defer({.request = request, .asked_at = now});
  raise_again(request, now);
  if (kept.room == RedisLink::Room::overflowed) {
    ++core_.figures.purge_overflows;
    log::warn("redis: too many purges wait to be handed on: everything will be purged instead");
  }
  if (kept.first) {
    log::warn(
        "redis: did not take a purge: it is in force on this node, and kept with those that follow "
        "to be handed on");
  }
  const auto bell = std::make_shared<net::WakeUp>(worker_.executor());
  core_.link.ring_when_handed_on(kept.number, bell);
  co_await bell->wait(patience.left());
  core_.link.forget_bell(bell);
  if (!core_.link.is_handed_on(kept.number)) co_return Errc::store_unavailable;
  co_return store::Purged{.count = known, .accuracy = store::Purged::Accuracy::estimate};
}

}  // namespace hawkcache::shared_store
