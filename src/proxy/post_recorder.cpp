#include "proxy/post_recorder.hpp"

#include "caching/invalidation.hpp"
#include "proxy/response_intake.hpp"

#include <utility>

namespace hawkcache::proxy {

using caching::Reason;
using observe::Counter;

PostRecorder::PostRecorder(WorkerState& state,
                           const RequestPlan& plan,
                           FillSubject subject,
                           const caching::TagLimits& tag_limits)
    : state_(state),
      plan_(plan),
      tag_limits_(tag_limits),
      subject_(std::move(subject)),
      sent_(state.store.begin_fetch(state.worker.clock().wall())),
      request_time_(state.worker.clock().wall()),
      share_(state.fill_budget) {}

void PostRecorder::judge(const http::ResponseHead& head, http::BodyFraming framing) {
  // "If Content-Location is included in a 2xx (Successful) response message and its value refers
  // [...] to a URI that is the same as the target URI, then the recipient MAY consider the content
  // to be a current representation of that resource" (RFC 9110 section 8.7): so there must be
  // content.
  if (head.status < 200 || head.status > 299 || framing.kind == http::BodyKind::none) return;
  if (!caching::content_location_is_target(plan_.scheme, plan_.target, head)) return;
  auto taken = take_in(
      head,
      framing,
      {.method = http::Method::post,
       .subject = &subject_,
       .route = plan_.route,
       .scheme = plan_.scheme,
       .tag_limits = tag_limits_,
       .times = {.request_time = request_time_, .response_time = state_.worker.clock().wall()},
       .max_object = state_.store.max_object()});
  if (taken->not_stored != Reason::none) return;
  judged_ = state_.store.begin_fetch(state_.worker.clock().wall());  // ahead of any fence's answer
  const auto verdict = state_.store.fence().check({.epoch = sent_.epoch(),
                                                   .authority = subject_.authority,
                                                   .path_and_query = subject_.path_and_query},
                                                  taken->meta.tags,
                                                  store::TagsKnown::all);
  if (verdict.trust == store::Trust::trusted) head_ = std::move(taken);
}

void PostRecorder::begin(OwnPurge purge) {
  if (!head_) return;
  store::FetchTicket purged = state_.store.begin_fetch(state_.worker.clock().wall());
  if (purge != OwnPurge::raised || !store::is_one_purge_after(purged, judged_)) {
    head_.reset();
    return;
  }
  body_.emplace(std::move(subject_), std::move(purged));
  body_->set_head(head_);
  whole_ = head_->content_length == 0U;
}

void PostRecorder::take(std::string_view piece) {
  if (!body_) return;
  body_->stage(piece);
  if (body_->staged_size() > state_.store.max_object()) {
    give_up();
  } else if (!share_.grow_to(body_->staged_size())) {
    state_.counters.add(Counter::not_stored_in_flight);
    give_up();
  } else if (piece.empty() || body_->staged_size() == head_->content_length) {
    whole_ = true;
  }
}

// Epoch and stamp are those of our own purge. The sequence is that from before the POST went up, so
// that no GET that was sent after the purge is replaced by it.
store::NewResponsePtr PostRecorder::make_response() const {
  const FillSubject& subject = body_->subject();
  const Fill::Body body = body_->body();
  return state_.store.make({.key = subject.key,
                            .authority = subject.authority,
                            .path_and_query = subject.path_and_query,
                            .meta = head_->meta,
                            .head = head_->text,
                            .withheld = head_->withheld,
                            .body = body,
                            .epoch = body_->epoch(),
                            .sequence = sent_.sequence(),
                            .shared = body_->shared()});
}

net::Awaitable<void> PostRecorder::store() {
  store::NewResponsePtr response = make_response();
  store::Patience patience = state_.store.patience();
  const store::PutResult result = co_await state_.store.put(std::move(response), patience);
  const bool stored = result == store::PutResult::stored;
  state_.counters.add(stored ? Counter::stored : Counter::not_stored);
  if (stored) state_.uncacheable.forget(body_->subject().key_hash);
  body_.reset();
  share_.give_back();
  whole_ = false;
}

void PostRecorder::give_up() {
  state_.counters.add(Counter::not_stored);
  body_.reset();
  share_.give_back();
  head_.reset();
}

}  // namespace hawkcache::proxy
