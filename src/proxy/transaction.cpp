#include "proxy/transaction.hpp"

#include "caching/freshness.hpp"
#include "proxy/relay.hpp"

#include <array>

#include <fmt/format.h>

namespace hawkcache::proxy {

namespace asio = boost::asio;

namespace {

using caching::Reason;
using caching::ReuseAction;
using observe::Counter;
using observe::RouteOutcome;

// The rule could not be followed: neither stored nor fetched.
bool is_unanswered(Reason detail) noexcept {
  return detail == Reason::only_if_cached || detail == Reason::store_unavailable;
}

bool is_failure(int status, Reason detail) noexcept {
  return status == 502 || status == 504 || (status == 503 && detail == Reason::store_unavailable);
}

}  // namespace

void Transaction::begin(const net::Request& request) {
  record_ = {};
  search_ = {};
  record_.begun = state_.worker.clock().wall();
  record_.asked = record_.begun;
  if (state_.access_log) record_.begun_steady = state_.worker.clock().steady();
  plan(request);
}

void Transaction::plan(const net::Request& request) {
  // Counting references is a locked instruction each: not where it is the one of last time.
  if (snapshot_ != state_.snapshot) snapshot_ = state_.snapshot;
  http::Target target = request.target;
  // HTTP/1.0 without Host: what is forwarded, keyed and purged is the upstream's own name.
  if (target.authority.empty()) target.authority = snapshot_->upstream_authority;
  plan_ = &planner_.plan(
      *request.head, target, RequestPlanner::body_of(request.framing), *snapshot_->router);
  if (plan_->kind == PlanKind::lookup) look_up_at_once(*request.head);
  planned_ = true;
}

void Transaction::look_up_at_once(const http::RequestHead& request) {
  search_.arrivals = state_.fills.arrivals(plan_->key.hash);
  search_.found = store::FindOutcome::complete;
  search_.joins_after = search_.takes_after = 0;
  look_up(
      state_.store, {.plan = *plan_, .request = request, .now = record_.asked}, scratch_, lookup_);
}

bool Transaction::may_look_further() const noexcept {
  return !lookup_.is_fresh_hit() && state_.store.reach() != store::Reach::immediate;
}

net::Awaitable<void> Transaction::look_further(const http::RequestHead& request) {
  // What began before this says nothing of purges that were answered since.
  const std::uint64_t asked = state_.store.begin_fetch(state_.worker.clock().wall()).sequence();
  RemoteLookup remote = co_await look_up_remotely(
      state_.store, *plan_, request, state_.worker.clock(), scratch_, search_.patience);
  record_.asked = state_.worker.clock().wall();
  lookup_ = std::move(remote.result);
  search_.found = remote.outcome;
  search_.joins_after = search_.found == store::FindOutcome::unanswered ? asked : 0;
  search_.takes_after =
      search_.found == store::FindOutcome::unavailable ? state_.store.unknown_through(asked) : 0;
}

net::Awaitable<void> Transaction::look_again(const http::RequestHead& request) {
  record_.asked = state_.worker.clock().wall();
  look_up_at_once(request);
  if (may_look_further()) co_await look_further(request);
}

net::TryHandled Transaction::try_handle(const net::Request& request,
                                        http::Persistence persistence,
                                        net::PreparedResponse& out) noexcept {
  begin(request);
  if (plan_->kind != PlanKind::lookup || !lookup_.is_fresh_hit()) return net::TryHandled::no;
  prepare_hit(request, persistence, out);
  return net::TryHandled::yes;
}

// For Cache-Status; "": not to be shown.
std::string Transaction::shown_key() const {
  if (snapshot_->cache_status_key == ShowKey::no) return {};
  return caching::printable_key(plan_->key.text);
}

void Transaction::prepare_hit(const net::Request& request,
                              http::Persistence persistence,
                              net::PreparedResponse& out) {
  const std::string key = shown_key();
  const WallTime now = record_.asked;
  caching::CacheStatus status;
  status.hit = true;
  status.ttl = whole_seconds(caching::time_to_live(lookup_.freshness, now));
  status.detail = lookup_.reuse.reason;
  status.key = key;
  record_.cache = XCache::hit;
  record_.detail = lookup_.reuse.reason;
  const StoredAnswer answer =
      prepare_stored_answer(std::move(lookup_.stored),
                            {.request = request.head,
                             .persistence = persistence,
                             .now = now,
                             .age = caching::current_age(lookup_.freshness, now),
                             .x_cache = XCache::hit,
                             .cache_status = &status},
                            out);
  record_.answered.status = answer.status;
  record_.answered.kind = answer.kind;
}

void Transaction::finished(const net::Request& request,
                           std::uint64_t written,
                           const ErrorCode& failed) noexcept {
  record_.answered.end_with(failed);
  end(request, written);
}

void Transaction::rejected(std::uint64_t bytes) noexcept {
  state_.counters.add(Counter::bytes_to_clients, bytes);
  state_.counters.add(Counter::requests);
  state_.counters.add(Counter::rejected);
}

// Of what the answer came to, whichever way it took.
void Transaction::count_end(std::uint64_t written) noexcept {
  Answered& answered = record_.answered;
  if (answered.broken_off && written == 0) answered.status = 0;
  state_.counters.add(Counter::requests);
  state_.counters.add(Counter::bytes_to_clients, written);
  if (answered.status == 0 || answered.broken_off) state_.counters.add(Counter::client_aborts);
  if (answered.kind == AnswerKind::not_modified) state_.counters.add(Counter::not_modified);
  if (answered.kind == AnswerKind::partial) state_.counters.add(Counter::ranges);
}

void Transaction::end(const net::Request& request, std::uint64_t written) noexcept {
  planned_ = false;
  // Also where the client did not wait for the answer.
  const bool failed = is_failure(record_.answered.status, record_.detail);
  count_end(written);
  RouteOutcome outcome = RouteOutcome::bypass;
  switch (record_.cache) {
    case XCache::none:
      state_.counters.add(Counter::passes);
      break;
    case XCache::bypass:
      if (is_unanswered(record_.detail)) outcome = RouteOutcome::error;
      state_.counters.add(Counter::bypasses);
      break;
    case XCache::hit:
      outcome = RouteOutcome::hit;
      state_.counters.add(Counter::hits);
      if (record_.stale) state_.counters.add(Counter::hits_stale);
      break;
    case XCache::miss:
      outcome = failed ? RouteOutcome::error : RouteOutcome::miss;
      state_.counters.add(Counter::misses);
      if (record_.collapsed) state_.counters.add(Counter::collapsed);
      break;
  }
  if (plan_->route != nullptr) {
    snapshot_->route_counters[plan_->route->index]->add(state_.worker.index(), outcome);
  }
  // A reload may have turned the log on since it began.
  if (state_.access_log && record_.begun_steady != SteadyTime{}) log_access(request, written);
}

void Transaction::log_access(const net::Request& request, std::uint64_t written) noexcept {
  std::string failure;
  if (record_.answered.failure) failure = record_.answered.failure.message();
  std::string_view detail = failure;
  if (failure.empty() && record_.detail != Reason::none)
    detail = caching::to_string(record_.detail);
  state_.access_log->write(
      {.time = record_.begun,
       .peer = request.peer,
       .method = request.head->method_text,
       .host = request.target.authority,
       .target = request.head->target,
       .status = record_.answered.status,
       .bytes = written,
       .duration = std::chrono::duration_cast<std::chrono::microseconds>(
           state_.worker.clock().steady() - record_.begun_steady),
       .route = plan_->route != nullptr ? std::string_view(plan_->route->name) : "",
       .cache = to_string(record_.cache),
       .detail = detail});
}

net::Awaitable<void> Transaction::handle(net::ClientExchange& client) {
  if (!planned_) begin(client.request());
  search_.patience = state_.store.patience();
  co_await answer(client);
  lookup_ = {};
  search_.content.reset();
  end(client.request(), client.bytes_written());
}

// Chooses the coroutine without being one: what every request that is no hit goes through costs no
// frame that does nothing but wait for the next.
net::Awaitable<void> Transaction::answer(net::ClientExchange& client) {
  const LocalAnswer local = local_answer_for(*client.request().head, state_.loop_member);
  if (local != LocalAnswer::none) return answer_locally(client, local);
  if (plan_->kind == PlanKind::lookup) return answer_from_cache(client);
  if (plan_->kind == PlanKind::lookup_by_content) return answer_query(client);
  return answer_through(client, {});
}

net::Awaitable<void> Transaction::answer_locally(net::ClientExchange& client, LocalAnswer answer) {
  const std::string text = render_local_answer(
      answer, *client.request().head, client.persistence(), state_.worker.clock().wall());
  const std::array<asio::const_buffer, 1> buffers{asio::buffer(text)};
  record_.answered.status = status_of(answer);
  record_.answered.end_with(co_await client.write(buffers));
}

net::Awaitable<void> Transaction::answer_through(net::ClientExchange& client,
                                                 std::string received) {
  const net::Request& request = client.request();
  record_.cache = plan_->kind == PlanKind::bypass ? XCache::bypass : XCache::none;
  record_.detail = plan_->reason;
  std::unique_ptr<PostRecorder> recorder;
  if (plan_->answer_use == AnswerUse::kept_for_get) {
    rule_tags_ = planner_.render_tags();
    recorder = std::make_unique<PostRecorder>(
        state_, *plan_, make_subject(request), snapshot_->tag_limits);
  }
  // RFC 9110 section 10.1.1: a proxy forwards a request with a 100-continue expectation by its
  // header section first. Not where the whole body is here, or some of it has been read already:
  // nobody waits then, nothing is saved.
  const Expectation expectation = received.empty() && client.awaits_continue()
                                      ? Expectation::continue_first
                                      : Expectation::none;
  RelayInput input{.head = render_relayed(request, expectation),
                   .expectation = expectation,
                   .received = std::move(received),
                   .plan = plan_,
                   .planner = &planner_,
                   .router = snapshot_->router.get(),
                   .x_cache = record_.cache,
                   .printable_key = recorder ? shown_key() : std::string(),
                   .recorder = recorder.get()};
  record_.answered = co_await relay(state_, client, std::move(input));
  if (record_.answered.status == 0) co_await answer_unreached(client);
}

net::Awaitable<void> Transaction::answer_unreached(net::ClientExchange& client) {
  caching::CacheStatus status;
  status.forward = caching::forward_for(plan_->reason);
  record_.answered = co_await answer_failure(
      client, record_.answered.failure, record_.cache, status, state_.worker.clock().wall());
}

net::Awaitable<void> Transaction::answer_from_cache(net::ClientExchange& client) {
  return may_look_further() ? answer_from_afar(client) : answer_looked_up(client);
}

net::Awaitable<void> Transaction::answer_from_afar(net::ClientExchange& client) {
  co_await look_further(*client.request().head);
  co_await answer_looked_up(client);
}

// The store cannot be asked, nothing here will do, and the origin is not to be asked instead.
net::Awaitable<void> Transaction::answer_sparing_origin(net::ClientExchange& client) {
  record_.cache = XCache::bypass;
  record_.detail = Reason::store_unavailable;
  caching::CacheStatus status;
  status.detail = Reason::store_unavailable;
  record_.answered = co_await answer_failure(
      client, Errc::store_unavailable, XCache::bypass, status, state_.worker.clock().wall());
}

bool Transaction::spares_origin() const noexcept {
  return store::is_unknown(search_.found) &&
         state_.store.when_unavailable() == store::WhenUnavailable::protect_origin;
}

net::Awaitable<void> Transaction::answer_looked_up(net::ClientExchange& client) {
  if (spares_origin() && !make_do(lookup_)) return answer_sparing_origin(client);
  switch (lookup_.reuse.action) {
    case ReuseAction::gateway_timeout:
      return answer_only_if_cached(client);
    case ReuseAction::serve_stale_and_refresh:
      refresh_in_background(client.request());
      [[fallthrough]];
    case ReuseAction::serve_stale:
    case ReuseAction::serve_fresh:
      return answer_hit(client);
    case ReuseAction::validate:
      break;
  }
  return answer_over_fetch(client);
}

net::Awaitable<void> Transaction::answer_only_if_cached(net::ClientExchange& client) {
  record_.cache = XCache::bypass;
  record_.detail = Reason::only_if_cached;
  caching::CacheStatus status;
  status.detail = Reason::only_if_cached;
  record_.answered = co_await answer_failure(
      client, Errc::upstream_timeout, XCache::bypass, status, state_.worker.clock().wall());
}

net::Awaitable<void> Transaction::answer_hit(net::ClientExchange& client) {
  record_.stale = lookup_.reuse.action != ReuseAction::serve_fresh;
  net::PreparedResponse prepared;
  prepare_hit(client.request(), client.persistence(), prepared);
  record_.answered.end_with(co_await client.write(prepared.buffers));
}

}  // namespace hawkcache::proxy
