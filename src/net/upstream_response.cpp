#include "net/upstream_response.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace hawkcache::net {
namespace {

constexpr std::size_t kHeadSpace = 16 * 1024;
constexpr std::size_t kSmallBodySpace = 4 * 1024;
constexpr std::size_t kBodySpace = 16 * 1024;
constexpr std::size_t kLargeBodySpace = 64 * 1024;
constexpr int kSwitchingProtocols = 101;

Errc error_of(http::HeadError error) noexcept {
  switch (error) {
    case http::HeadError::control_byte:
      return Errc::upstream_control_byte;
    case http::HeadError::folded_line:
      return Errc::upstream_folded_line;
    case http::HeadError::bad_field_line:
      return Errc::upstream_bad_field_line;
    case http::HeadError::start_line_too_long:
      return Errc::upstream_long_status_line;
    case http::HeadError::header_block_too_large:
      return Errc::upstream_large_head;
    case http::HeadError::too_many_fields:
      return Errc::upstream_many_fields;
    case http::HeadError::none:
    case http::HeadError::bad_start_line:
    case http::HeadError::method_too_long:
    case http::HeadError::bad_version:
      break;
  }
  return Errc::upstream_bad_status_line;
}

Errc error_of(http::FramingError error) noexcept {
  switch (error) {
    case http::FramingError::differing_lengths:
      return Errc::upstream_differing_lengths;
    case http::FramingError::length_and_coding:
      return Errc::upstream_length_and_coding;
    case http::FramingError::bad_transfer_encoding:
    case http::FramingError::unsupported_coding:
      return Errc::upstream_bad_coding;
    case http::FramingError::none:
    case http::FramingError::bad_content_length:
      break;
  }
  return Errc::upstream_bad_length;
}

}  // namespace

UpstreamResponse::UpstreamResponse(http::HeadLimits limits, std::size_t max_interim)
    : parser_(limits), limits_(limits), max_interim_(max_interim) {}

void UpstreamResponse::begin(http::Method method) {
  parser_.reset();
  method_ = method;
  head_begin_ = 0;
  head_end_ = 0;
  interim_count_ = 0;
  interim_bytes_ = 0;
  at_interim_ = false;
  head_complete_ = false;
  framing_ = {};
  persistence_ = http::Persistence::close;
  decoder_ = {};
  remaining_ = 0;
  body_filled_ = false;
  pending_ = nullptr;
  pending_size_ = 0;
  any_received_ = false;
  at_end_of_input_ = false;
  ended_ = false;
  error_ = {};
}

void UpstreamResponse::shrink() {
  if (head_capacity_ > kHeadSpace) {
    head_buffer_.reset();
    head_capacity_ = 0;
  }
  body_buffer_.reset();
  body_capacity_ = 0;
}

std::span<char> UpstreamResponse::space() { return head_complete_ ? body_space() : head_space(); }

std::span<char> UpstreamResponse::head_space() {
  if (head_begin_ > 0) {
    std::memmove(head_buffer_.get(), head_buffer_.get() + head_begin_, head_end_ - head_begin_);
    head_end_ -= head_begin_;
    head_begin_ = 0;
  }
  // Bounded by the parser's limits: it refuses a head long before it grows out of hand.
  if (head_end_ == head_capacity_) grow_head(std::max(kHeadSpace, head_capacity_ * 2));
  return {head_buffer_.get() + head_end_, head_capacity_ - head_end_};
}

void UpstreamResponse::grow_head(std::size_t capacity) {
  auto larger = std::make_unique_for_overwrite<char[]>(capacity);
  if (head_end_ > 0) std::memcpy(larger.get(), head_buffer_.get(), head_end_);
  head_buffer_ = std::move(larger);
  head_capacity_ = capacity;
}

// The head stays where it is, so the body is read into memory of its own. All that was pending has
// been used up by then.
std::span<char> UpstreamResponse::body_space() {
  std::size_t wanted = body_filled_ ? kLargeBodySpace : kBodySpace;
  if (framing_.kind == http::BodyKind::length) {
    // One byte more than what is due shows whether the server sends too much.
    wanted = static_cast<std::size_t>(
        std::clamp<std::uint64_t>(remaining_ + 1, kSmallBodySpace, kLargeBodySpace));
  }
  if (body_capacity_ < wanted) {
    body_buffer_ = std::make_unique_for_overwrite<char[]>(wanted);
    body_capacity_ = wanted;
  }
  return {body_buffer_.get(), body_capacity_};
}

void UpstreamResponse::received(std::size_t size) noexcept {
  any_received_ = true;
  if (!head_complete_) {
    head_end_ += size;
    return;
  }
  pending_ = body_buffer_.get();
  pending_size_ = size;
  body_filled_ = size == body_capacity_;
}

