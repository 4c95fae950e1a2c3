// The look-ups of the Redis store.
#include "shared_store/redis_lookup.hpp"
#include "shared_store/redis_store.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace hawkcache::shared_store {

namespace {

using redis::Command;
using redis::Lane;
using redis::Reply;

// A look-up in one go: the key's index, these responses, the counter.
std::vector<Command> ask_for_all_of(const RedisCore& core,
                                    const Hash128& key,
                                    const std::vector<std::string>& names) {
  const Counter where = core.in_cluster() ? Counter::apart : Counter::beside;
  std::vector<Command> commands;
  commands.push_back(ask_for_index(core, key));
  commands.push_back(ask_for_values(core, names, where));
  if (where == Counter::apart) commands.push_back(ask_for_counter(core));
  return commands;
}

// The counter out of the replies to these: one of its own, or the last of the values.
Reply take_counter(std::vector<Reply>& replies, const std::vector<std::string>& names) {
  if (replies.size() == 3) return std::move(replies[2]);
  Reply& values = replies[1];
  if (values.elements.size() != names.size() + 1) return Reply::failed(Errc::store_unavailable);
  Reply counter = std::move(values.elements.back());
  counter.server = values.server;
  return counter;
}

std::vector<Hash128> wanted_variants(const VariantIndex& index,
                                     const store::VariantSelector& selector) {
  std::vector<Hash128> wanted = selected_variants(index, selector);
  const bool any = selector.otherwise() == store::VariantSelector::Otherwise::all_variants;
  return wanted.empty() && any ? all_variants(index) : wanted;
}

}  // namespace

net::Awaitable<store::FindOutcome> RedisStore::find(caching::KeyView key,
                                                    const store::VariantSelector& selector,
                                                    store::Found& found,
                                                    store::Patience& patience) {
  return look_up(key, &selector, found, patience);
}

net::Awaitable<store::FindOutcome> RedisStore::find_all(caching::KeyView key,
                                                        store::Found& found,
                                                        store::Patience& patience) {
  return look_up(key, nullptr, found, patience);
}

net::Awaitable<store::FindOutcome> RedisStore::look_up(caching::KeyView key,
                                                       const store::VariantSelector* selector,
                                                       store::Found& found,
                                                       store::Patience& patience) {
  found.clear();
  Brought brought;
  const store::FindOutcome outcome = co_await bring(key, selector, brought, patience);
  found.assign(brought.begin(), brought.end());
  sort_newest_first(found);
  co_return outcome;
}

net::Awaitable<store::FindOutcome> RedisStore::bring(caching::KeyView key,
                                                     const store::VariantSelector* selector,
                                                     Brought& brought,
                                                     store::Patience& patience) {
  return selector == nullptr ? bring_all(key, brought, patience)
                             : bring_selected(key, *selector, brought, patience);
}

// The index, the variant that is guessed, and the counter in one go; then what else is selected.
net::Awaitable<store::FindOutcome> RedisStore::bring_selected(
    caching::KeyView key,
    const store::VariantSelector& selector,
    Brought& brought,
    store::Patience& patience) {
  const auto membership = begin_look_up();
  if (!membership) co_return store::FindOutcome::unavailable;
  const Hash128 guess = variant_of(selector, hints_.of(key.hash));
  const std::vector<std::string> names{core_.names.response(key.hash, guess)};
  std::vector<Command> commands = ask_for_all_of(core_, key.hash, names);
  Replies replies = co_await ask(std::move(commands), Lane::lookups, patience);
  const bool answered = !replies[0].is(Reply::Type::none) && replies[1].is(Reply::Type::array);
  bool followed = false;
  if (answered) {
    Reply counter = take_counter(replies, names);
    followed = co_await has_followed(*membership, std::move(counter), patience);
  }
  if (!followed) co_return unanswered();
  take_values(key, names, replies[1], brought);
  const VariantIndex index = take_index(replies[0]);
  remember_vary(key.hash, index);
  std::vector<Hash128> wanted = wanted_variants(index, selector);
  const bool there_are_others = index.variants.size() > wanted.size();
  // What was guessed and is not in the index is not to be found, whatever lies there.
  if (std::erase(wanted, guess) == 0) brought.clear();
  if (!wanted.empty()) {
    const bool read = co_await read_values(key, std::move(wanted), brought, patience);
    if (!read) co_return unanswered();
  }
  count_found(brought);
  co_return there_are_others ? store::FindOutcome::selected : store::FindOutcome::complete;
}

