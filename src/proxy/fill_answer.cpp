#include "proxy/fill_answer.hpp"

#include "caching/freshness.hpp"
#include "caching/partial_content.hpp"
#include "caching/validation.hpp"
#include "http/range.hpp"
#include "proxy/body_writer.hpp"
#include "proxy/multipart_ranges.hpp"

#include <algorithm>
#include <iterator>
#include <span>

#include <boost/container/small_vector.hpp>

namespace hawkcache::proxy {
namespace {

// About what is added to a head for one answer.
constexpr std::size_t kTailSpace = 256;

// What of the body this client gets, and under which head.
struct AnswerPlan {
  AnswerKind kind = AnswerKind::whole;
  int status = 0;
  std::string head;
  std::optional<std::uint64_t> content_length;
  ClientFraming framing = ClientFraming::length;
  boost::container::small_vector<BodySlice, 1> slices;  // ascending
  std::string after;                                    // text that follows the last of them
};

// What plans are made from.
struct PlanInput {
  const http::RequestHead& request;
  const FillHead& head;
  const std::string& head_text;
  std::optional<std::uint64_t> length;  // of the representation, where it is known yet
  WallTime now;
};

// Only a response that the cache took in whole is sliced or turned into a 304; one that is merely
// passed on is the origin's own answer to the client's conditions.
http::RangeDecision ranges_for(const PlanInput& input) {
  if (!input.length || input.head.status != 200 || input.head.not_stored != caching::Reason::none) {
    return {};
  }
  return caching::requested_ranges(
      input.request.method, input.request.fields(), input.head.meta.validators, *input.length);
}

AnswerPlan plan_not_modified(const PlanInput& input) {
  AnswerPlan plan;
  plan.kind = AnswerKind::not_modified;
  plan.status = 304;
  plan.framing = ClientFraming::no_body;
  append_not_modified_head(plan.head, input.head_text);
  return plan;
}

AnswerPlan plan_whole(const PlanInput& input) {
  AnswerPlan plan;
  plan.status = input.head.status;
  plan.head.reserve(input.head_text.size() + kTailSpace);
  plan.head = input.head_text;
  plan.content_length = input.length;
  const bool bodiless = !input.head.has_body || input.request.method == http::Method::head;
  plan.framing =
      bodiless ? ClientFraming::no_body : client_framing(input.length, input.request.version);
  if (input.head.status == 204) plan.content_length.reset();
  plan.slices.push_back({.before = {}, .first = 0, .size = UINT64_MAX});
  return plan;
}

AnswerPlan plan_one_range(const PlanInput& input, http::ByteRange range) {
  AnswerPlan plan;
  plan.kind = AnswerKind::partial;
  plan.status = 206;
  append_partial_head(plan.head, input.head_text, PartialHead::one_part);
  append_content_range(plan.head, range, *input.length);
  plan.content_length = range.size();
  plan.slices.push_back({.before = {}, .first = range.first, .size = range.size()});
  return plan;
}

// What comes in cannot be read twice: parts out of order get the whole.
AnswerPlan plan_several_ranges(const PlanInput& input, const http::ByteRanges& ranges) {
  const auto by_first = [](const auto& a, const auto& b) { return a.first < b.first; };
  if (!std::is_sorted(ranges.begin(), ranges.end(), by_first)) return plan_whole(input);
  const std::string boundary = new_boundary();
  auto multipart = plan_multipart(ranges,
                                  {.length = *input.length,
                                   .content_type = content_type_line(input.head_text),
                                   .boundary = boundary});
  if (!multipart) return plan_whole(input);
  AnswerPlan plan;
  plan.kind = AnswerKind::partial;
  plan.status = 206;
  append_partial_head(plan.head, input.head_text, PartialHead::multipart);
  plan.head += multipart->content_type;
  plan.content_length = multipart->content_length;
  plan.slices.assign(std::make_move_iterator(multipart->slices.begin()),
                     std::make_move_iterator(multipart->slices.end()));
  plan.after = std::move(multipart->after);
  return plan;
}

AnswerPlan plan_unsatisfiable(const PlanInput& input) {
  AnswerPlan plan;
  plan.kind = AnswerKind::unsatisfiable;
  plan.status = 416;
  plan.framing = ClientFraming::no_body;
  append_unsatisfiable_head(plan.head, *input.length, input.now);
  plan.content_length = 0;
  return plan;
}

// A part is answered as the origin sent it: who reads it has asked for just that. Nothing is made
// of it here, so that it is no AnswerKind::partial.
AnswerPlan plan_part(const PlanInput& input) {
  const caching::PartialContent& content = *input.head.meta.partial;
  AnswerPlan plan;
  plan.status = 206;
  append_partial_head(plan.head, input.head_text, PartialHead::one_part);
  append_content_range(plan.head, content.parts.front(), content.complete_length);
  plan.content_length = input.length;
  plan.framing = client_framing(input.length, input.request.version);
  plan.slices.push_back({.before = {}, .first = 0, .size = UINT64_MAX});
  return plan;
}

AnswerPlan plan_by_range(const PlanInput& input) {
  if (input.head.meta.partial) return plan_part(input);
  const http::RangeDecision decision = ranges_for(input);
  switch (decision.verdict) {
    case http::RangeVerdict::whole:
      return plan_whole(input);
    case http::RangeVerdict::single:
      return plan_one_range(input, decision.range);
    case http::RangeVerdict::several:
      return plan_several_ranges(input, decision.ranges);
    case http::RangeVerdict::unsatisfiable:
      return plan_unsatisfiable(input);
  }
  return plan_whole(input);
}

AnswerPlan plan_answer(net::ClientExchange& client,
                       const FillReader::View& view,
                       const FillAnswerInput& input) {
  const FillHead& head = *view.head;
  const bool own = input.fetched == Fetched::for_this_client && !head.own_text.empty();
  PlanInput plan_input{.request = *client.request().head,
                       .head = head,
                       .head_text = own ? head.own_text : head.text,
                       .length = head.content_length,
                       .now = input.now};
  if (view.phase == FillPhase::complete && head.has_body) plan_input.length = view.available;

  const bool not_modified =
      head.not_stored == caching::Reason::none &&
      caching::evaluate_precondition(
          plan_input.request.fields(), head.status, head.meta.validators, input.now) ==
          caching::Precondition::not_modified;
  AnswerPlan plan = not_modified ? plan_not_modified(plan_input) : plan_by_range(plan_input);
  if (plan.framing == ClientFraming::until_close) client.close_after_response();
  HeadTail tail{
      .framing = plan.framing,
      .content_length = plan.content_length,
      .age = age_to_show(input.fetched, head.meta.freshness, head.declared_age, input.now),
      .x_cache = input.x_cache,
      .cache_status = input.cache_status,
      .client = plan_input.request.version,
      .persistence = client.persistence()};
  append_head_tail(plan.head, tail);
  return plan;
}

// Picks the slices out of a body that comes in pieces.
class Slicer {
 public:
  Slicer(std::span<const BodySlice> slices, std::string_view after)
      : slices_(slices), after_(after) {}

