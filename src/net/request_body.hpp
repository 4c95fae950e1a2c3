// A request's body as bytes come in: what was received along with the head first, then what is read
// from the socket. Decodes the framing; no I/O. Owned by its connection.
#pragma once

#include "base/result.hpp"
#include "http/body_framing.hpp"
#include "http/chunked.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

namespace hawkcache::net {

class RequestBody {
 public:
  // `received` is what came behind the head: body, and perhaps the next request. It must stay where
  // it is until the body is done.
  void begin(http::BodyFraming framing, std::string_view received, std::uint64_t max_size);

  enum class State : std::uint8_t { data, need_input, end, error };
  struct Piece {
    State state = State::end;
    std::string_view data;  // for State::data
    ErrorCode error;        // for State::error
  };
  // The next piece from what is here.
  Piece next() noexcept;
  // Where to read to on need_input, and that it was read.
  std::span<char> space();
  void received(std::size_t size) noexcept;

  // Whether the body's length is known and all of it came along with the head, untouched so far.
  bool is_wholly_here() const noexcept;
  // The whole body where that is so; consumes it.
  std::optional<std::string_view> take_whole() noexcept;
  bool done() const noexcept { return done_; }
  // Whether any of it has come.
  bool any_received() const noexcept { return taken_ > 0 || !pending_.empty(); }
  // Received bytes that belong to whatever follows the body.
  std::string_view surplus() const noexcept { return pending_; }
  // How many bytes of begin()'s `received` are used up; all of them once space() was asked for.
  std::size_t used_of_received() const noexcept;
  // Whether surplus() lies in `received` (else in memory of its own, until release()).
  bool surplus_in_received() const noexcept { return !reading_own_; }
  void release() noexcept { own_.reset(); }

 private:
  http::BodyFraming framing_;
  http::ChunkedDecoder decoder_;
  std::string_view received_;
  std::string_view pending_;  // bytes not yet decoded
  std::unique_ptr<char[]> own_;
  bool reading_own_ = false;
  bool done_ = true;
  std::uint64_t taken_ = 0;
  std::uint64_t max_size_ = 0;
};

}  // namespace hawkcache::net
