// Several ranges of one representation in one answer: multipart/byteranges (RFC 9110 sections
// 14.6 and 15.3.7.2). Only the text around the data is made here, the data stays where it is. Pure,
// but for new_boundary().
#pragma once

#include "http/range.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hawkcache::proxy {

// Bytes of a body, and the text that goes before them.
struct BodySlice {
  std::string before;
  std::uint64_t first = 0;
  std::uint64_t size = 0;
};

struct MultipartRanges {
  std::string content_type;  // the field's line for the answer's head, with its CRLF
  std::vector<BodySlice> slices;
  std::string after;
  std::uint64_t content_length = 0;  // of texts and data together
};

struct MultipartInput {
  std::uint64_t length = 0;       // of the representation
  std::string_view content_type;  // its Content-Type line, with its CRLF; empty: it has none
  std::string_view boundary;
};

// A part for each of the ranges, in their order. nullopt: it would be no smaller than the whole.
std::optional<MultipartRanges> plan_multipart(const http::ByteRanges& ranges,
                                              const MultipartInput& input);

// A boundary that nobody outside can foresee, so that no representation can contain it on purpose,
// and with 128 bits none will by chance. Any thread.
std::string new_boundary();

}  // namespace hawkcache::proxy
