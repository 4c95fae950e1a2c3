// The part of a transaction that goes to the origin: join a fetch under way or begin one, and
// answer from what it brings.
#include "caching/freshness.hpp"
#include "proxy/relay.hpp"
#include "proxy/transaction.hpp"

#include <algorithm>
#include <utility>

namespace hawkcache::proxy {
namespace {

using caching::Reason;
using observe::Counter;
using Role = CollapseTable::Role;

constexpr int kMaxVariantTries = 3;
constexpr int kMaxNewLooks = 2;

// Whoever began the fetch has had its 1xx responses as they came. For others they are part of a
// response that is not known to be theirs until its head is judged; and where the final response
// has fields for the first client alone, so may they.
FillReader::Interim interim_for(const FillReader::View& view, Role role) {
  if (role == Role::leader) return FillReader::Interim::none;
  const bool has_own = view.head && !view.head->own_text.empty();
  return has_own ? FillReader::Interim::none : FillReader::Interim::shared;
}

void pass_on(const std::vector<FillInterimPtr>& interim, net::ClientExchange& client) {
  for (const FillInterimPtr& one : interim) client.write_interim(one->status, one->text);
}

// No origin was asked on this node.
bool is_brought_by_another_node(const FillReader::View& view) {
  return view.phase == FillPhase::use_stored && view.stored_reason == Reason::none &&
         view.origin.status == 0;
}

// Why what is stored did not do, where `fwd` does not say it.
Reason detail_of_miss(Reason reason) noexcept {
  return reason == Reason::rule_changed ? reason : Reason::none;
}

// Of a fill that asked for a range.
bool is_for(const FillSubject& subject, const http::RequestHead& request) {
  return subject.range == request.fields().value(http::FieldName::range);
}

}  // namespace

// From what was looked up.
void Transaction::prepare_fetch(const http::RequestHead& request) {
  record_.cache = XCache::miss;
  record_.detail = lookup_.reuse.reason;
  search_.fetch_method = method_to_validate(request.method);
  search_.other_ranges = lookup_.part ? OtherRanges::are_no_concern : OtherRanges::are_waited_for;
}

net::Awaitable<void> Transaction::answer_over_fetch(net::ClientExchange& client) {
  const http::RequestHead& request = *client.request().head;
  rule_tags_ = planner_.render_tags();
  prepare_fetch(request);
  Company company = likely_company(request);
  int new_looks = 0;
  for (int tries = 0;;) {
    if (tries == kMaxVariantTries) company = Company::alone;
    const Attempt attempt = co_await try_fetch(client, company);
    if (attempt == Attempt::answered) co_return;
    if (attempt == Attempt::arrived) {
      co_await look_again(request);
      if (lookup_.reuse.action != caching::ReuseAction::validate || spares_origin()) {
        co_await answer_looked_up(client);
        co_return;
      }
      prepare_fetch(request);
      if (++new_looks >= kMaxNewLooks) search_.arrivals.reset();
      continue;
    }
    ++tries;
    if (attempt == Attempt::not_shareable) company = Company::alone;
    if (attempt == Attempt::outdated) {
      const bool found = co_await finds_it_stored_by_now(request);
      if (!found) continue;
      co_await answer_looked_up(client);
      co_return;
    }
  }
}

// Whoever waited in vain may find that another's fetch has meanwhile brought what is wanted.
net::Awaitable<bool> Transaction::finds_it_stored_by_now(const http::RequestHead& request) {
  LookupResult before = std::exchange(lookup_, {});
  co_await look_again(request);
  const bool found = lookup_.is_fresh_hit();
  if (!found) lookup_ = std::move(before);
  co_return found;
}

// What was stored before the fetch began may have been purged under the URL of one who joined it:
// from a fetch for another URL, under a rule's own `key:`.
bool Transaction::stands_for_this_url(const FillSubject& subject,
                                      const FillReader::View& view) const {
  if (view.stored) {
    return stands_for_url(
        state_.store, *view.stored, plan_->target.authority, plan_->path_and_query);
  }
  return !view.head || view.head->content == FillHead::Content::all_new ||
         (subject.authority == plan_->target.authority &&
          subject.path_and_query == plan_->path_and_query);
}

// Of a fill that has got as far as its head, for one who waited for it. A failure before the head
// is everybody's.
Share Transaction::share_of(const FillSubject& subject,
                            const FillReader::View& view,
                            http::FieldsView fields) const {
  if (plan_->route->key && !stands_for_this_url(subject, view)) return Share::not_shareable;
  std::optional<caching::RequestDirectives> directives = lookup_.directives;
  if (directives) directives = directives_of_one_who_waited(*directives);
  const Asker asker{.fields = fields,
                    .policy = plan_->route->policy,
                    .directives = directives ? &*directives : nullptr,
                    .now = state_.worker.clock().wall()};
  if (view.head) return may_share(*view.head, asker);
  if (!view.stored) return Share::yes;
  return view.stored_reason == Reason::stale_if_error
             ? may_share_stale(view.stored->reuse_terms(), asker)
             : may_share_fresh(view.stored->reuse_terms(), asker);
}

// One try: join a fetch under way or begin one. With Company::alone it is our own in any case, and
// goes out with the client's own conditions.
net::Awaitable<Transaction::Attempt> Transaction::try_fetch(net::ClientExchange& client,
                                                            Company company) {
  const net::Request& request = client.request();
  const WallTime now = state_.worker.clock().wall();
  auto fill = make_fill(request, now);
  const CollapseTable::Joined joined = join_or_lead(client, fill, company, now);
  if (joined.role == Role::look_again) co_return Attempt::arrived;
  const bool leads = joined.role == Role::leader;
  if (leads) {
    FetchOrder order = make_order(request, fill, company);
    if (state_.store.reach() == store::Reach::immediate) {
      co_await lead_fetch(state_, std::move(order), client);
    } else {
      start_fetch(state_, std::move(order), &client);
    }
  }
  fill.reset();  // a candidate that was not needed gives its ticket back
  FillReader& reader = *joined.reader;
  if (state_.store.reach() == store::Reach::remote) {
    reader.limit(search_.patience, state_.worker.clock());
  }
  FillReader::View view = reader.peek();
  while (view.phase == FillPhase::awaiting_head) {
    co_await reader.wait();
    view = reader.peek();
  }
  if (!leads) {
    const auto hindered = hindrance(reader.fill(), view, *request.head);
    if (hindered) co_return *hindered;
  }
  pass_on(reader.take_interim(interim_for(view, joined.role)), client);
  caching::CacheStatus status;
  status.forward = caching::forward_for(lookup_.reuse.reason);
  status.collapsed = !leads || is_brought_by_another_node(view);
  record_.collapsed = status.collapsed;
  co_await answer_with(client, reader, view, status);
  co_return Attempt::answered;
}

CollapseTable::Joined Transaction::join_or_lead(net::ClientExchange& client,
                                                const std::shared_ptr<Fill>& fill,
                                                Company company,
                                                WallTime now) {
  if (company != Company::shared) {
    return {.reader = fill->try_read(client.executor()), .role = Role::leader};
  }
  return state_.fills.join_or_lead(
      join_request(client.request(), fill->subject(), now), fill, client.executor());
}

// The next try is made so that it does not meet the same again.
std::optional<Transaction::Attempt> Transaction::hindrance(const Fill& fill,
                                                           const FillReader::View& view,
                                                           const http::RequestHead& request) {
  const FillSubject& subject = fill.subject();
  const Share share = share_of(subject, view, request.fields());
  if (share != Share::yes && subject.method == http::Method::head) {
    search_.fetch_method = http::Method::get;
    return Attempt::outdated;
  }
  if (share == Share::not_shareable) return Attempt::not_shareable;
  if (view.head && view.head->meta.partial && !is_for(subject, request)) {
    search_.other_ranges = OtherRanges::are_no_concern;
    return Attempt::other_range;
  }
  if (share == Share::other_variant) {
    lookup_.vary_hint = view.head ? view.head->meta.vary : view.stored->shared_vary();
    return Attempt::other_variant;
  }
  // What is served in place of the origin's failure may be older than the fetch that failed.
  const std::uint64_t sequence =
      view.stored ? std::min(fill.sequence(), view.stored->sequence()) : fill.sequence();
  if (sequence <= search_.takes_after) {
    // All who have waited for it share the next one.
    search_.joins_after = std::exchange(search_.takes_after, 0);
    return Attempt::too_early;
  }
  return std::nullopt;
}

// The fill's outcome is known as far as its head: freshened, stale instead of an error, failed, or
// streaming.
net::Awaitable<void> Transaction::answer_with(net::ClientExchange& client,
                                              FillReader& reader,
                                              const FillReader::View& view,
                                              caching::CacheStatus status) {
  const std::string key = shown_key();
  status.key = key;
  if (view.phase == FillPhase::use_stored && view.stored_reason == Reason::stale_if_error) {
    record_.stale = true;
    caching::CacheStatus hit;
    hit.hit = true;
    hit.detail = Reason::stale_if_error;
    hit.key = key;
    const auto age = caching::current_age(view.stored->freshness(), state_.worker.clock().wall());
    co_await answer_from_store(client, view.stored, age, hit, XCache::hit);
  } else if (view.phase == FillPhase::use_stored) {
    if (view.origin.status != 0) status.forward_status = view.origin.status;
    status.stored = view.stored_reason == Reason::none;
    status.detail = status.stored ? detail_of_miss(lookup_.reuse.reason) : view.stored_reason;
    const auto age = age_to_show(status.collapsed ? Fetched::for_another : Fetched::for_this_client,
                                 view.stored->freshness(),
                                 view.origin.age,
                                 state_.worker.clock().wall());
    co_await answer_from_store(client, view.stored, age, status, XCache::miss);
  } else if (view.phase == FillPhase::failed) {
    record_.answered = co_await answer_failure(
        client, view.failure, XCache::miss, status, state_.worker.clock().wall());
  } else {
    describe(*view.head, status);
    record_.detail = status.detail;
    const FillAnswerInput input{
        .fetched = status.collapsed ? Fetched::for_another : Fetched::for_this_client,
        .x_cache = XCache::miss,
        .cache_status = &status,
        .now = state_.worker.clock().wall()};
    const FillAnswer answer = co_await answer_from_fill(client, reader, view, input);
    record_.answered = answer.answered;
    if (answer.given_up != Reason::none) record_.detail = answer.given_up;
  }
}

void Transaction::describe(const FillHead& head, caching::CacheStatus& status) {
  status.forward_status = head.forward_status.value_or(head.status);
  status.detail = head.not_stored;
  if (status.detail == Reason::none) status.detail = head.refused;
  status.stored = status.detail == Reason::none;
  if (status.stored) status.detail = detail_of_miss(lookup_.reuse.reason);
  // A client's range went to the origin as it came: not for its own sake.
  if (status.detail == Reason::partial &&
      state_.uncacheable.contains(plan_->key.hash, state_.worker.clock())) {
    status.detail = Reason::known_uncacheable;
  }
}

net::Awaitable<void> Transaction::answer_from_store(net::ClientExchange& client,
                                                    store::StoredResponsePtr stored,
                                                    std::optional<Duration> age,
                                                    caching::CacheStatus status,
                                                    XCache x_cache) {
  const WallTime now = state_.worker.clock().wall();
  status.ttl = whole_seconds(caching::time_to_live(effective_freshness(*stored), now));
  net::PreparedResponse prepared;
  const StoredAnswer answer = prepare_stored_answer(stored,
                                                    {.request = client.request().head,
                                                     .persistence = client.persistence(),
                                                     .now = now,
                                                     .age = age,
                                                     .x_cache = x_cache,
                                                     .cache_status = &status},
                                                    prepared);
  record_.cache = x_cache;
  record_.detail = status.detail;
  record_.answered.status = answer.status;
  record_.answered.kind = answer.kind;
  record_.answered.end_with(co_await client.write(prepared.buffers));
}

// RFC 9111 section 4.3.5: a HEAD validates a stored response "if transmission of the content is not
// desired even if it has changed". Where nothing is stored, or nothing to tell a change by, a HEAD
// fetches the whole.
http::Method Transaction::method_to_validate(http::Method asked) const noexcept {
  const bool by_head = lookup_.stored && lookup_.stored->partial() == nullptr &&
                       caching::has_validator(lookup_.stored->validators());
  return by_head ? asked : method_for_whole(asked);
}

void Transaction::refresh_in_background(const net::Request& request) {
  if (state_.failed_refreshes.contains(plan_->key.hash, state_.worker.clock())) return;
  rule_tags_ = planner_.render_tags();
  search_.fetch_method = method_for_whole(request.head->method);
  // What is stored is to be fetched anew: another range would not bring it.
  search_.other_ranges = OtherRanges::are_no_concern;
  const WallTime now = state_.worker.clock().wall();
  const auto fill = make_fill(request, now);
  Role role = state_.fills.try_lead(join_request(request, fill->subject(), now), fill);
  if (role == Role::look_again) {
    const LookupInput input{.plan = *plan_, .request = *request.head, .now = now};
    LookupResult again;
    look_up(state_.store, input, scratch_, again);
    if (again.is_fresh_hit()) return;
    search_.arrivals.reset();
    role = state_.fills.try_lead(join_request(request, fill->subject(), now), fill);
  }
  if (role != Role::leader) return;
  state_.counters.add(Counter::refreshes);
  start_fetch(state_, make_order(request, fill, Company::nobody), nullptr);
}

}  // namespace hawkcache::proxy
