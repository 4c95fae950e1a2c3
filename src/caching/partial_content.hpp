// Incomplete responses (RFC 9111 sections 3.3 and 3.4; RFC 9110 sections 14 and 15.3.7.3): which
// requests ask the origin for a range, which a stored part answers, what two parts have in common,
// and what is missing to the whole. Pure.
#pragma once

#include "caching/policy.hpp"
#include "caching/stored_meta.hpp"
#include "http/head.hpp"
#include "http/range.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace hawkcache::caching {

// What a request that finds nothing asks the origin for, where its client wants one range.
enum class RangeOnMiss : std::uint8_t { fetch_whole, fetch_range };
RangeOnMiss decide_range_on_miss(const CachePolicy& policy,
                                 http::Method method,
                                 http::FieldsView request);
// Whether the rule stores a 206 wherever it would store a 200.
bool stores_parts(const CachePolicy& policy) noexcept;

// The ranges that a request asks for, of a representation with these validators and this length
// (RFC 9110 section 14.2): the whole where it is no GET, has not one Range field, or has an
// If-Range that does not match.
http::RangeDecision requested_ranges(http::Method method,
                                     http::FieldsView request,
                                     const ValidatorsView& validators,
                                     std::uint64_t length);

// What an incomplete stored response makes of a request.
struct PartAnswer {
  enum class Verdict : std::uint8_t {
    miss,          // it asks for something else than bytes that are there
    range,         // answer 206 with `range`
    unsatisfiable  // answer 416: nothing of that range exists
  } verdict = Verdict::miss;
  http::ByteRange range{};
  std::uint64_t offset = 0;  // where the range begins in the stored body
};
PartAnswer answer_from_part(const PartialContent& content,
                            const ValidatorsView& validators,
                            http::Method method,
                            http::FieldsView request);

// A received part, as the response announces it: 206 with one valid Content-Range in bytes, and no
// Content-Length that contradicts it. nullopt: whatever it is, it must not be combined with
// anything.
std::optional<http::ContentRange> received_part(const http::ResponseHead& response,
                                                std::optional<std::uint64_t> content_length);

// The parts of two incomplete responses of one representation, put together.
struct Splice {
  enum class Source : std::uint8_t { older, newer } source = Source::older;
  std::uint64_t offset = 0;  // in that body
  std::uint64_t size = 0;
};
struct Union {
  PartialContent content;
  std::vector<Splice> splices;  // one after the other they are the body of `content`
};
// More parts than these are not kept of one response.
inline constexpr std::size_t kMostParts = 64;
// nullopt: the lengths differ, or there would be too many parts. REQUIRES: `newer` has one part.
std::optional<Union> unite(const PartialContent& older, const PartialContent& newer);

bool is_complete(const PartialContent& content) noexcept;
// The one range that is missing; nullopt where several are.
std::optional<http::ByteRange> only_gap(const PartialContent& content);

}  // namespace hawkcache::caching
