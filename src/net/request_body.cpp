#include "net/request_body.hpp"

#include <algorithm>

namespace hawkcache::net {
namespace {
constexpr std::size_t kReadSize = 64 * 1024;
}

void RequestBody::begin(http::BodyFraming framing,
                        std::string_view received,
                        std::uint64_t max_size) {
  framing_ = framing;
  decoder_ = {};
  received_ = received;
  pending_ = received;
  reading_own_ = false;
  taken_ = 0;
  max_size_ = max_size;
  done_ = framing.kind == http::BodyKind::none ||
          (framing.kind == http::BodyKind::length && framing.length == 0);
}

RequestBody::Piece RequestBody::next() noexcept {
  if (done_) return {State::end, {}, {}};
  if (framing_.kind == http::BodyKind::length) {
    if (pending_.empty()) return {State::need_input, {}, {}};
    const auto size = static_cast<std::size_t>(
        std::min<std::uint64_t>(pending_.size(), framing_.length - taken_));
    const std::string_view data = pending_.substr(0, size);
    pending_.remove_prefix(size);
    taken_ += size;
    done_ = taken_ == framing_.length;
    return {State::data, data, {}};
  }
  while (!pending_.empty()) {
    const auto step = decoder_.next(pending_);
    pending_.remove_prefix(step.consumed);
    switch (step.state) {
      case http::ChunkedDecoder::State::data:
        taken_ += step.data.size();
        if (max_size_ != 0 && taken_ > max_size_) return {State::error, {}, Errc::body_too_large};
        return {State::data, step.data, {}};
      case http::ChunkedDecoder::State::done:
        done_ = true;
        return {State::end, {}, {}};
      case http::ChunkedDecoder::State::error:
        return {State::error, {}, Errc::body_malformed};
      case http::ChunkedDecoder::State::more:
        break;
    }
  }
  return {State::need_input, {}, {}};
}

std::span<char> RequestBody::space() {
  if (!own_) own_ = std::make_unique_for_overwrite<char[]>(kReadSize);
  reading_own_ = true;
  return {own_.get(), kReadSize};
}

void RequestBody::received(std::size_t size) noexcept { pending_ = {own_.get(), size}; }

bool RequestBody::is_wholly_here() const noexcept {
  return !done_ && taken_ == 0 && !reading_own_ && framing_.kind == http::BodyKind::length &&
         pending_.size() >= framing_.length;
}

std::optional<std::string_view> RequestBody::take_whole() noexcept {
  if (!is_wholly_here()) return std::nullopt;
  return next().data;
}

std::size_t RequestBody::used_of_received() const noexcept {
  return reading_own_ ? received_.size() : received_.size() - pending_.size();
}

}  // namespace hawkcache::net
