// The body of a fetch: from the origin into the fill, and at its end into the store.
#include "base/log.hpp"
#include "proxy/one_fetch.hpp"
#include "proxy/part_assembly.hpp"

#include <algorithm>
#include <chrono>

namespace hawkcache::proxy {
namespace {

using caching::Reason;
using observe::Counter;

constexpr Duration kWriterWait{3600'000};  // readers have write timeouts of their own, much shorter
constexpr std::chrono::minutes kLongestUnread{5};

}  // namespace

bool Fetch::take_what_is_here() {
  for (;;) {
    const std::optional<std::string_view> piece = exchange_->try_read_body();
    if (!piece) return false;
    if (piece->empty()) return true;
    take_piece(*piece);
  }
}

net::Awaitable<void> Fetch::receive_body() {
  while (!take_what_is_here()) {
    keep_within_budget();
    if (!has_room()) {
      const bool go_on = co_await wait_for_room();
      if (!go_on) {
        exchange_->cancel();
        remember_failure();
        fill_.fail(Errc::client_gone);
        co_return;
      }
    }
    fill_.publish();
    const auto piece = co_await exchange_->read_body();
    if (!piece) {
      note_failure(piece.error(), " within the body");
      leave();
      fill_.fail(piece.error());
      co_return;
    }
    if (piece->empty()) break;
    take_piece(*piece);
  }
  co_await complete();
}

void Fetch::take_piece(std::string_view piece) {
  fill_.stage(piece);
  if (keeping_ && fill_.staged_size() > state_.store.max_object()) {
    stop_keeping(Reason::too_large);
  }
}

void Fetch::stop_keeping(Reason reason) {
  keeping_ = false;
  share_.give_back();
  not_stored(reason);
  fill_.stop_keeping(reason);
}

// Only of a body that is waited for: what is here in one turn of the loop is stored, and counted
// there, in that turn.
void Fetch::keep_within_budget() {
  if (keeping_ && !share_.grow_to(fill_.staged_size())) exceed_budget();
}

void Fetch::exceed_budget() {
  state_.counters.add(Counter::not_stored_in_flight);
  remember_failure();
  stop_keeping(Reason::in_flight_limit);
}

// What is not kept is in nobody's budget: as many clients as there are may be slow at it.
std::uint64_t Fetch::window() const noexcept {
  const bool wide = keeping_ && !share_.is_half_used_by_others();
  return wide ? Fill::kWindow : Fill::kNarrowWindow;
}

bool Fetch::has_room() {
  // All is here: it is stored before its end is shown to anyone, so there is nothing to wait for.
  if (head_->content_length && fill_.staged_size() >= *head_->content_length) return true;
  const Fill::Room room = fill_.room(nullptr, window());
  if (room == Fill::Room::unread) return may_go_on_unread();
  unread_since_.reset();
  return room == Fill::Room::go_on;
}

// Of an origin only the pauses are bounded: one that trickles would hold the body, and the key, as
// long as it likes. Clients that read have bounds of their own.
bool Fetch::may_go_on_unread() {
  const SteadyTime now = state_.worker.clock().steady();
  if (!unread_since_) unread_since_ = now;
  return now - *unread_since_ < kLongestUnread;
}

void Fetch::note_unread() {
  state_.counters.add(Counter::fetches_unread);
  log::warn("fetch of {}{} given up: in {} minutes the response did not end, and nobody reads it",
            fill_.subject().authority,
            fill_.subject().path_and_query,
            kLongestUnread.count());
}

net::Awaitable<bool> Fetch::wait_for_room() {
  if (!bell_) bell_ = std::make_shared<net::WakeUp>(state_.worker.executor());
  for (;;) {
    const Fill::Room room = fill_.room(bell_, window());
    if (room == Fill::Room::go_on) co_return true;
    if (room == Fill::Room::abandoned) co_return false;
    if (room == Fill::Room::unread) {
      if (may_go_on_unread()) co_return true;
      leave();  // nobody can join any more; somebody may have until now
      if (fill_.room(nullptr, window()) != Fill::Room::unread) co_return true;
      note_unread();
      co_return false;
    }
    if (keeping_ && state_.fill_budget.is_half_used()) {
      exceed_budget();
      continue;
    }
    fill_.publish();
    [[maybe_unused]] const auto woken = co_await bell_->wait(kWriterWait);
  }
}

// What is stored can be found before its last byte goes to any client: the store comes first, then
// the readers; but for those who have waited for the store long enough.
net::Awaitable<void> Fetch::complete() {
  if (order_.rest) {
    fill_.stage(order_.part->share_body(), order_.rest->first, order_.part->body_size());
  }
  if (keeping_ && !is_as_long_as_announced()) {
    remember_failure();
    stop_keeping(Reason::partial);
  }
  // Nothing of what is kept is dropped; a body that lacks its beginning would be served as whole.
  if (keeping_ && fill_.holds_all()) {
    if (waits_for_store()) fill_.foretell_complete();
    const store::PutResult result = co_await put();
    note(result);
    if (result == store::PutResult::stored) {
      state_.counters.add(Counter::stored);
      state_.uncacheable.forget(fill_.subject().key_hash);
    } else {
      state_.counters.add(Counter::not_stored);
      remember_failure();
    }
  }
  fill_.complete();
}

// No coroutine, so that what is put makes nobody's frame larger.
net::Awaitable<store::PutResult> Fetch::put() {
  const Fill::Body body = fill_.body();
  store::StoredPartsView parts = parts_to_put(*head_, body, ticket());
  if (order_.rest) {
    // What is completed is trusted as far as its older bytes are.
    parts.epoch = std::min(parts.epoch, order_.part->epoch());
    parts.shared = store::older_of(parts.shared, order_.part->shared());
  }
  if (!parts.meta.partial) return state_.store.put(state_.store.make(parts), order_.patience);
  return put_part(state_.store,
                  store::copy_of(parts),
                  part_fields_->fields(),
                  intake_input(),
                  state_.worker.clock().wall(),
                  order_.patience);
}

// A part whose Content-Range says something else than its body came to is not kept. (RFC 9110
// section 14.4: it must not be combined with anything.)
bool Fetch::is_as_long_as_announced() const {
  return !head_->part_size || fill_.staged_size() == *head_->part_size;
}

store::StoredPartsView Fetch::parts_to_put(const FillHead& head,
                                           std::span<const SharedBytes> body,
                                           const store::FetchTicket& ticket) const {
  return {.key = fill_.subject().key,
          .authority = fill_.subject().authority,
          .path_and_query = fill_.subject().path_and_query,
          .meta = head.meta,
          .head = head.text,
          .withheld = head.withheld,
          .body = body,
          .epoch = ticket.epoch(),
          .sequence = fill_.sequence(),
          .shared = ticket.shared()};
}

// What the store has now is what this fetch brought, or newer.
void Fetch::note(store::PutResult result) noexcept {
  if (result == store::PutResult::stored || result == store::PutResult::superseded) {
    left_ = CollapseTable::Left::stored;
    if (lease_) lease_->end(store::LeaseEnd::stored);
  }
}

}  // namespace hawkcache::proxy
