// How long a message's body is (RFC 9112 section 6.3). The only place that reads Content-Length and
// Transfer-Encoding: whatever could be read in two ways is an error here, and nowhere else (request
// smuggling, section 11.2).
#pragma once

#include "http/head.hpp"

#include <cstdint>
#include <optional>

namespace hawkcache::http {

enum class BodyKind : std::uint8_t { none, length, chunked, until_close };

struct BodyFraming {
  BodyKind kind = BodyKind::none;
  std::uint64_t length = 0;  // for BodyKind::length
  // For BodyKind::none, answers to HEAD and 304s: the length of what is not sent, where
  // Content-Length tells it in one way only. What is not known to be right is not passed on (RFC
  // 9110 section 8.6).
  std::optional<std::uint64_t> announced{};
};

// What a request is answered with that has one of them: http/refusal. A response with any is a 502.
enum class FramingError : std::uint8_t {
  none,
  bad_content_length,     // not plain digits, or above 2^63 - 1
  differing_lengths,      // several values of Content-Length
  length_and_coding,      // Content-Length beside Transfer-Encoding
  bad_transfer_encoding,  // the last coding is not chunked, chunked twice, on HTTP/1.0 ...
  unsupported_coding,     // a coding that we do not implement, before chunked
};

struct FramingDecision {
  FramingError error = FramingError::none;
  BodyFraming framing;
};

FramingDecision decide_request_framing(const RequestHead& head) noexcept;
// `request_method` is the method that was sent upstream: answers to HEAD, and 1xx, 204 and 304,
// have no body. Unlike a request's, a single unknown coding without a length is no error: the body
// ends with the connection.
FramingDecision decide_response_framing(const ResponseHead& head, Method request_method) noexcept;

// Whether the client may send another request on its connection after this one (RFC 9112
// section 9.3).
enum class Persistence : std::uint8_t { keep_alive, close };
Persistence persistence_of(const RequestHead& head) noexcept;
Persistence persistence_of(const ResponseHead& head) noexcept;

}  // namespace hawkcache::http