  // What of these pieces, the next of the body, goes to the client; views into pieces and slices.
  using Wanted = boost::container::small_vector<std::string_view, 4>;
  Wanted pick(std::span<const SharedBytes> pieces);
  bool done() const noexcept { return next_ == slices_.size(); }
  // The text at the end.
  std::string_view after() const noexcept { return after_; }

 private:
  void pick_from(std::string_view piece, Wanted& wanted);

  std::span<const BodySlice> slices_;
  std::string_view after_;
  std::size_t next_ = 0;        // the first slice that is not over
  std::uint64_t position_ = 0;  // in the body
};

Slicer::Wanted Slicer::pick(std::span<const SharedBytes> pieces) {
  Wanted wanted;
  for (const SharedBytes& piece : pieces) pick_from(piece.view(), wanted);
  return wanted;
}

void Slicer::pick_from(std::string_view piece, Wanted& wanted) {
  const std::uint64_t piece_end = position_ + piece.size();
  while (!done() && slices_[next_].first < piece_end) {
    const BodySlice& slice = slices_[next_];
    const std::uint64_t slice_end =
        slice.size > UINT64_MAX - slice.first ? UINT64_MAX : slice.first + slice.size;
    const std::uint64_t from = std::max(slice.first, position_);
    const std::uint64_t to = std::min(slice_end, piece_end);
    if (from == slice.first && !slice.before.empty()) wanted.push_back(slice.before);
    if (from < to) wanted.push_back(piece.substr(from - position_, to - from));
    if (slice_end > piece_end) break;
    ++next_;
  }
  position_ = piece_end;
}

}  // namespace

std::optional<Duration> age_to_show(Fetched fetched,
                                    const caching::Freshness& freshness,
                                    std::optional<Duration> declared,
                                    WallTime now) noexcept {
  if (fetched == Fetched::for_another) return caching::current_age(freshness, now);
  if (!declared) return std::nullopt;
  return *declared + std::max(now - freshness.response_time, Duration::zero());
}

net::Awaitable<FillAnswer> answer_from_fill(net::ClientExchange& client,
                                            FillReader& reader,
                                            const FillReader::View& view,
                                            FillAnswerInput input) {
  AnswerPlan plan = plan_answer(client, view, input);
  FillAnswer answer{.answered = {.status = plan.status, .kind = plan.kind}, .given_up = {}};
  ErrorCode& broken = answer.answered.failure;
  BodyWriter writer(client, std::move(plan.head), plan.framing);
  Slicer slicer(plan.slices, plan.after);
  const bool bodiless = plan.framing == ClientFraming::no_body;
  for (;;) {
    FillReader::View next;
    if (!bodiless) next = reader.take();
    answer.given_up = next.given_up;
    Slicer::Wanted wanted = slicer.pick(next.pieces);
    if (next.phase == FillPhase::failed) {
      broken = next.failure;
      break;
    }
    const bool last = bodiless || next.phase == FillPhase::complete || slicer.done();
    if (last && !slicer.after().empty()) wanted.push_back(slicer.after());
    broken = writer.write_now(wanted, last ? BodyWriter::Last::yes : BodyWriter::Last::no);
    if (broken == asio::error::would_block) broken = co_await writer.write_rest();
    if (last || broken) break;
    co_await reader.wait();
  }
  if (broken && !bodiless) writer.break_off();
  if (broken && !client.response_started()) {
    client.abort(net::ClientExchange::AbortKind::close);
  }
  answer.answered.broken_off = broken.failed();
  co_return answer;
}

}  // namespace hawkcache::proxy
