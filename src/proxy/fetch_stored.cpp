// What a fetch does with the response that is stored already: freshens it, completes it, serves it
// stale where the origin fails, or sees to it that it is not served any more.
#include "caching/reuse.hpp"
#include "proxy/one_fetch.hpp"
#include "proxy/part_assembly.hpp"
#include "proxy/response_intake.hpp"
#include "proxy/traffic_purge.hpp"

#include <utility>

namespace hawkcache::proxy {

using caching::Reason;
using observe::Counter;

namespace {

// Of a stored response's head that the origin's answer has freshened.
OriginAnswer answer_of(const FillHead& freshened) {
  return {.status = freshened.forward_status.value_or(0), .age = freshened.declared_age};
}

}  // namespace

net::Awaitable<Fetch::Next> Fetch::on_not_modified(const http::ResponseHead& head) {
  head_ = freshen(*order_.base, head, intake_input());
  // RFC 9111 section 4.3.3: a 304 that does not speak of what is stored says nothing; ask again.
  if (!head_) co_return Next::ask_unconditionally;
  co_await purge_ahead(order_.base.get());
  if (head_->not_stored != Reason::none) {
    co_await hand_on_alone();
    co_return Next::done;
  }
  foretell_freshened();
  co_await freshen_alike(head);
  co_await serve_freshened();
  co_return Next::done;
}

// Why the store will not keep it, as far as that is known by now.
Reason Fetch::foreseen_refusal() const {
  if (!state_.store.could_keep(epoch(), ticket().shared(), order_.patience)) {
    return Reason::store_unavailable;
  }
  const bool purged = state_.store.fence().current() != epoch() && is_overtaken();
  return purged ? Reason::purged_meanwhile : Reason::none;
}

store::FenceVerdict Fetch::fence_verdict() const {
  const FillSubject& subject = fill_.subject();
  return state_.store.fence().check(
      {.epoch = epoch(), .authority = subject.authority, .path_and_query = subject.path_and_query},
      head_->meta.tags,
      store::TagsKnown::all);
}

// It turned private, no-store ...: whoever began the fetch gets it, nobody else, and it is kept no
// longer.
net::Awaitable<void> Fetch::hand_on_alone() {
  const store::StoredResponsePtr base = order_.base;
  not_stored(head_->not_stored);
  if (speaks_for_the_resource(*head_)) co_await forget_base();
  fill_.set_head(head_);
  fill_.stage(base->share_body(), 0, base->body_size());
  fill_.complete();
}

bool Fetch::validates_by_head() const noexcept {
  return validating_ && order_.method == http::Method::head;
}

// "When a cache makes an inbound HEAD request for a target URI and receives a 200 (OK) response,
// the cache SHOULD update or invalidate each of its stored GET responses that could have been
// chosen for that request" (RFC 9111 section 4.3.5): here the one that was chosen. Whether that
// answers the client; else the HEAD's own response does.
net::Awaitable<bool> Fetch::is_answered_by_head(const http::ResponseHead& head) {
  head_ = freshen_by_head(*order_.base, head, intake_input());
  if (!head_) {
    auto marked = state_.store.make(outdated(*order_.base, order_.base_freshness));
    const store::PutResult put = co_await state_.store.put(std::move(marked), order_.patience);
    if (put == store::PutResult::purged_meanwhile) co_await forget_base();
  } else if (head_->not_stored == Reason::none) {
    co_await purge_ahead(order_.base.get());
    foretell_freshened();
    co_await serve_freshened();
    co_return true;
  } else if (speaks_for_the_resource(*head_)) {
    co_await forget_base();
  }
  co_return false;
}

// The same body under a newer head.
store::NewResponsePtr Fetch::freshened(const store::StoredResponse& stored,
                                       const FillHead& head,
                                       const store::FetchTicket& ticket) const {
  return state_.store.make(parts_to_put(head, stored.share_body(), ticket));
}

// "All the stored responses in the initial set with one of those same strong validators are
// identified for update." (RFC 9111 section 4.3.4)
net::Awaitable<void> Fetch::freshen_alike(const http::ResponseHead& not_modified) {
  for (const store::StoredResponsePtr& stored : order_.alike) {
    const auto head = freshen(*stored, not_modified, intake_input());
    if (!head || head->not_stored != Reason::none) continue;
    // With tags of their own, about which no fence was asked before the ticket was renewed.
    auto fresh = freshened(*stored, *head, fill_.ticket());
    [[maybe_unused]] const auto put = co_await state_.store.put(std::move(fresh), order_.patience);
  }
}

// To those who have waited for the store long enough. An object of their own: what is put is
// nobody's yet.
void Fetch::foretell_freshened() {
  if (!waits_for_store()) return;
  fill_.foretell_stored(
      freshened(*order_.base, *head_, ticket()), foreseen_refusal(), answer_of(*head_));
}

net::Awaitable<void> Fetch::serve_freshened() {
  auto stored = freshened(*order_.base, *head_, ticket());
  Reason refused = foreseen_refusal();
  const store::PutResult put = co_await state_.store.put(stored, order_.patience);
  note(put);
  const bool kept = put == store::PutResult::stored;
  state_.counters.add(kept ? Counter::revalidated : Counter::not_stored);
  if (put == store::PutResult::purged_meanwhile && refused == Reason::none) {
    refused = foreseen_refusal();
  } else if (put == store::PutResult::unavailable) {
    refused = Reason::store_unavailable;
  }
  fill_.use_stored(std::move(stored), refused, answer_of(*head_));
}

// The answer to a request for what is missing of a stored part. is_the_whole: it is none, but the
// whole anew, or an error, and is treated as such.
net::Awaitable<Fetch::Rest> Fetch::on_rest(const http::ResponseHead& head,
                                           http::BodyFraming framing) {
  if (head.status == 206) {
    head_ = take_in_rest(*order_.part, *order_.rest, head, framing, intake_input());
    if (!head_) co_return Rest::ask_for_the_whole;
    co_await begin_body();
    fill_.stage(order_.part->share_body(), 0, order_.rest->first);
    co_return Rest::begun;
  }
  // Nothing of it, or the answer to a condition that nobody set: only the whole will do.
  if (head.status == 304 || head.status == 416) co_return Rest::ask_for_the_whole;
  order_.rest.reset();
  co_return Rest::is_the_whole;
}

bool Fetch::serve_stale_instead() {
  const WallTime now = state_.worker.clock().wall();
  if (!order_.base || !caching::may_serve_on_error(order_.base_freshness, now)) return false;
  // A purge that came meanwhile forbids it: purged content does not come back because the origin
  // fails.
  if (order_.base->vouch(state_.store.fence()) == store::Trust::distrusted) return false;
  leave();
  fill_.use_stored(order_.base, Reason::stale_if_error, {});
  return true;
}

// What was stored has been answered anew by something that may not be kept: it must not come back
// as stale content.
net::Awaitable<void> Fetch::forget_base() {
  const store::StoredResponsePtr known = order_.base ? order_.base : order_.part;
  if (!known) co_return;
  store::PurgeRequest purge;
  purge.urls.push_back(url_of(*known));
  order_.base.reset();
  [[maybe_unused]] const auto reach = co_await purge_for_traffic(state_, std::move(purge));
}

}  // namespace hawkcache::proxy
