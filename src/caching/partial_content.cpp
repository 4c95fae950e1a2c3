#include "caching/partial_content.hpp"

#include "caching/validation.hpp"

#include <algorithm>

namespace hawkcache::caching {
namespace {

using http::ByteRange;
using http::FieldName;

bool lists(const CachePolicy& policy, int status) noexcept {
  return std::any_of(policy.statuses.begin(), policy.statuses.end(), [&](const auto& listed) {
    return listed.first == status;
  });
}

void append_part(PartialContent& content, ByteRange part) {
  if (!content.parts.empty() && content.parts.back().last + 1 == part.first) {
    content.parts.back().last = part.last;
  } else {
    content.parts.push_back(part);
  }
}

}  // namespace

// A rule's ttl gives a lifetime to 200, never to 206. Under such a rule an answer to a range could
// not be stored, and one client's ranges would reach the origin again and again, where the whole,
// fetched once, answers them all. So the origin is asked for a range only where a 206 can be stored
// on the terms of a 200: on the origin's word alone, or because the rule lists it.
bool stores_parts(const CachePolicy& policy) noexcept {
  if (lists(policy, 206)) return true;
  return !policy.ttl && policy.precedence == OriginPrecedence::origin_first && !lists(policy, 200);
}

RangeOnMiss decide_range_on_miss(const CachePolicy& policy,
                                 http::Method method,
                                 http::FieldsView request) {
  // "GET is the only method for which range handling is defined" (RFC 9110 section 14.2)
  const auto range = request.only_value(FieldName::range);
  if (!range || method != http::Method::get) return RangeOnMiss::fetch_whole;
  return http::is_single_range(*range) && stores_parts(policy) ? RangeOnMiss::fetch_range
                                                               : RangeOnMiss::fetch_whole;
}

// "GET is the only method for which range handling is defined" (RFC 9110 section 14.2). Range is no
// list: of two fields none is known to be meant.
http::RangeDecision requested_ranges(http::Method method,
                                     http::FieldsView request,
                                     const ValidatorsView& validators,
                                     std::uint64_t length) {
  const auto range = request.only_value(FieldName::range);
  if (!range || method != http::Method::get) return {};
  if (evaluate_if_range(request, validators) == IfRange::ignore_range) return {};
  return http::decide_ranges(*range, length);
}

// "A cache MUST NOT use an incomplete response to answer requests unless the response has been made
// complete, or the request is partial and specifies a range wholly within the incomplete response."
// (RFC 9111 section 3.3)
PartAnswer answer_from_part(const PartialContent& content,
                            const ValidatorsView& validators,
                            http::Method method,
                            http::FieldsView request) {
  const auto asked = requested_ranges(method, request, validators, content.complete_length);
  if (asked.verdict == http::RangeVerdict::unsatisfiable) {
    return {.verdict = PartAnswer::Verdict::unsatisfiable};
  }
  if (asked.verdict != http::RangeVerdict::single) return {};
  std::uint64_t offset = 0;
  for (const ByteRange& part : content.parts) {
    if (part.first <= asked.range.first && asked.range.last <= part.last) {
      return {.verdict = PartAnswer::Verdict::range,
              .range = asked.range,
              .offset = offset + (asked.range.first - part.first)};
    }
    offset += part.size();
  }
  return {};
}

// "If a 206 (Partial Content) response contains a Content-Range header field with a range unit that
// the recipient does not understand, the recipient MUST NOT attempt to recombine it with a stored
// representation." "The recipient of an invalid Content-Range MUST NOT attempt to recombine the
// received content with a stored representation." (RFC 9110 section 14.4) Neither is a multipart
// taken apart, which has no Content-Range of its own, nor a body that is not as long as its range.
std::optional<http::ContentRange> received_part(const http::ResponseHead& response,
                                                std::optional<std::uint64_t> content_length) {
  const http::FieldsView fields = response.fields();
  if (response.status != 206 || fields.count(FieldName::content_range) != 1) return std::nullopt;
  const auto part = http::parse_content_range(*fields.value(FieldName::content_range));
  if (!part || (content_length && *content_length != part->range.size())) return std::nullopt;
  return part;
}

// "The combined response content consists of the union of partial content ranges within the new
// response and all of the matching stored responses." (RFC 9110 section 15.3.7.3) Where both have a
// byte it is the same byte, by their validator; the older one is kept, for it is shared already.
std::optional<Union> unite(const PartialContent& older, const PartialContent& newer) {
  if (older.complete_length != newer.complete_length) return std::nullopt;
  const ByteRange fresh = newer.parts.front();
  Union result;
  result.content.complete_length = older.complete_length;
  std::uint64_t position = fresh.first;  // what of the newer part is not placed yet begins here
  const auto place_newer_until = [&](std::uint64_t end) {
    if (position >= end) return;
    append_part(result.content, {position, end - 1});
    result.splices.push_back({Splice::Source::newer, position - fresh.first, end - position});
    position = end;
  };
  std::uint64_t offset = 0;
  for (const ByteRange& part : older.parts) {
    place_newer_until(std::min(fresh.last + 1, part.first));
    append_part(result.content, part);
    result.splices.push_back({Splice::Source::older, offset, part.size()});
    offset += part.size();
    position = std::max(position, part.last + 1);
  }
  place_newer_until(fresh.last + 1);
  if (result.content.parts.size() > kMostParts) return std::nullopt;
  return result;
}

bool is_complete(const PartialContent& content) noexcept {
  return content.parts.size() == 1 && content.parts.front().size() == content.complete_length;
}

std::optional<ByteRange> only_gap(const PartialContent& content) {
  std::optional<ByteRange> gap;
  std::uint64_t position = 0;
  const auto add = [&](std::uint64_t end) {
    if (position >= end) return true;
    if (gap) return false;
    gap = ByteRange{position, end - 1};
    return true;
  };
  for (const ByteRange& part : content.parts) {
    if (!add(part.first)) return std::nullopt;
    position = part.last + 1;
  }
  return add(content.complete_length) ? gap : std::nullopt;
}

}  // namespace hawkcache::caching