UpstreamResponse::HeadState UpstreamResponse::next_head() {
  if (head_complete_) return HeadState::complete;
  if (at_interim_) leave_interim();
  if (head_begin_ == head_end_) return HeadState::need_input;
  const std::string_view bytes(head_buffer_.get() + head_begin_, head_end_ - head_begin_);
  const http::Feed fed = parser_.feed(bytes);
  if (fed == http::Feed::error) return fail(error_of(parser_.error()));
  if (fed == http::Feed::need_more) return HeadState::need_input;
  return parser_.head().status >= 200 ? accept_head() : accept_interim();
}

UpstreamResponse::HeadState UpstreamResponse::fail(Errc error) noexcept {
  error_ = error;
  return HeadState::malformed;
}

UpstreamResponse::HeadState UpstreamResponse::accept_interim() {
  if (parser_.head().status == kSwitchingProtocols) return fail(Errc::upstream_switched);
  // RFC 9110 section 15.2: "A client MUST be able to parse one or more 1xx responses received prior
  // to a final response". Which need not be infinitely many.
  interim_bytes_ += parser_.head_size();
  if (++interim_count_ > max_interim_ || interim_bytes_ > limits_.header_block) {
    return fail(Errc::upstream_interim_flood);
  }
  at_interim_ = true;
  return HeadState::interim;
}

void UpstreamResponse::leave_interim() {
  at_interim_ = false;
  head_begin_ += parser_.head_size();
  parser_.reset();
}

UpstreamResponse::HeadState UpstreamResponse::accept_head() {
  const http::FramingDecision decision = http::decide_response_framing(parser_.head(), method_);
  if (decision.error != http::FramingError::none) return fail(error_of(decision.error));
  framing_ = decision.framing;
  persistence_ = http::persistence_of(parser_.head());
  remaining_ = framing_.kind == http::BodyKind::length ? framing_.length : 0;
  pending_ = head_buffer_.get() + head_begin_ + parser_.head_size();
  pending_size_ = head_end_ - head_begin_ - parser_.head_size();
  head_complete_ = true;
  return HeadState::complete;
}

UpstreamResponse::Piece UpstreamResponse::next_piece() noexcept {
  switch (framing_.kind) {
    case http::BodyKind::none:
      ended_ = true;
      return {.state = PieceState::end, .data = {}, .error = {}};
    case http::BodyKind::length:
      return next_of_length();
    case http::BodyKind::chunked:
      return next_of_chunked();
    case http::BodyKind::until_close:
      break;
  }
  return pending_size_ > 0 ? take(pending_size_) : out_of_input();
}

// More bytes than announced: one of the two is wrong, so the last piece is held back and the
// response never looks whole. (Bytes that come later, or after chunks, only spoil the connection.)
UpstreamResponse::Piece UpstreamResponse::next_of_length() noexcept {
  if (pending_size_ > remaining_) {
    error_ = Errc::upstream_surplus;
    return {.state = PieceState::error, .data = {}, .error = error_};
  }
  if (remaining_ == 0) {
    ended_ = true;
    return {.state = PieceState::end, .data = {}, .error = {}};
  }
  if (pending_size_ == 0) return out_of_input();
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, pending_size_));
  remaining_ -= size;
  return take(size);
}

// The data of all chunks that are here becomes one piece, moved together in place: a body in tiny
// chunks would cost a write for each of them otherwise.
UpstreamResponse::Piece UpstreamResponse::next_of_chunked() noexcept {
  using State = http::ChunkedDecoder::State;
  char* piece = nullptr;
  std::size_t piece_size = 0;
  while (pending_size_ > 0 && !ended_ && !error_) {
    const http::ChunkedDecoder::Step step = decoder_.next({pending_, pending_size_});
    if (step.state == State::data) {
      char* const data = pending_ + (step.data.data() - pending_);
      if (piece == nullptr) {
        piece = data;
      } else {
        std::memmove(piece + piece_size, data, step.data.size());
      }
      piece_size += step.data.size();
    }
    pending_ += step.consumed;
    pending_size_ -= step.consumed;
    ended_ = step.state == State::done;
    if (step.state == State::error) error_ = Errc::upstream_bad_chunk;
  }
  if (piece_size > 0) {
    return {.state = PieceState::data, .data = {piece, piece_size}, .error = {}};
  }
  if (error_) return {.state = PieceState::error, .data = {}, .error = error_};
  if (ended_) return {.state = PieceState::end, .data = {}, .error = {}};
  return out_of_input();
}

UpstreamResponse::Piece UpstreamResponse::out_of_input() const noexcept {
  if (!at_end_of_input_) return {};
  if (framing_.kind == http::BodyKind::until_close) {
    return {.state = PieceState::end, .data = {}, .error = {}};
  }
  return {.state = PieceState::error, .data = {}, .error = Errc::upstream_closed};
}

UpstreamResponse::Piece UpstreamResponse::take(std::size_t size) noexcept {
  const std::string_view data(pending_, size);
  pending_ += size;
  pending_size_ -= size;
  return {.state = PieceState::data, .data = data, .error = {}};
}

bool UpstreamResponse::leaves_connection_usable() const noexcept {
  return ended_ && pending_size_ == 0 && !at_end_of_input_ &&
         persistence_ == http::Persistence::keep_alive;
}

}  // namespace hawkcache::net
