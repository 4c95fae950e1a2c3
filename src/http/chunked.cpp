#include "http/chunked.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <charconv>

namespace hawkcache::http {
namespace {

constexpr int kMaxSizeDigits = 16;
constexpr std::uint64_t kMaxChunk = INT64_MAX;
// Signed uploads carry some 90 bytes of extension with every 64 KiB: hence an allowance that grows
// with the data.
constexpr std::uint64_t kExtensionAllowance = 16 * 1024;
constexpr std::uint64_t kDataPerExtensionByte = 16;
constexpr std::uint64_t kTrailerAllowance = 32 * 1024;

bool is_blank(char c) noexcept { return c == ' ' || c == '\t'; }

// VCHAR, obs-text and blanks.
bool is_text(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return (byte >= 0x20 && byte != 0x7f) || c == '\t';
}

}  // namespace

ChunkedDecoder::Step ChunkedDecoder::next(std::string_view input) noexcept {
  std::size_t used = 0;
  while (used < input.size() && phase_ != Phase::failed) {
    if (phase_ == Phase::data) {
      const auto size =
          static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, input.size() - used));
      remaining_ -= size;
      data_bytes_ += size;
      if (remaining_ == 0) phase_ = Phase::data_cr;
      return {.state = State::data, .consumed = used + size, .data = input.substr(used, size)};
    }
    phase_ = after(input[used++]);
    if (phase_ == Phase::done) return {.state = State::done, .consumed = used, .data = {}};
  }
  return {
      .state = phase_ == Phase::failed ? State::error : State::more, .consumed = used, .data = {}};
}

ChunkedDecoder::Phase ChunkedDecoder::after(char c) noexcept {
  switch (phase_) {
    case Phase::size_first:
    case Phase::size:
      return after_size(c);
    case Phase::size_blank:
    case Phase::extension:
    case Phase::extension_quoted:
    case Phase::extension_escape:
      return after_extension(c);
    case Phase::size_lf:
      if (c != '\n') return Phase::failed;
      return remaining_ == 0 ? Phase::trailer_start : Phase::data;
    case Phase::data_cr:
      return c == '\r' ? Phase::data_lf : Phase::failed;
    case Phase::data_lf:
      return c == '\n' ? Phase::size_first : Phase::failed;
    case Phase::trailer_start:
    case Phase::trailer_name:
    case Phase::trailer_value:
    case Phase::trailer_lf:
      return after_trailer(c);
    case Phase::final_lf:
      return c == '\n' ? Phase::done : Phase::failed;
    case Phase::data:
    case Phase::done:
    case Phase::failed:
      break;
  }
  return Phase::failed;
}

// chunk-size = 1*HEXDIG
ChunkedDecoder::Phase ChunkedDecoder::after_size(char c) noexcept {
  if (phase_ == Phase::size_first) {
    remaining_ = 0;
    size_digits_ = 0;
  }
  const int digit = ascii::hex_value(c);
  if (digit >= 0) {
    // Zeros in front are no more than odd ("1*HEXDIG"), but bounded, as extensions are.
    if (digit == 0 && size_digits_ > 0 && remaining_ == 0) {
      return spend_extension_byte() ? Phase::size : Phase::failed;
    }
    if (++size_digits_ > kMaxSizeDigits) return Phase::failed;
    remaining_ = remaining_ * 16 + static_cast<std::uint64_t>(digit);  // 16 digits fill 64 bits
    return Phase::size;
  }
  if (size_digits_ == 0 || remaining_ > kMaxChunk) return Phase::failed;
  if (c == '\r') return Phase::size_lf;
  if (c == ';' || is_blank(c)) {
    phase_ = Phase::size_blank;
    return after_extension(c);
  }
  return Phase::failed;
}

bool ChunkedDecoder::spend_extension_byte() noexcept {
  ++extension_bytes_;
  return extension_bytes_ <= kExtensionAllowance + data_bytes_ / kDataPerExtensionByte;
}

// chunk-ext = *( BWS ";" BWS name [ BWS "=" BWS ( token / quoted-string ) ] ). Nobody reads it:
// what matters is that it has no CR, LF or other control byte in it, and where it ends.
ChunkedDecoder::Phase ChunkedDecoder::after_extension(char c) noexcept {
  if (!spend_extension_byte()) return Phase::failed;
  switch (phase_) {
    case Phase::size_blank:
      if (c == ';') return Phase::extension;
      return is_blank(c) ? Phase::size_blank : Phase::failed;
    case Phase::extension_quoted:
      if (c == '"') return Phase::extension;
      if (c == '\\') return Phase::extension_escape;
      return is_text(c) ? Phase::extension_quoted : Phase::failed;
    case Phase::extension_escape:
      return is_text(c) ? Phase::extension_quoted : Phase::failed;
    default:
      break;
  }
  if (c == '\r') return Phase::size_lf;
  if (c == '"') return Phase::extension_quoted;
  const bool allowed = ascii::is_token_char(c) || is_blank(c) || c == ';' || c == '=';
  return allowed ? Phase::extension : Phase::failed;
}

// trailer-section = *( field-line CRLF )
ChunkedDecoder::Phase ChunkedDecoder::after_trailer(char c) noexcept {
  if (++trailer_bytes_ > kTrailerAllowance) return Phase::failed;
  switch (phase_) {
    case Phase::trailer_start:
      if (c == '\r') return Phase::final_lf;
      return ascii::is_token_char(c) ? Phase::trailer_name : Phase::failed;
    case Phase::trailer_name:
      if (c == ':') return Phase::trailer_value;
      return ascii::is_token_char(c) ? Phase::trailer_name : Phase::failed;
    case Phase::trailer_value:
      if (c == '\r') return Phase::trailer_lf;
      return is_text(c) ? Phase::trailer_value : Phase::failed;
    default:
      return c == '\n' ? Phase::trailer_start : Phase::failed;
  }
}

std::string_view chunk_header(std::size_t size, std::array<char, 20>& buffer) noexcept {
  char* end = std::to_chars(buffer.data(), buffer.data() + 16, size, 16).ptr;
  *end++ = '\r';
  *end++ = '\n';
  return {buffer.data(), static_cast<std::size_t>(end - buffer.data())};
}

}  // namespace hawkcache::http
