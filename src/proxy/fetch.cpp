#include "base/log.hpp"
#include "caching/reuse.hpp"
#include "net/spawn.hpp"
#include "proxy/one_fetch.hpp"
#include "proxy/response_intake.hpp"
#include "proxy/response_text.hpp"

#include <algorithm>
#include <utility>

namespace hawkcache::proxy {

namespace {

using caching::Reason;
using observe::Counter;

constexpr int kContinue = 100;

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
    if (started) fetch->say_answered((*started)->status);
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
    net::spawn(executor, receive_rest(std::move(fetch)));
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
  fill_.use_stored(std::move(brought), Reason::none, {});
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

// A new response and nothing else: nothing is stored that it could confirm, complete or replace,
// and it purges nothing.
bool Fetch::is_all_new(const http::ResponseHead& head) const {
  return !order_.base && !order_.part && order_.invalidates.empty() &&
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
  } else if (const Reason reason = foreseen_refusal(); reason != Reason::none) {
    auto refused = std::make_shared<FillHead>(*head_);
    refused->refused = reason;
    head_ = std::move(refused);
    // While a store is away its fetches are shared all the same.
    if (reason != Reason::purged_meanwhile) return;
    keeping_ = false;
    remember_failure();
    not_stored(reason);
  }
}

// `head` is valid until the exchange is asked for the body.
net::Awaitable<Fetch::Next> Fetch::on_head(const http::ResponseHead& head,
                                           http::BodyFraming framing) {
  if (head.status == 304 && validating_) {
    const Next next = co_await on_not_modified(head);
    co_return next;
  }
  if (caching::is_error_for_stale(head.status)) {
    remember_failure();
    if (serve_stale_instead()) co_return Next::done;
  }
  // An API that knows no HEAD, or fails on one, is asked as it would be without this cache's wish
  // to spare it the content.
  if (validates_by_head() && head.status != 200) co_return Next::ask_unconditionally;
  if (order_.rest) {
    const Rest rest = co_await on_rest(head, framing);
    if (rest == Rest::begun) co_return Next::body;
    if (rest == Rest::ask_for_the_whole) co_return Next::ask_unconditionally;
  }
  if (is_unasked(head.status, fill_.subject(), order_.conditions)) {
    on_error(Errc::upstream_unasked_answer);
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
  co_await purge_ahead(nullptr);
  judge_keeping();
  // What was only overtaken by a purge says nothing against what is stored by now.
  const bool may_be_stored = head_->not_stored == Reason::none;
  if (!may_be_stored && speaks_for_the_resource(*head_)) {
    co_await forget_base();
  } else if (!may_be_stored) {
    remember_failure();
  }
  fill_.set_head(head_);
}

void Fetch::note_failure(const ErrorCode& error, std::string_view where) {
  state_.counters.add(Counter::fetch_errors);
  remember_failure();
  log::warn("fetch of {}{} failed{}: {}",
            fill_.subject().authority,
            fill_.subject().path_and_query,
            where,
            net::describe(error, *exchange_));
}

void Fetch::say_answered(int status) const {
  log::debug("fetch of {}{}: answered {}",
             fill_.subject().authority,
             fill_.subject().path_and_query,
             status);
}

void Fetch::on_error(const ErrorCode& error) {
  note_failure(error, "");
  if (serve_stale_instead()) return;
  leave();
  fill_.fail(error);
}

// Nobody may join any more, other nodes need not wait for its end, and later requests need not
// queue behind each other.
void Fetch::not_stored(Reason reason) {
  state_.counters.add(Counter::not_stored);
  log::debug("fetch of {}{}: not stored: {}",
             fill_.subject().authority,
             fill_.subject().path_and_query,
             caching::to_string(reason));
  leave();
  const bool whole_too_large = reason == Reason::too_large && head_->status != 206;
  const bool of_this_fetch = reason == Reason::purged_meanwhile || reason == Reason::partial;
  const bool for_nobody_else =
      !of_this_fetch && (whole_too_large || speaks_for_the_resource(*head_));
  if (lease_) {
    lease_->end(for_nobody_else ? store::LeaseEnd::not_shareable : store::LeaseEnd::failed);
  }
  if (for_nobody_else) {
    state_.uncacheable.remember(fill_.subject().key_hash, state_.worker.clock().steady());
  }
}

// Every hit on what is stale would try again. Before anybody may lead another fetch.
void Fetch::remember_failure() noexcept {
  if (!in_background_) return;
  state_.failed_refreshes.remember(fill_.subject().key_hash, state_.worker.clock().steady());
}

void start_fetch(WorkerState& state, FetchOrder&& order, net::ClientExchange* client) {
  auto fetch = std::make_unique<Fetch>(state, std::move(order), client);
  net::spawn(state.worker.executor(), Fetch::begin(std::move(fetch)));
}

net::Awaitable<void> lead_fetch(WorkerState& state,
                                FetchOrder&& order,
                                net::ClientExchange& client) {
  return Fetch::begin(std::make_unique<Fetch>(state, std::move(order), &client));
}

}  // namespace hawkcache::proxy
