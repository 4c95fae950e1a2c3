// The chunked coding (RFC 9112 section 7.1), strict: plain hex sizes, CRLF, exact lengths. Chunk
// extensions and trailers are accepted, bounded, and thrown away (trailers never become fields). No
// I/O.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace hawkcache::http {

class ChunkedDecoder {
 public:
  enum class State : std::uint8_t { more, data, done, error };
  struct Step {
    State state = State::more;
    std::size_t consumed = 0;  // bytes of the input that are used up, data included
    std::string_view data;     // for State::data: a view into the input, never empty
  };

  // Takes one step through `input`, which begins where the last step's `consumed` ended.
  //   more:  all input that could be used is used (consumed says how much); feed again with what
  //   follows, plus more data:  some body bytes done:  the last chunk and the trailer section have
  //   been read; what follows belongs to the next message error: malformed, or a bound was passed
  Step next(std::string_view input) noexcept;

 private:
  enum class Phase : std::uint8_t {
    size_first,
    size,
    size_blank,
    extension,
    extension_quoted,
    extension_escape,
    size_lf,
    data,
    data_cr,
    data_lf,
    trailer_start,
    trailer_name,
    trailer_value,
    trailer_lf,
    final_lf,
    done,
    failed
  };
  Phase after(char c) noexcept;
  Phase after_size(char c) noexcept;
  bool spend_extension_byte() noexcept;
  Phase after_extension(char c) noexcept;
  Phase after_trailer(char c) noexcept;

  Phase phase_ = Phase::size_first;
  std::uint8_t size_digits_ = 0;
  std::uint64_t remaining_ = 0;   // of the current chunk
  std::uint64_t data_bytes_ = 0;  // of the body so far
  // Extensions and leading zeros of sizes. Bounded: 16 KiB, and one byte for every 16 of data.
  std::uint64_t extension_bytes_ = 0;
  std::uint64_t trailer_bytes_ = 0;  // bounded: 32 KiB
};

// "1a2b\r\n" into a small buffer: what comes before a chunk's data. The view points into the
// argument. REQUIRES: size > 0 (a chunk of size 0 is the last).
std::string_view chunk_header(std::size_t size, std::array<char, 20>& buffer) noexcept;
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";

}  // namespace hawkcache::http
