// Who a transaction's fetch is for, what it is about, and what it asks the origin for: the whole, a
// range, a validation, or what is missing of a stored part.
#include "caching/partial_content.hpp"
#include "proxy/forwarded_request.hpp"
#include "proxy/part_assembly.hpp"
#include "proxy/transaction.hpp"

#include <algorithm>
#include <array>

namespace hawkcache::proxy {

// Whether the answer may be of use to others, as far as that can be told before it is there.
Transaction::Company Transaction::likely_company(const http::RequestHead& request) const {
  if (state_.uncacheable.contains(plan_->key.hash, state_.worker.clock())) {
    return Company::alone;
  }
  // Forwarded as it came, it would make an upstream cache answer 504 to everybody who shares the
  // fetch.
  if (caching::parse_request_directives(request.fields()).only_if_cached) return Company::alone;
  if (lookup_.stored || lookup_.part || lookup_.vary_hint) return Company::shared;
  const caching::RequestDirectives* honoured = lookup_.directives ? &*lookup_.directives : nullptr;
  return goes_out_as_it_came(plan_->route->policy, request, honoured) ? Company::alone
                                                                      : Company::shared;
}

// The client's Range and If-Range, where the origin is asked for just that.
void Transaction::choose_range(const http::RequestHead& request, FillSubject& subject) const {
  // What is stored whole is validated as a whole.
  if (lookup_.stored && lookup_.stored->partial() == nullptr) return;
  if (lookup_.part && !can_be_added_to(*lookup_.part)) return;
  const http::FieldsView fields = request.fields();
  if (caching::decide_range_on_miss(plan_->route->policy, request.method, fields) ==
      caching::RangeOnMiss::fetch_whole) {
    return;
  }
  subject.range = *fields.value(http::FieldName::range);
  subject.if_range = fields.combined(http::FieldName::if_range).value_or("");
}

FillSubject Transaction::make_subject(const net::Request& request) const {
  return {.key = std::string(plan_->key.text),
          .key_hash = plan_->key.hash,
          .authority = std::string(plan_->target.authority),
          .path_and_query = std::string(plan_->path_and_query),
          .rule_tags = rule_tags_,
          .rule_fingerprint = plan_->route->fingerprint,
          .request = std::make_shared<const OwnedFields>(request.head->fields()),
          .range = {},
          .if_range = {},
          .method = http::Method::get};
}

std::shared_ptr<Fill> Transaction::make_fill(const net::Request& request, WallTime now) {
  FillSubject subject = make_subject(request);
  choose_range(*request.head, subject);
  subject.method = search_.fetch_method;
  return std::make_shared<Fill>(std::move(subject), state_.store.begin_fetch(now));
}

// A purge may have come since the lookup: with the ticket taken, what is stored must still stand,
// or a 304, or the rest of a part, would revive it. The lookup itself stays as it is: a stale hit
// that is being refreshed is still to be served from it.
Transaction::Known Transaction::still_known(const FillSubject& subject) const {
  // Under a rule's own `key:` an entry may have been brought by another URL. It may answer, but
  // nothing of it moves to this one: a purge of that URL could not find it again.
  const auto standing = [this](const store::StoredResponsePtr& stored) {
    const bool stands = stored && stored->authority() == plan_->target.authority &&
                        stored->path_and_query() == plan_->path_and_query &&
                        stored->vouch(state_.store.fence()) != store::Trust::distrusted;
    return stands ? stored : nullptr;
  };
  Known known{.stored = standing(lookup_.stored), .part = standing(lookup_.part), .alike = {}};
  for (const store::StoredResponsePtr& other : lookup_.alike) {
    if (standing(other)) known.alike.push_back(other);
  }
  // What is stored in part may stand in for a failing origin only where that very range is asked
  // for.
  if (known.stored && known.stored->partial() != nullptr && subject.range.empty()) {
    known.part = std::move(known.stored);
  }
  return known;
}

http::Method Transaction::method_for_whole(http::Method asked) noexcept {
  return asked == http::Method::head ? http::Method::get : asked;
}

// The cache fetches whole responses, unconditionally, or the one range that a client wants; a HEAD
// becomes a GET, unless it validates what is stored. Only where the key is known not to be storable
// do a HEAD and a client's own conditions go out as they are.
Transaction::Question Transaction::make_question(const net::Request& request,
                                                 const FillSubject& subject,
                                                 const Known& known,
                                                 Company company) const {
  const http::RequestHead& head = *request.head;
  Question question;
  if (head.method != http::Method::head) {
    question.method = head.method;
    question.method_text = head.method_text;
  }
  if (company == Company::alone &&
      (head.method == http::Method::head || has_conditions(head.fields()))) {
    question.conditions = ClientConditions::forward;
    question.method = head.method;
    question.method_text = head.method_text;
  } else if (!subject.range.empty()) {
    question.conditions = ClientConditions::ranges;
  } else if (known.stored) {
    question.method = subject.method;
    question.method_text = http::to_string(subject.method);
    question.ours = caching::conditional_fields(known.stored->validators());
  } else if (known.part) {
    question.rest = rest_to_ask_for(*known.part, plan_->route->policy, state_.store.max_object());
    if (question.rest) question.ours = fields_for_rest(*known.part, *question.rest);
  }
  return question;
}

FetchOrder Transaction::make_order(const net::Request& request,
                                   std::shared_ptr<Fill> fill,
                                   Company company) {
  const Known known = still_known(fill->subject());
  const Question question = make_question(request, fill->subject(), known, company);
  const RequestId id = next_request_id();
  // What the client that came by wants of caches (only-if-cached, say) is not for a refresh.
  Forwarding how{
      .method = question.method_text,
      .request_id = {id.data(), id.size()},
      .conditions = question.conditions,
      .directives = company == Company::nobody ? ClientDirectives::omit : ClientDirectives::forward,
      .validators = question.ours};
  // A part, or what only one client may have, is nobody's on other nodes.
  const bool sharable = company != Company::alone && fill->subject().range.empty();
  const Coalesce coalesce = sharable ? plan_->route->coalesce : Coalesce::node;
  FetchOrder order{
      .fill = std::move(fill),
      .method = question.method,
      .head = render_forwarded(request, how),
      .content = search_.content,
      .conditions = question.conditions,
      .unconditional_head = {},
      .alike = known.alike,
      .base = known.stored,
      .base_freshness = lookup_.freshness,
      .part = known.part,
      .rest = question.rest,
      .invalidates = planner_.render_invalidates(),
      .coalesce = coalesce,
      .patience = company == Company::nobody ? state_.store.patience() : search_.patience,
      .route = plan_->route,
      .snapshot = snapshot_,
      .scheme = std::string(plan_->scheme)};
  if (!question.ours.empty()) {
    order.unconditional_method = method_for_whole(question.method);
    how.method = http::to_string(order.unconditional_method);
    how.validators = {};
    order.unconditional_head = render_forwarded(request, how);
  }
  return order;
}

std::string Transaction::render_relayed(const net::Request& request, Expectation expectation) {
  const RequestId id = next_request_id();
  return render_forwarded(request,
                          {.method = request.head->method_text,
                           .request_id = {id.data(), id.size()},
                           .expectation = expectation});
}

std::string Transaction::render_forwarded(const net::Request& request, const Forwarding& how) {
  const bool cached = plan_->kind == PlanKind::lookup;
  http::BodyFraming framing = request.framing;
  if (cached) framing = {};
  if (search_.content) framing = {http::BodyKind::length, search_.content->size()};
  ForwardedRequest forwarded{
      .head = request.head,
      .method = how.method,
      .target = request.target.form == http::TargetForm::asterisk ? "*" : plan_->path_and_query,
      .authority = plan_->target.authority,
      .scheme = plan_->scheme,
      .peer = request.peer,
      .request_id = how.request_id,
      .loop_member = state_.loop_member,
      .framing = framing,
      .expectation = how.expectation,
      .conditions = how.conditions,
      .directives = how.directives,
      .cookie = std::nullopt,
      .normalize = {},
      .validators = how.validators};
  if (cached) {
    forwarded.cookie = planner_.forwarded_cookie();
    forwarded.normalize = plan_->route->policy.normalize;
  }
  return render_forwarded_request(forwarded);
}

JoinRequest Transaction::join_request(const net::Request& request,
                                      const FillSubject& subject,
                                      WallTime now) const {
  return {.key = plan_->key,
          .authority = plan_->target.authority,
          .path_and_query = plan_->path_and_query,
          .rule_tags = rule_tags_,
          .rule_fingerprint = plan_->route->fingerprint,
          .method = subject.method,
          .fields = request.head->fields(),
          .policy = &plan_->route->policy,
          .directives = lookup_.directives ? &*lookup_.directives : nullptr,
          .now = now,
          .range = subject.range,
          .if_range = subject.if_range,
          .other_ranges = search_.other_ranges,
          .vary_hint = lookup_.vary_hint,
          .arrivals = search_.arrivals,
          .after = search_.joins_after};
}

// 16 hex digits of the worker, 8 that count.
Transaction::RequestId Transaction::next_request_id() {
  constexpr std::string_view kDigits = "0123456789abcdef";
  RequestId id{};
  std::uint64_t low = ++state_.request_ids;
  for (std::size_t i = id.size(); i > 16; low >>= 4) id[--i] = kDigits[low & 15];
  std::uint64_t high = state_.request_id_seed;
  for (std::size_t i = 16; i > 0; high >>= 4) id[--i] = kDigits[high & 15];
  return id;
}

}  // namespace hawkcache::proxy
