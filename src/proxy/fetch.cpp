#include "base/log.hpp"
#include "caching/reuse.hpp"
#include "proxy/one_fetch.hpp"
#include "proxy/part_assembly.hpp"
#include "proxy/response_intake.hpp"
#include "proxy/response_text.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace hawkcache::proxy {

namespace asio = boost::asio;
namespace {

using caching::Reason;
using observe::Counter;

constexpr int kContinue = 100;
constexpr Duration kWriterWait{3600'000};  // readers have write timeouts of their own, much shorter

}  // namespace

net::Awaitable<void> Fetch::begin(std::unique_ptr<Fetch> fetch) {
  if (fetch->shares_with_other_nodes()) {
    const bool brought = co_await fetch->is_brought_by_another_node();
    if (brought) co_return;
  }
  Next next = Next::done;
  do {
    fetch->exchange_ = fetch->state_.upstream->make_exchange();
    net::UpstreamRequest request = fetch->request_to_send();
    const auto started = co_await fetch->exchange_->start(std::move(request));
    fetch->times_.response_time = fetch->state_.worker.clock().wall();
    next = Next::done;
    if (!started) {
      fetch->on_error(started.error());
    } else if (fetch->is_all_new(**started)) {
      next = fetch->begin_new(**started, fetch->exchange_->framing());
    } else {
      next = co_await fetch->on_head(**started, fetch->exchange_->framing());
    }
    if (next == Next::body) {
      if (!fetch->take_what_is_here()) break;
      co_await fetch->complete();
      next = Next::done;
    }
    if (!fetch->exchange_->finish_now()) co_await fetch->exchange_->finish();
    if (next == Next::ask_unconditionally) fetch->ask_for_the_whole();
  } while (next == Next::ask_unconditionally);
  fetch->client_ = nullptr;
  if (next == Next::body) {
    const net::Executor executor = fetch->state_.worker.executor();
    asio::co_spawn(executor, receive_rest(std::move(fetch)), asio::detached);
  } else if (fetch->lease_) {
    fetch->lease_->end(store::LeaseEnd::failed);
  }
}

net::Awaitable<void> Fetch::receive_rest(std::unique_ptr<Fetch> fetch) {
  co_await fetch->receive_body();
  if (!fetch->exchange_->finish_now()) co_await fetch->exchange_->finish();
  if (fetch->lease_) fetch->lease_->end(store::LeaseEnd::failed);
}

bool Fetch::shares_with_other_nodes() const noexcept {
  return order_.coalesce == Coalesce::cluster && state_.store.reach() == store::Reach::remote;
}

net::Awaitable<bool> Fetch::is_brought_by_another_node() {
  lease_.emplace(state_, fill_, *order_.route, order_.base);
  store::StoredResponsePtr brought = co_await lease_->wait_for_turn(order_.patience);
  if (!brought) co_return false;
  left_ = CollapseTable::Left::stored;
  fill_.use_stored(std::move(brought), Reason::none, 0);
  co_return true;
}

net::UpstreamRequest Fetch::request_to_send() {
  state_.counters.add(Counter::fetches);
  times_.request_time = state_.worker.clock().wall();
  return {.method = order_.method,
          .head = std::move(order_.head),
          .whole_body = order_.content ? *order_.content : std::string_view(),
          .body = nullptr,
          .coding = net::UpstreamRequest::BodyCoding::as_is,
          .body_start = net::UpstreamRequest::BodyStart::at_once,
          .interim = this};
}

void Fetch::ask_for_the_whole() {
  validating_ = false;
  order_.rest.reset();
  order_.method = order_.unconditional_method;
  order_.head = std::move(order_.unconditional_head);
}

// RFC 9111 section 3: "the response status code is final" is the second condition for storing, so a
// 1xx goes to those who wait and no further. The request asked for no 100, so one says nothing.
void Fetch::interim(const http::ResponseHead& head) {
  if (head.status == kContinue) return;
  auto interim = std::make_shared<const FillInterim>(
      FillInterim{.status = head.status,
                  .text = render_interim_head(head),
                  .shared = !head.fields().contains(http::FieldName::set_cookie)});
  if (client_ != nullptr) client_->write_interim(interim->status, interim->text);
  fill_.add_interim(std::move(interim));
}

IntakeInput Fetch::intake_input() const {
  return {.method = order_.method,
          .subject = &fill_.subject(),
          .route = order_.route,
          .scheme = order_.scheme,
          .tag_limits = order_.snapshot->tag_limits,
          .times = times_,
          .max_object = state_.store.max_object()};
}

// A new response and nothing else: nothing is stored that it could confirm, complete or replace.
bool Fetch::is_all_new(const http::ResponseHead& head) const {
  return !order_.base && !order_.part &&
         !is_unasked(head.status, fill_.subject(), order_.conditions);
}

void Fetch::take_head(const http::ResponseHead& head, http::BodyFraming framing) {
  head_ = take_in(head, framing, intake_input());
  if (head_->meta.partial) part_fields_.emplace(head.fields());
}

Fetch::Next Fetch::begin_new(const http::ResponseHead& head, http::BodyFraming framing) {
  take_head(head, framing);
  judge_keeping();
  fill_.set_head(head_);
  return Next::body;
}

void Fetch::judge_keeping() {
  keeping_ = head_->not_stored == Reason::none;
  if (!keeping_) {
    not_stored(head_->not_stored);
  } else if (state_.store.fence().current() != fill_.epoch() && is_overtaken()) {
    auto refused = std::make_shared<FillHead>(*head_);
    refused->refused = Reason::purged_meanwhile;
    head_ = std::move(refused);
  }
}

// `head` is valid until the exchange is asked for the body.
net::Awaitable<Fetch::Next> Fetch::on_head(const http::ResponseHead& head,
                                           http::BodyFraming framing) {
  if (head.status == 304 && validating_) {
    const Next next = co_await on_not_modified(head);
    co_return next;
  }
  if (caching::is_error_for_stale(head.status) && serve_stale_instead()) co_return Next::done;
  // An API that knows no HEAD, or fails on one, is asked as it would be without this cache's wish
  // to spare it the content.
  if (validates_by_head() && head.status != 200) co_return Next::ask_unconditionally;
  if (order_.rest) {
    const Rest rest = co_await on_rest(head, framing);
    if (rest == Rest::begun) co_return Next::body;
    if (rest == Rest::ask_for_the_whole) co_return Next::ask_unconditionally;
  }
  if (is_unasked(head.status, fill_.subject(), order_.conditions)) {
    on_error(Errc::upstream_malformed);
    co_return Next::done;
  }
  if (validates_by_head()) {
    const bool answered = co_await is_answered_by_head(head);
    if (answered) co_return Next::done;
  }
  take_head(head, framing);
  co_await begin_body();
  co_return Next::body;
}

net::Awaitable<void> Fetch::begin_body() {
  judge_keeping();
  if (!keeping_ && speaks_for_the_resource(*head_)) co_await forget_base();
  fill_.set_head(head_);
}

void Fetch::on_error(const ErrorCode& error) {
  state_.counters.add(Counter::fetch_errors);
  log::warn("fetch of {}{} failed: {}",
            fill_.subject().authority,
            fill_.subject().path_and_query,
            error.message());
  if (serve_stale_instead()) return;
  leave();
  fill_.fail(error);
}

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
    if (!has_room()) {
      const bool go_on = co_await wait_for_room();
      if (!go_on) {
        exchange_->cancel();
        fill_.fail(Errc::client_gone);
        co_return;
      }
    }
    fill_.publish();
    const auto piece = co_await exchange_->read_body();
    if (!piece) {
      state_.counters.add(Counter::fetch_errors);
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
    keeping_ = false;
    not_stored(Reason::too_large);
    fill_.stop_keeping();
  }
}

