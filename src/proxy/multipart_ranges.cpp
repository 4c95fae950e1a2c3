#include "proxy/multipart_ranges.hpp"

#include "base/hash.hpp"
#include "store/scope_hash.hpp"

#include <atomic>

#include <fmt/format.h>

namespace hawkcache::proxy {

// "Within the header area of each body part in the multipart content, the server MUST generate a
// Content-Range header field corresponding to the range being enclosed in that body part. If the
// selected representation would have had a Content-Type header field in a 200 (OK) response, the
// server SHOULD generate that same Content-Type header field in the header area of each body part."
// (RFC 9110 section 15.3.7.2)
std::optional<MultipartRanges> plan_multipart(const http::ByteRanges& ranges,
                                              const MultipartInput& input) {
  MultipartRanges plan;
  plan.slices.reserve(ranges.size());
  for (const http::ByteRange& range : ranges) {
    plan.slices.push_back(
        {.before = fmt::format("{}--{}\r\n{}Content-Range: bytes {}-{}/{}\r\n\r\n",
                               plan.slices.empty() ? "" : "\r\n",
                               input.boundary,
                               input.content_type,
                               range.first,
                               range.last,
                               input.length),
         .first = range.first,
         .size = range.size()});
    plan.content_length += plan.slices.back().before.size() + range.size();
  }
  plan.after = fmt::format("\r\n--{}--\r\n", input.boundary);
  plan.content_length += plan.after.size();
  // "it can be less efficient to transfer many small disjoint parts than it is to transfer the
  // entire selected representation" (section 15.3.7.2)
  if (plan.content_length >= input.length) return std::nullopt;
  plan.content_type =
      fmt::format("Content-Type: multipart/byteranges; boundary={}\r\n", input.boundary);
  return plan;
}

std::string new_boundary() {
  static std::atomic<std::uint64_t> number{0};
  return credential_digest(fmt::format(
      "boundary {:x} {}", store::process_seed(), number.fetch_add(1, std::memory_order_relaxed)));
}

}  // namespace hawkcache::proxy
