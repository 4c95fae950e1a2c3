// A reply of Redis (RESP2) as a value, and the reader that takes replies out of a stream of bytes
// (hiredis's parser, building these values directly).
#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hawkcache::redis {

struct Reply {
  enum class Type : std::uint8_t {
    nil,
    status,   // text: "OK"
    error,    // text: "OOM command not allowed when used memory > 'maxmemory'."
    text,     // a bulk string
    integer,
    array,
    none      // there is no reply: `failure` says why
  };
  Type type = Type::nil;
  std::string text;
  std::int64_t integer = 0;
  std::vector<Reply> elements;
  ErrorCode failure;  // of Errc::store_*; only with Type::none
  // Of the reply to a command: the identity of the server that gave it (see ServerIdentity in
  // redis/client.hpp); 0 where it is not known.
  std::uint64_t server = 0;

  bool is(Type wanted) const noexcept { return type == wanted; }
  // An error reply that begins with this word: "OOM", "READONLY", "MOVED" ...
  bool is_error(std::string_view word) const noexcept;

  static Reply failed(ErrorCode why) {
    Reply reply;
    reply.type = Type::none;
    reply.failure = why;
    return reply;
  }
};

// Takes bytes as they come. REQUIRES: one thread at a time.
class ReplyReader {
 public:
  ReplyReader();
  ~ReplyReader();
  ReplyReader(ReplyReader&&) noexcept;
  ReplyReader& operator=(ReplyReader&&) noexcept;

  void feed(std::string_view bytes);
  // The next whole reply; nullopt: more bytes are needed. Errors: store_protocol (what came is no
  // RESP, or nests or grows beyond all measure); the reader is of no use then.
  Result<std::optional<Reply>> next();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hawkcache::redis
