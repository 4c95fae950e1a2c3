#include "proxy/stored_answer.hpp"

#include "base/text_writer.hpp"
#include "caching/partial_content.hpp"
#include "caching/validation.hpp"
#include "http/range.hpp"
#include "proxy/multipart_ranges.hpp"

#include <algorithm>
#include <utility>

namespace hawkcache::proxy {

namespace asio = boost::asio;
namespace {

bool status_has_body(int status) { return status != 204 && status != 304; }

// The representation's length, whether all of it is there or not.
std::uint64_t length_of(const store::StoredResponse& stored) {
  const caching::PartialContent* partial = stored.partial();
  return partial != nullptr ? partial->complete_length : stored.body_size();
}

http::RangeDecision range_for(const StoredAnswerInput& input, const store::StoredResponse& stored) {
  const http::FieldsView fields = input.request->fields();
  if (stored.status() != 200 || !fields.may_contain(http::FieldName::range)) return {};
  // Validators have to be unpacked, and are asked for by If-Range alone.
  const bool conditional = fields.may_contain(http::FieldName::if_range);
  return caching::requested_ranges(input.request->method,
                                   fields,
                                   conditional ? stored.validators() : caching::ValidatorsView{},
                                   stored.body_size());
}

void append_body(const store::StoredResponse& stored,
                 std::uint64_t first,
                 std::uint64_t size,
                 std::vector<asio::const_buffer>& buffers) {
  for (std::size_t i = 0; i < stored.chunks() && size > 0; ++i) {
    const std::string_view chunk = stored.chunk(i);
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

bool is_not_modified(const store::StoredResponse& stored, const StoredAnswerInput& input) {
  const http::FieldsView fields = input.request->fields();
  return caching::may_have_precondition(fields) &&
         caching::evaluate_precondition(fields, stored.status(), stored.validators(), input.now) ==
             caching::Precondition::not_modified;
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

StoredAnswer prepare_whole(const store::StoredResponse& stored,
                           const StoredAnswerInput& input,
                           net::PreparedResponse& out) {
  HeadTail tail = tail_for(input);
  const int status = stored.status();
  if (status_has_body(status)) tail.content_length = stored.body_size();
  append_head_tail(out.head, tail);
  const http::HeadPieces head = stored.head_pieces();
  if (!head.common.empty()) out.buffers.emplace_back(head.common.data(), head.common.size());
  out.buffers.emplace_back(head.own.data(), head.own.size());
  out.buffers.emplace_back(out.head.data(), out.head.size());
  if (input.request->method != http::Method::head) {
    append_body(stored, 0, stored.body_size(), out.buffers);
  }
  return {AnswerKind::whole, status};
}

StoredAnswer prepare_not_modified(const store::StoredResponse& stored,
                                  const StoredAnswerInput& input,
                                  net::PreparedResponse& out) {
  {
    TextWriter head(out.head);
    write_not_modified_head(head, stored.head_pieces());
    write_head_tail(head, tail_for(input));
  }
  out.buffers.emplace_back(out.head.data(), out.head.size());
  return {AnswerKind::not_modified, 304};
}

StoredAnswer prepare_partial(const store::StoredResponse& stored,
                             const StoredAnswerInput& input,
                             http::ByteRange range,
                             std::uint64_t offset,
                             net::PreparedResponse& out) {
  HeadTail tail = tail_for(input);
  tail.content_length = range.size();
  {
    TextWriter head(out.head);
    write_partial_head(head, stored.head_pieces(), PartialHead::one_part);
    write_content_range(head, range, length_of(stored));
    write_head_tail(head, tail);
  }
  out.buffers.emplace_back(out.head.data(), out.head.size());
  append_body(stored, offset, range.size(), out.buffers);
  return {AnswerKind::partial, 206};
}

StoredAnswer prepare_multipart(const store::StoredResponse& stored,
                               const StoredAnswerInput& input,
                               const http::ByteRanges& ranges,
                               net::PreparedResponse& out) {
  const std::string boundary = new_boundary();
  const auto plan = plan_multipart(ranges,
                                   {.length = stored.body_size(),
                                    .content_type = content_type_line(stored.head_pieces()),
                                    .boundary = boundary});
  if (!plan) return prepare_whole(stored, input, out);
  append_partial_head(out.head, stored.head_pieces(), PartialHead::multipart);
  out.head += plan->content_type;
  HeadTail tail = tail_for(input);
  tail.content_length = plan->content_length;
  append_head_tail(out.head, tail);
  const std::size_t head_size = out.head.size();
  for (const BodySlice& slice : plan->slices) out.head += slice.before;
  out.head += plan->after;
  // Only now does the text stay where it is.
  const char* text = out.head.data();
  out.buffers.emplace_back(text, head_size);
  text += head_size;
  for (const BodySlice& slice : plan->slices) {
    out.buffers.emplace_back(text, slice.before.size());
    text += slice.before.size();
    append_body(stored, slice.first, slice.size, out.buffers);
  }
  out.buffers.emplace_back(text, plan->after.size());
  return {AnswerKind::partial, 206};
}

StoredAnswer prepare_unsatisfiable(const store::StoredResponse& stored,
                                   const StoredAnswerInput& input,
                                   net::PreparedResponse& out) {
  append_unsatisfiable_head(out.head, length_of(stored), input.now);
  HeadTail tail = tail_for(input);
  tail.content_length = 0;
  append_head_tail(out.head, tail);
  out.buffers.emplace_back(out.head.data(), out.head.size());
  return {AnswerKind::unsatisfiable, 416};
}

// "A cache MUST NOT send a partial response to a client without explicitly marking it using the 206
// (Partial Content) status code." (RFC 9111 section 3.3)
StoredAnswer prepare_from_part(const store::StoredResponse& stored,
                               const StoredAnswerInput& input,
                               net::PreparedResponse& out) {
  const auto answer = caching::answer_from_part(
      *stored.partial(), stored.validators(), input.request->method, input.request->fields());
  if (answer.verdict != caching::PartAnswer::Verdict::range) {
    return prepare_unsatisfiable(stored, input, out);
  }
  return prepare_partial(stored, input, answer.range, answer.offset, out);
}

}  // namespace

StoredAnswer prepare_stored_answer(store::StoredResponsePtr response,
                                   const StoredAnswerInput& input,
                                   net::PreparedResponse& out) {
  const store::StoredResponse& stored = *response;
  out.owner = KeepAlive(std::move(response));
  if (is_not_modified(stored, input)) {
    return prepare_not_modified(stored, input, out);
  }
  if (stored.partial() != nullptr) return prepare_from_part(stored, input, out);
  const http::RangeDecision range = range_for(input, stored);
  switch (range.verdict) {
    case http::RangeVerdict::whole:
      return prepare_whole(stored, input, out);
    case http::RangeVerdict::single:
      return prepare_partial(stored, input, range.range, range.range.first, out);
    case http::RangeVerdict::several:
      return prepare_multipart(stored, input, range.ranges, out);
    case http::RangeVerdict::unsatisfiable:
      return prepare_unsatisfiable(stored, input, out);
  }
  return prepare_whole(stored, input, out);
}

}  // namespace hawkcache::proxy
