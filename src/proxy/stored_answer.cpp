#include "proxy/stored_answer.hpp"

#include "caching/validation.hpp"
#include "http/date.hpp"
#include "http/range.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace hawkcache::proxy {

namespace asio = boost::asio;
namespace {

bool status_has_body(int status) { return status != 204 && status != 304; }

http::RangeDecision range_for(const StoredAnswerInput& input, const store::StoredResponse& stored) {
  if (input.request->method != http::Method::get || stored.meta().status != 200) return {};
  const auto range = input.request->fields().value(http::FieldName::range);
  if (!range) return {};
  if (caching::evaluate_if_range(input.request->fields(), stored.meta().validators) ==
      caching::IfRange::ignore_range) {
    return {};
  }
  return http::decide_range(*range, stored.body_size());
}

void append_body(const store::StoredResponse& stored,
                 std::uint64_t first,
                 std::uint64_t size,
                 std::vector<asio::const_buffer>& buffers) {
  for (const SharedBytes& chunk : stored.body()) {
    if (size == 0) return;
    if (first >= chunk.size()) {
      first -= chunk.size();
      continue;
    }
    const auto part = std::min<std::uint64_t>(chunk.size() - first, size);
    buffers.emplace_back(chunk.data() + first, static_cast<std::size_t>(part));
    size -= part;
    first = 0;
  }
}

HeadTail tail_for(const StoredAnswerInput& input) {
  return {.framing = ClientFraming::length,
          .content_length = std::nullopt,
          .age = input.age,
          .x_cache = input.x_cache,
          .cache_status = input.cache_status,
          .client = input.request->version,
          .persistence = input.persistence};
}

StoredAnswer prepare_whole(const store::StoredResponsePtr& stored,
                           const StoredAnswerInput& input,
                           net::PreparedResponse& out) {
  HeadTail tail = tail_for(input);
  const int status = stored->meta().status;
  if (status_has_body(status)) tail.content_length = stored->body_size();
  append_head_tail(out.head, tail);
  out.buffers.emplace_back(stored->head().data(), stored->head().size());
  out.buffers.emplace_back(out.head.data(), out.head.size());
  if (input.request->method != http::Method::head) {
    append_body(*stored, 0, stored->body_size(), out.buffers);
  }
  return {AnswerKind::whole, status};
}

StoredAnswer prepare_partial(const store::StoredResponsePtr& stored,
                             const StoredAnswerInput& input,
                             http::ByteRange range,
                             net::PreparedResponse& out) {
  append_head_with_status(out.head, stored->head(), "HTTP/1.1 206 Partial Content\r\n");
  fmt::format_to(std::back_inserter(out.head),
                 "Content-Range: bytes {}-{}/{}\r\n",
                 range.first,
                 range.last,
                 stored->body_size());
  HeadTail tail = tail_for(input);
  tail.content_length = range.size();
  append_head_tail(out.head, tail);
  out.buffers.emplace_back(out.head.data(), out.head.size());
  append_body(*stored, range.first, range.size(), out.buffers);
  return {AnswerKind::partial, 206};
}

StoredAnswer prepare_unsatisfiable(const store::StoredResponsePtr& stored,
                                   const StoredAnswerInput& input,
                                   net::PreparedResponse& out) {
  fmt::format_to(std::back_inserter(out.head),
                 "HTTP/1.1 416 Range Not Satisfiable\r\nContent-Range: bytes */{}\r\nDate: "
                 "{}\r\nVia: 1.1 hawkcache\r\n",
                 stored->body_size(),
                 http::format_date(input.now));
  HeadTail tail = tail_for(input);
  tail.content_length = 0;
  append_head_tail(out.head, tail);
  out.buffers.emplace_back(out.head.data(), out.head.size());
  return {AnswerKind::unsatisfiable, 416};
}

}  // namespace

StoredAnswer prepare_stored_answer(const store::StoredResponsePtr& stored,
                                   const StoredAnswerInput& input,
                                   net::PreparedResponse& out) {
  out.owner = stored;
  const auto precondition = caching::evaluate_precondition(
      input.request->fields(), stored->meta().status, stored->meta().validators, input.now);
  if (precondition == caching::Precondition::not_modified) {
    append_not_modified_head(out.head, stored->head());
    append_head_tail(out.head, tail_for(input));
    out.buffers.emplace_back(out.head.data(), out.head.size());
    return {AnswerKind::not_modified, 304};
  }
  const http::RangeDecision range = range_for(input, *stored);
  switch (range.verdict) {
    case http::RangeVerdict::whole:
      return prepare_whole(stored, input, out);
    case http::RangeVerdict::partial:
      return prepare_partial(stored, input, range.range, out);
    case http::RangeVerdict::unsatisfiable:
      return prepare_unsatisfiable(stored, input, out);
  }
  return prepare_whole(stored, input, out);
}

}  // namespace hawkcache::proxy