bool Fetch::has_room() {
  // All is here: it is stored before its end is shown to anyone, so there is nothing to wait for.
  if (head_->content_length && fill_.staged_size() >= *head_->content_length) return true;
  return fill_.room(nullptr) == Fill::Room::go_on;
}

net::Awaitable<bool> Fetch::wait_for_room() {
  if (!bell_) bell_ = std::make_shared<net::WakeUp>(state_.worker.executor());
  for (;;) {
    const Fill::Room room = fill_.room(bell_);
    if (room == Fill::Room::go_on) co_return true;
    if (room == Fill::Room::abandoned) co_return false;
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
  if (keeping_ && is_as_long_as_announced()) {
    if (waits_for_store()) fill_.foretell_complete();
    const store::PutResult result = co_await put();
    note(result);
    if (result == store::PutResult::stored) {
      state_.counters.add(Counter::stored);
      state_.uncacheable.forget(fill_.subject().key_hash);
    } else {
      state_.counters.add(Counter::not_stored);
    }
  }
  fill_.complete();
}

// No coroutine, so that what is put is in nobody's frame: Asio keeps the frames of a thread for the
// next, but not those of more than 1,020 bytes.
net::Awaitable<store::PutResult> Fetch::put() {
  const std::vector<SharedBytes> body = fill_.body();
  store::StoredPartsView parts = parts_to_put(*head_, body);
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
                                           std::span<const SharedBytes> body) const {
  return {.key = fill_.subject().key,
          .authority = fill_.subject().authority,
          .path_and_query = fill_.subject().path_and_query,
          .meta = head.meta,
          .head = head.text,
          .withheld = head.withheld,
          .body = body,
          .epoch = fill_.epoch(),
          .sequence = fill_.sequence(),
          .shared = fill_.shared()};
}

// What the store has now is what this fetch brought, or newer.
void Fetch::note(store::PutResult result) noexcept {
  if (result == store::PutResult::stored || result == store::PutResult::superseded) {
    left_ = CollapseTable::Left::stored;
    if (lease_) lease_->end(store::LeaseEnd::stored);
  }
}

// Nobody may join any more, other nodes need not wait for its end, and later requests need not
// queue behind each other.
void Fetch::not_stored(Reason reason) {
  state_.counters.add(Counter::not_stored);
  leave();
  const bool whole_too_large = reason == Reason::too_large && head_->status != 206;
  const bool for_nobody_else = whole_too_large || speaks_for_the_resource(*head_);
  if (lease_) {
    lease_->end(for_nobody_else ? store::LeaseEnd::not_shareable : store::LeaseEnd::failed);
  }
  if (for_nobody_else) {
    state_.uncacheable.remember(fill_.subject().key_hash, state_.worker.clock().steady());
  }
}

void start_fetch(WorkerState& state, FetchOrder&& order, net::ClientExchange* client) {
  auto fetch = std::make_unique<Fetch>(state, std::move(order), client);
  asio::co_spawn(state.worker.executor(), Fetch::begin(std::move(fetch)), asio::detached);
}

net::Awaitable<void> lead_fetch(WorkerState& state,
                                FetchOrder&& order,
                                net::ClientExchange& client) {
  return Fetch::begin(std::make_unique<Fetch>(state, std::move(order), &client));
}

}  // namespace hawkcache::proxy
