// Parsers for message heads (RFC 9112 sections 2 to 5), on Boost.Beast's basic_parser, without
// allocation and without I/O.
//
//   RequestParser parser(limits);
//   switch (parser.feed(buffer)) { ... }
//
// `buffer` holds everything received since the end of the last message, from the same start each
// time (it may have moved in memory). On `complete`, head() points into it (or into the parser) and
// head_size() bytes of it belong to the head; head() is valid until the buffer changes or reset(),
// which begins the next message. Strict where leniency would let two readers disagree: bare CR or
// LF, NUL, folded lines, blanks before the colon, names that are no token are errors. Empty lines
// before a request line are skipped (section 2.2) and are part of head_size().
#pragma once

#include "http/head.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace hawkcache::http {

struct HeadLimits {
  std::size_t start_line = 16 * 1024;    // bytes of the request line or status line
  std::size_t header_block = 64 * 1024;  // bytes of the field lines
  std::size_t field_count = 256;
};

// What a request is answered with that has one of them: http/refusal.
enum class HeadError : std::uint8_t {
  none,
  bad_start_line,
  control_byte,  // NUL, CR or LF by itself among them
  folded_line,   // or blanks before the first field line
  bad_field_line,
  method_too_long,
  bad_version,  // HTTP, but not 1.x
  start_line_too_long,
  header_block_too_large,
  too_many_fields,
};

enum class Feed { need_more, complete, error };

class RequestParser {
 public:
  explicit RequestParser(HeadLimits limits);
  ~RequestParser();
  RequestParser(RequestParser&&) noexcept;

  Feed feed(std::string_view buffer);
  void reset();
  // After an error: only the method, as far as it could be read.
  const RequestHead& head() const noexcept;
  std::size_t head_size() const noexcept;
  HeadError error() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

class ResponseParser {
 public:
  explicit ResponseParser(HeadLimits limits);
  ~ResponseParser();
  ResponseParser(ResponseParser&&) noexcept;

  Feed feed(std::string_view buffer);
  void reset();
  const ResponseHead& head() const noexcept;
  std::size_t head_size() const noexcept;
  HeadError error() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hawkcache::http
