// An upstream's response as bytes come in: 1xx heads one by one, the final head, the body decoded.
// No I/O, no clock.
//
//   response.begin(method);
//   read into response.space(), then response.received(n) or response.received_end(); ask
//   next_head() until complete, past any interim ones; then next_piece(), reading whenever it needs
//   input.
//
// Reused from response to response, so that a warm one does not allocate.
#pragma once

#include "base/result.hpp"
#include "http/body_framing.hpp"
#include "http/chunked.hpp"
#include "http/parser.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace hawkcache::net {

class UpstreamResponse {
 public:
  // `max_interim`: 1xx responses before a final one. All of those together may have
  // limits.header_block bytes.
  UpstreamResponse(http::HeadLimits limits, std::size_t max_interim);

  // Forgets all that came; a response to `method` is next.
  void begin(http::Method method);
  // Gives back memory that a response larger than usual has taken.
  void shrink();

  // Where to read to. Voids the last piece; keeps the head once it is complete.
  std::span<char> space();
  void received(std::size_t size) noexcept;
  void received_end() noexcept { at_end_of_input_ = true; }
  // Whether a single byte has come since begin().
  bool any_received() const noexcept { return any_received_; }
  // After need_input: whether the next head has come in part.
  bool has_part_of_head() const noexcept { return head_begin_ < head_end_; }

  // interim: head() is that of a 1xx until the next call, which goes on behind it.
  // malformed: not HTTP, over a limit, too many 1xx, a 101, or a body length that could be read in
  // two ways.
  enum class HeadState : std::uint8_t { need_input, interim, complete, malformed };
  HeadState next_head();
  // After malformed, or a piece's error that is one of is_malformed_response(): which.
  ErrorCode error() const noexcept { return error_; }
  // Once complete: valid until begin().
  const http::ResponseHead& head() const noexcept { return parser_.head(); }
  http::BodyFraming framing() const noexcept { return framing_; }

  enum class PieceState : std::uint8_t { need_input, data, end, error };
  struct Piece {
    PieceState state = PieceState::need_input;
    std::string_view data;  // for data: never empty, valid until the next call
    ErrorCode error;        // for error: upstream_closed (truncated), or as error()
  };
  // REQUIRES: the head is complete. After end or error the same comes again.
  Piece next_piece() noexcept;

  // Whether the connection may carry another request: the body has ended, the server keeps the
  // connection open, and nothing came behind the body.
  bool leaves_connection_usable() const noexcept;

 private:
  std::span<char> head_space();
  void grow_head(std::size_t capacity);
  std::span<char> body_space();
  HeadState accept_head();
  HeadState accept_interim();
  HeadState fail(Errc error) noexcept;
  void leave_interim();
  Piece next_of_length() noexcept;
  Piece next_of_chunked() noexcept;
  Piece out_of_input() const noexcept;
  Piece take(std::size_t size) noexcept;

  http::ResponseParser parser_;
  http::HeadLimits limits_;
  std::size_t max_interim_;
  http::Method method_ = http::Method::get;

  // A head, and as much of the body as came with it.
  std::unique_ptr<char[]> head_buffer_;
  std::size_t head_capacity_ = 0;
  std::size_t head_begin_ = 0;  // where the current head begins: behind the 1xx before it
  std::size_t head_end_ = 0;    // what has been received
  std::size_t interim_count_ = 0;
  std::size_t interim_bytes_ = 0;
  bool at_interim_ = false;  // the parser holds a 1xx that has been shown
  bool head_complete_ = false;

  http::BodyFraming framing_;
  http::Persistence persistence_ = http::Persistence::close;
  http::ChunkedDecoder decoder_;
  std::uint64_t remaining_ = 0;  // of a body of known length
  std::unique_ptr<char[]> body_buffer_;
  std::size_t body_capacity_ = 0;
  bool body_filled_ = false;  // the last read took all the space there was
  char* pending_ = nullptr;   // received and not decoded, in either buffer
  std::size_t pending_size_ = 0;

  bool any_received_ = false;
  bool at_end_of_input_ = false;
  bool ended_ = false;  // the body is whole
  ErrorCode error_;
};

}  // namespace hawkcache::net
