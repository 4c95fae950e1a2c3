#include "proxy/transaction.hpp"

#include <array>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "caching/freshness.hpp"
#include "http/problem.hpp"
#include "proxy/fill_answer.hpp"
#include "proxy/forwarded_request.hpp"
#include "proxy/relay.hpp"

namespace hawkcache::proxy {

namespace asio = boost::asio;

namespace {

using caching::Reason;
using caching::ReuseAction;
using observe::Counter;
using observe::RouteOutcome;

constexpr int kMaxVariantTries = 3;

// RFC 9110 section 7.6.2: TRACE and OPTIONS with Max-Forwards: 0 end here.
bool ends_here(const http::RequestHead& head) {
  if (head.method != http::Method::trace && head.method != http::Method::options) return false;
  const auto value = head.fields().value(http::FieldName::max_forwards);
  return value && ascii::parse_digits(*value) == 0U;
}

// Of a fill that has got as far as its head. A failure before the head is everybody's.
Share share_of(const FillReader::View& view, http::FieldsView request, const caching::CachePolicy& policy) {
  if (view.head) return may_share(*view.head, request, policy);
  return view.stored ? may_share(view.stored->meta(), request, policy) : Share::yes;
}

std::int64_t seconds(Duration duration) {
  return std::chrono::floor<std::chrono::seconds>(duration).count();
}

}  // namespace

void Transaction::begin(const net::Request& request) {
  record_ = {};
  record_.begun = state_.worker.clock().wall();
  if (state_.access_log) record_.begun_steady = state_.worker.clock().steady();
  plan(request);
}

void Transaction::plan(const net::Request& request) {
  snapshot_ = state_.snapshot;
  const auto body = request.framing.kind == http::BodyKind::none ? RequestPlanner::Body::absent
                                                                 : RequestPlanner::Body::present;
  plan_ = &planner_.plan(*request.head, request.target, body, *snapshot_->router);
  if (plan_->kind == PlanKind::lookup) {
    lookup_ = look_up(state_.store, *plan_, request.head->fields(), record_.begun, scratch_);
  }
  planned_ = true;
}

net::TryHandled Transaction::try_handle(const net::Request& request,
                                        http::Persistence persistence,
                                        net::PreparedResponse& out) noexcept {
  begin(request);
  if (plan_->kind != PlanKind::lookup || !lookup_.is_fresh_hit()) return net::TryHandled::no;
  count_answer(prepare_hit(request, persistence, out));
  return net::TryHandled::yes;
}

StoredAnswer Transaction::prepare_hit(const net::Request& request,
                                      http::Persistence persistence,
                                      net::PreparedResponse& out) {
  std::string key;
  if (snapshot_->cache_status_key == ShowKey::yes) key = printable_key();
  const WallTime now = record_.begun;
  caching::CacheStatus status;
  status.hit = true;
  status.ttl = seconds(caching::time_to_live(lookup_.freshness, now));
  status.detail = lookup_.reuse.reason;
  status.key = key;
  record_.cache = XCache::hit;
  record_.detail = lookup_.reuse.reason;
  const StoredAnswer answer =
      prepare_stored_answer(lookup_.stored,
                            {.request = request.head,
                             .persistence = persistence,
                             .now = now,
                             .age = caching::current_age(lookup_.stored->meta().freshness, now),
                             .x_cache = XCache::hit,
                             .cache_status = &status},
                            out);
  record_.status = answer.status;
  return answer;
}

void Transaction::count_answer(const StoredAnswer& answer) noexcept {
  if (answer.kind == AnswerKind::not_modified) state_.counters.add(Counter::not_modified);
  if (answer.kind == AnswerKind::partial) state_.counters.add(Counter::ranges);
}

void Transaction::finished(const net::Request& request, std::uint64_t written) noexcept {
  lookup_.stored.reset();
  end(request, written);
}

void Transaction::rejected(int) noexcept {
  state_.counters.add(Counter::requests);
  state_.counters.add(Counter::rejected);
}

void Transaction::end(const net::Request& request, std::uint64_t written) noexcept {
  planned_ = false;
  state_.counters.add(Counter::requests);
  state_.counters.add(Counter::bytes_to_clients, written);
  RouteOutcome outcome = RouteOutcome::bypass;
  switch (record_.cache) {
    case XCache::none: state_.counters.add(Counter::passes); break;
    case XCache::bypass: state_.counters.add(Counter::bypasses); break;
    case XCache::hit:
      outcome = RouteOutcome::hit;
      state_.counters.add(Counter::hits);
      break;
    case XCache::miss:
      outcome = record_.status == 502 || record_.status == 504 ? RouteOutcome::error
                                                               : RouteOutcome::miss;
      state_.counters.add(Counter::misses);
      break;
  }
  if (plan_->route != nullptr) snapshot_->route_counters[plan_->route->index]->add(outcome);
  if (state_.access_log) {
    state_.access_log->write(
        {.time = record_.begun,
         .peer = request.peer,
         .method = request.head->method_text,
         .host = request.target.authority,
         .target = request.head->target,
         .status = record_.status,
         .bytes = written,
         .duration = std::chrono::duration_cast<std::chrono::microseconds>(
             state_.worker.clock().steady() - record_.begun_steady),
         .route = plan_->route != nullptr ? std::string_view(plan_->route->name) : "",
         .cache = to_string(record_.cache),
         .detail = record_.detail == Reason::none ? "" : caching::to_string(record_.detail)});
  }
}

net::Awaitable<void> Transaction::handle(net::ClientExchange& client) {
  if (!planned_) begin(client.request());
  if (ends_here(*client.request().head)) {
    co_await answer_locally(client, client.request().head->method == http::Method::options ? 200 : 405);
  } else if (plan_->kind == PlanKind::lookup) {
    co_await answer_from_cache(client);
  } else {
    co_await answer_through(client);
  }
  if (record_.status == 0) state_.counters.add(Counter::client_aborts);
  lookup_ = {};
  end(client.request(), client.bytes_written());
}

net::Awaitable<void> Transaction::answer_locally(net::ClientExchange& client, int status) {
  record_.status = status;
  std::string text =
      status == 200
          ? std::string("HTTP/1.1 200 OK\r\nAllow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n")
          : http::render_problem({.status = status,
                                  .detail = "This server does not echo requests.",
                                  .extra_fields = {}},
                                 client.request().head->method, client.persistence());
  if (status == 200) {
    append_head_tail(text, {.framing = ClientFraming::length,
                            .content_length = 0,
                            .age = std::nullopt,
                            .x_cache = XCache::none,
                            .cache_status = nullptr,
                            .client = client.request().head->version,
                            .persistence = client.persistence()});
  }
  const std::array<asio::const_buffer, 1> buffers{asio::buffer(text)};
  const ErrorCode failed = co_await client.write(buffers);
  if (failed) client.abort(net::ClientExchange::AbortKind::close);
}

net::Awaitable<void> Transaction::answer_through(net::ClientExchange& client) {
  const net::Request& request = client.request();
  record_.cache = plan_->kind == PlanKind::bypass ? XCache::bypass : XCache::none;
  record_.detail = plan_->reason;
  RelayInput input{.head = render_forwarded(request, Company::alone, {}, request.head->method_text),
                   .method = request.head->method,
                   .plan = plan_,
                   .planner = &planner_,
                   .router = snapshot_->router.get(),
                   .x_cache = record_.cache,
                   .reason = plan_->reason,
                   .printable_key = {}};
  const RelayOutcome outcome = co_await relay(state_, client, std::move(input));
  record_.status = outcome.status;
}

net::Awaitable<void> Transaction::answer_from_cache(net::ClientExchange& client) {
  switch (lookup_.reuse.action) {
    case ReuseAction::gateway_timeout: {
      record_.cache = XCache::miss;
      record_.detail = Reason::only_if_cached;
      record_.status = co_await answer_failure(client, Errc::upstream_timeout, XCache::miss);
      co_return;
    }
    case ReuseAction::serve_stale_and_refresh: refresh_in_background(client.request()); [[fallthrough]];
    case ReuseAction::serve_stale:
    case ReuseAction::serve_fresh: {
      if (lookup_.reuse.action != ReuseAction::serve_fresh) {
        state_.counters.add(Counter::hits_stale);
      }
      net::PreparedResponse prepared;
      count_answer(prepare_hit(client.request(), client.persistence(), prepared));
      const ErrorCode failed = co_await client.write(prepared.buffers);
      if (failed) client.abort(net::ClientExchange::AbortKind::close);
      co_return;
    }
    case ReuseAction::validate: co_await answer_over_fetch(client); co_return;
  }
}

net::Awaitable<void> Transaction::answer_over_fetch(net::ClientExchange& client) {
  record_.cache = XCache::miss;
  record_.detail = lookup_.reuse.reason;
  rule_tags_ = planner_.render_tags();
  Company company = Company::shared;
  if (state_.uncacheable.contains(plan_->key.hash, state_.worker.clock().steady())) {
    company = Company::alone;
  }
  for (int tries = 0;; ++tries) {
    if (tries == kMaxVariantTries) company = Company::alone;
    const Attempt attempt = co_await try_fetch(client, company);
    if (attempt == Attempt::answered) co_return;
    if (attempt == Attempt::not_shareable) company = Company::alone;
  }
}

// One try: join a fetch under way or begin one. With Company::alone it is our own in any case, and goes out with the client's own conditions.
net::Awaitable<Transaction::Attempt> Transaction::try_fetch(net::ClientExchange& client,
                                                            Company company) {
  const net::Request& request = client.request();
  auto fill = make_fill(request);
  CollapseTable::Joined joined{.reader = nullptr, .role = CollapseTable::Joined::Role::leader};
  if (company == Company::shared) {
    joined = state_.fills.join_or_lead(join_request(request), fill, client.executor());
  } else {
    joined.reader = fill->try_read(client.executor());
  }
  const bool leads = joined.role == CollapseTable::Joined::Role::leader;
  if (leads) start_fetch(state_, make_order(request, fill, company));
  fill.reset();  // a candidate that was not needed gives its ticket back
  FillReader& reader = *joined.reader;
  FillReader::View view = reader.peek();
  while (view.phase == FillPhase::awaiting_head) {
    co_await reader.wait();
    view = reader.peek();
  }
  if (!leads) {
    const Share share = share_of(view, request.head->fields(), plan_->route->policy);
    if (share == Share::not_shareable) co_return Attempt::not_shareable;
    if (share == Share::other_variant) {
      lookup_.vary_hint = view.head ? view.head->meta.vary : view.stored->meta().vary;
      co_return Attempt::other_variant;
    }
  }
  if (!leads) state_.counters.add(Counter::collapsed);
  caching::CacheStatus status;
  status.forward = caching::forward_for(lookup_.reuse.reason);
  status.collapsed = !leads;
  co_await answer_with(client, reader, std::move(view), status);
  co_return Attempt::answered;
}

// The fill's outcome is known as far as its head: freshened, stale instead of an error, failed, or streaming.
net::Awaitable<void> Transaction::answer_with(net::ClientExchange& client,
                                              FillReader& reader,
                                              FillReader::View view,
                                              caching::CacheStatus status) {
  std::string key;
  if (snapshot_->cache_status_key == ShowKey::yes) key = printable_key();
  status.key = key;
  if (view.phase == FillPhase::use_stored && view.stored_reason == Reason::stale_if_error) {
    state_.counters.add(Counter::hits_stale);
    caching::CacheStatus hit;
    hit.hit = true;
    hit.detail = Reason::stale_if_error;
    hit.key = key;
    co_await answer_from_store(client, view.stored, hit, XCache::hit);
  } else if (view.phase == FillPhase::use_stored) {
    status.forward_status = 304;
    status.stored = true;
    co_await answer_from_store(client, view.stored, status, XCache::miss);
  } else if (view.phase == FillPhase::failed) {
    record_.status = co_await answer_failure(client, view.failure, XCache::miss);
  } else {
    status.forward_status = view.head->status;
    status.stored = view.head->not_stored == Reason::none;
    status.detail = view.head->not_stored;
    record_.detail = view.head->not_stored;
    const FillAnswerInput input{.fetched = status.collapsed ? Fetched::for_another : Fetched::for_this_client,
                                .x_cache = XCache::miss,
                                .cache_status = &status,
                                .now = state_.worker.clock().wall()};
    const FillAnswer answer = co_await answer_from_fill(client, reader, input);
    record_.status = answer.error && !client.response_started() ? 0 : answer.status;
    if (answer.error) state_.counters.add(Counter::client_aborts);
  }
}

net::Awaitable<void> Transaction::answer_from_store(net::ClientExchange& client,
                                                    store::StoredResponsePtr stored,
                                                    caching::CacheStatus status,
                                                    XCache x_cache) {
  const WallTime now = state_.worker.clock().wall();
  status.ttl = seconds(caching::time_to_live(stored->meta().freshness, now));
  net::PreparedResponse prepared;
  const StoredAnswer answer =
      prepare_stored_answer(stored,
                            {.request = client.request().head,
                             .persistence = client.persistence(),
                             .now = now,
                             .age = caching::current_age(stored->meta().freshness, now),
                             .x_cache = x_cache,
                             .cache_status = &status},
                            prepared);
  record_.cache = x_cache;
  record_.status = answer.status;
  record_.detail = status.detail;
  const ErrorCode failed = co_await client.write(prepared.buffers);
  if (failed) client.abort(net::ClientExchange::AbortKind::close);
}

void Transaction::refresh_in_background(const net::Request& request) {
  rule_tags_ = planner_.render_tags();
  const auto fill = make_fill(request);
  if (!state_.fills.try_lead(join_request(request), fill)) return;
  state_.counters.add(Counter::refreshes);
  start_fetch(state_, make_order(request, fill, Company::shared));
}

std::shared_ptr<Fill> Transaction::make_fill(const net::Request& request) {
  return std::make_shared<Fill>(
      FillSubject{.key = std::string(plan_->key.text),
                  .authority = std::string(plan_->target.authority),
                  .path_and_query = std::string(plan_->path_and_query),
                  .rule_tags = rule_tags_,
                  .rule_fingerprint = plan_->route->fingerprint,
                  .request = std::make_shared<const OwnedRequest>(*request.head)},
      state_.store.fence().begin_fetch());
}

FetchOrder Transaction::make_order(const net::Request& request,
                                   std::shared_ptr<Fill> fill,
                                   Company company) {
  const bool validates = lookup_.stored && company == Company::shared;
  std::vector<caching::OwnedField> validators;
  if (validates) validators = caching::conditional_fields(lookup_.stored->meta().validators);
  // The cache fetches whole responses: a HEAD becomes a GET, unless it goes alone.
  const bool whole = company == Company::shared;
  const std::string_view method = whole ? "GET" : request.head->method_text;
  FetchOrder order{.fill = std::move(fill),
                   .method = whole ? http::Method::get : request.head->method,
                   .head = render_forwarded(request, company, validators, method),
                   .conditions = whole ? ClientConditions::omit : ClientConditions::forward,
                   .unconditional_head = {},
                   .base = lookup_.stored,
                   .base_freshness = lookup_.freshness,
                   .route = plan_->route,
                   .snapshot = snapshot_,
                   .scheme = std::string(plan_->scheme)};
  if (!validators.empty()) {
    order.unconditional_head = render_forwarded(request, company, {}, method);
  }
  return order;
}

std::string Transaction::render_forwarded(const net::Request& request,
                                          Company company,
                                          std::span<const caching::OwnedField> validators,
                                          std::string_view method) {
  const bool cached = plan_->kind == PlanKind::lookup;
  ForwardedRequest forwarded{
      .head = request.head,
      .method = method,
      .target = request.target.form == http::TargetForm::asterisk ? "*" : plan_->path_and_query,
      .authority = request.target.authority.empty() ? std::string_view(snapshot_->upstream_authority)
                                                    : request.target.authority,
      .scheme = plan_->scheme,
      .peer = request.peer,
      .request_id = {},
      .framing = cached ? http::BodyFraming{} : request.framing,
      .conditions = cached && company == Company::shared ? ClientConditions::omit
                                                         : ClientConditions::forward,
      .cookie = std::nullopt,
      .normalize = {},
      .validators = validators};
  const std::string id = next_request_id();
  forwarded.request_id = id;
  if (cached) {
    forwarded.cookie = planner_.forwarded_cookie();
    forwarded.normalize = plan_->route->policy.normalize;
  }
  return render_forwarded_request(forwarded);
}

JoinRequest Transaction::join_request(const net::Request& request) const {
  return {.key = plan_->key,
          .authority = plan_->target.authority,
          .path_and_query = plan_->path_and_query,
          .rule_tags = rule_tags_,
          .rule_fingerprint = plan_->route->fingerprint,
          .fields = request.head->fields(),
          .policy = &plan_->route->policy,
          .vary_hint = lookup_.vary_hint};
}

std::string Transaction::printable_key() const { return caching::printable_key(plan_->key.text); }

std::string Transaction::next_request_id() {
  return fmt::format("{:016x}{:08x}", state_.request_id_seed, ++state_.request_ids);
}

}  // namespace hawkcache::proxy
