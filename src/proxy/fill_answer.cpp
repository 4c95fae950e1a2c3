#include "proxy/fill_answer.hpp"

#include "caching/freshness.hpp"
#include "caching/validation.hpp"
#include "http/date.hpp"
#include "http/range.hpp"
#include "proxy/body_writer.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace hawkcache::proxy {
namespace {

using http::FieldName;

// What of the body this client gets, and under which head.
struct AnswerPlan {
  AnswerKind kind = AnswerKind::whole;
  int status = 0;
  std::string head;
  ClientFraming framing = ClientFraming::length;
  std::uint64_t first = 0;
  std::optional<std::uint64_t> size;  // nullopt: to the end
};

// Only a response that the cache took in whole is sliced or turned into a 304; one that is merely
// passed on is the origin's own answer to the client's conditions.
http::RangeDecision range_for(const http::RequestHead& request,
                              const FillHead& head,
                              std::optional<std::uint64_t> length) {
  const auto range = request.fields().value(FieldName::range);
  if (!range || !length || head.status != 200 || head.not_stored != caching::Reason::none ||
      request.method != http::Method::get) {
    return {};
  }
  if (caching::evaluate_if_range(request.fields(), head.meta.validators) ==
      caching::IfRange::ignore_range) {
    return {};
  }
  return http::decide_range(*range, *length);
}

AnswerPlan plan_answer(net::ClientExchange& client,
                       const FillReader::View& view,
                       const FillAnswerInput& input) {
  const http::RequestHead& request = *client.request().head;
  const FillHead& head = *view.head;
  const bool own = input.fetched == Fetched::for_this_client && !head.own_text.empty();
  const std::string& head_text = own ? head.own_text : head.text;
  std::optional<std::uint64_t> length = head.content_length;
  if (view.phase == FillPhase::complete && head.has_body) length = view.available;

  AnswerPlan plan{.kind = AnswerKind::whole,
                  .status = head.status,
                  .head = {},
                  .framing = {},
                  .first = 0,
                  .size = {}};
  HeadTail tail{.framing = ClientFraming::length,
                .content_length = length,
                .age = caching::current_age(head.meta.freshness, input.now),
                .x_cache = input.x_cache,
                .cache_status = input.cache_status,
                .client = request.version,
                .persistence = http::Persistence::keep_alive};
  if (*tail.age < std::chrono::seconds(1)) tail.age.reset();  // it comes straight from the origin

  const auto range = range_for(request, head, length);
  if (head.not_stored == caching::Reason::none &&
      caching::evaluate_precondition(
          request.fields(), head.status, head.meta.validators, input.now) ==
          caching::Precondition::not_modified) {
    plan.kind = AnswerKind::not_modified;
    plan.status = 304;
    append_not_modified_head(plan.head, head_text);
    tail.content_length.reset();
    tail.framing = ClientFraming::no_body;
  } else if (range.verdict == http::RangeVerdict::partial) {
    plan.kind = AnswerKind::partial;
    plan.status = 206;
    append_head_with_status(plan.head, head_text, "HTTP/1.1 206 Partial Content\r\n");
    fmt::format_to(std::back_inserter(plan.head),
                   "Content-Range: bytes {}-{}/{}\r\n",
                   range.range.first,
                   range.range.last,
                   *length);
    tail.content_length = range.range.size();
    plan.first = range.range.first;
    plan.size = range.range.size();
  } else if (range.verdict == http::RangeVerdict::unsatisfiable) {
    plan.kind = AnswerKind::unsatisfiable;
    plan.status = 416;
    plan.head = fmt::format(
        "HTTP/1.1 416 Range Not Satisfiable\r\nContent-Range: bytes */{}\r\nDate: {}\r\nVia: 1.1 "
        "hawkcache\r\n",
        *length,
        http::format_date(input.now));
    tail.content_length = 0;
    tail.framing = ClientFraming::no_body;
  } else {
    plan.head = head_text;
    const bool bodiless = !head.has_body || request.method == http::Method::head;
    tail.framing = bodiless ? ClientFraming::no_body : client_framing(length, request.version);
    if (head.status == 204) tail.content_length.reset();
  }
  if (tail.framing == ClientFraming::until_close) client.close_after_response();
  tail.persistence = client.persistence();
  append_head_tail(plan.head, tail);
  plan.framing = tail.framing;
  return plan;
}

// The part of the pieces that lies within [first, first + size), given that they begin at
// `position`.
std::vector<std::string_view> clip(const std::vector<SharedBytes>& pieces,
                                   std::uint64_t position,
                                   std::uint64_t first,
                                   std::uint64_t end) {
  std::vector<std::string_view> wanted;
  for (const SharedBytes& piece : pieces) {
    const std::uint64_t from = std::max(first, position);
    const std::uint64_t to = std::min(end, position + piece.size());
    if (from < to) wanted.push_back(piece.view().substr(from - position, to - from));
    position += piece.size();
  }
  return wanted;
}

net::Awaitable<ErrorCode> stream_body(FillReader& reader,
                                      BodyWriter& writer,
                                      std::uint64_t first,
                                      std::uint64_t end) {
  std::uint64_t position = 0;
  for (;;) {
    const FillReader::View view = reader.take();
    const std::vector<std::string_view> wanted = clip(view.pieces, position, first, end);
    for (const SharedBytes& piece : view.pieces) position += piece.size();
    if (view.phase == FillPhase::failed) {
      writer.break_off();
      co_return view.failure;
    }
    const bool last = view.phase == FillPhase::complete || position >= end;
    const ErrorCode error =
        co_await writer.write(wanted, last ? BodyWriter::Last::yes : BodyWriter::Last::no);
    if (error) {
      writer.break_off();
      co_return error;
    }
    if (last) co_return ErrorCode{};
    co_await reader.wait();
  }
}

}  // namespace

net::Awaitable<FillAnswer> answer_from_fill(net::ClientExchange& client,
                                            FillReader& reader,
                                            FillAnswerInput input) {
  AnswerPlan plan = plan_answer(client, reader.peek(), input);
  FillAnswer answer{.status = plan.status, .kind = plan.kind, .error = {}};
  BodyWriter writer(client, std::move(plan.head), plan.framing);
  if (plan.framing == ClientFraming::no_body) {
    answer.error = co_await writer.write({}, BodyWriter::Last::yes);
  } else {
    const std::uint64_t end = plan.size ? plan.first + *plan.size : UINT64_MAX;
    answer.error = co_await stream_body(reader, writer, plan.first, end);
  }
  if (answer.error && !client.response_started()) {
    client.abort(net::ClientExchange::AbortKind::close);
  }
  co_return answer;
}

}  // namespace hawkcache::proxy