net::Awaitable<store::FindOutcome> RedisStore::bring_all(caching::KeyView key,
                                                         Brought& brought,
                                                         store::Patience& patience) {
  const auto membership = begin_look_up();
  if (!membership) co_return store::FindOutcome::unavailable;
  std::vector<Command> commands;
  commands.push_back(ask_for_index(core_, key.hash));
  commands.push_back(ask_for_counter(core_));
  Replies replies = co_await ask(std::move(commands), Lane::lookups, patience);
  const bool answered = !replies[0].is(Reply::Type::none);
  bool followed = false;
  if (answered) followed = co_await has_followed(*membership, std::move(replies[1]), patience);
  if (!followed) co_return unanswered();
  const VariantIndex index = take_index(replies[0]);
  std::vector<Hash128> variants = all_variants(index);
  if (!variants.empty()) {
    const bool read = co_await read_values(key, std::move(variants), brought, patience);
    if (!read) co_return unanswered();
  }
  count_found(brought);
  co_return store::FindOutcome::complete;
}

// Null: Redis is not in use.
std::shared_ptr<const Membership> RedisStore::begin_look_up() {
  auto membership = this->membership();
  ++(membership ? core_.figures.finds : core_.figures.finds_unavailable);
  return membership;
}

void RedisStore::count_found(const Brought& brought) noexcept {
  ++(brought.empty() ? core_.figures.misses : core_.figures.hits);
}

store::FindOutcome RedisStore::unanswered() noexcept {
  ++core_.figures.finds_unavailable;
  return core_.link.usable() ? store::FindOutcome::unanswered : store::FindOutcome::unavailable;
}

void RedisStore::take_values(caching::KeyView key,
                             const std::vector<std::string>& names,
                             Reply& values,
                             Brought& brought) {
  for (std::size_t i = 0; i < names.size() && i < values.elements.size(); ++i) {
    Reply& value = values.elements[i];
    if (!value.is(Reply::Type::text)) continue;
    auto response = admit_value(core_, key, std::move(value.text), names[i]);
    if (response) brought.push_back(std::move(response));
  }
}

// Purges that came since the first round trip are judged by the fence as it is followed now; those
// who asked before they were answered may get what is older.
net::Awaitable<bool> RedisStore::read_values(caching::KeyView key,
                                             std::vector<Hash128> variants,
                                             Brought& brought,
                                             store::Patience& patience) {
  keep_what_fits(variants, core_.settings.max_object);
  std::vector<std::string> names;
  for (const Hash128& variant : variants) names.push_back(core_.names.response(key.hash, variant));
  std::vector<Command> commands;
  commands.push_back(ask_for_values(core_, names, Counter::apart));
  Replies replies = co_await ask(std::move(commands), Lane::lookups, patience);
  if (!replies[0].is(Reply::Type::array)) co_return false;
  take_values(key, names, replies[0], brought);
  co_return true;
}

VariantIndex RedisStore::take_index(const Reply& reply) {
  VariantIndex index = parse_variant_index(reply);
  for (std::size_t i = 0; i < index.malformed; ++i) core_.figures.reject(RejectedValue::malformed);
  return index;
}

void RedisStore::remember_vary(const Hash128& key, const VariantIndex& index) {
  if (index.variants.empty()) return;
  const caching::VaryNames& names = index.variants.front().record.vary;
  const auto& known = hints_.of(key);
  if (names.empty()) {
    hints_.remember(key, nullptr);
  } else if (!known || *known != names) {
    hints_.remember(key, std::make_shared<const caching::VaryNames>(names));
  }
}

}  // namespace hawkcache::shared_store
