// A stored response as bytes, for a store in another process. Pure; any thread.
//
// Layout, numbers big-endian:
//
//   offset  size
//        0     8  magic (6 bytes) and version (2)
//        8     8  generation \  the shared fence's stamp
//       16     8  epoch      /
//       24     8  sequence of the fetch
//       32     8  checksum over the value's name and all other bytes
//       40     8  size of the whole value
//       48        StoredMeta, texts, head, withheld fields; then the body, to the end
//
// The first 40 bytes are at these places in every version, for scripts (redis_scripts) and
// peek_header(). What is behind them is told in stored_layout.hpp.
//
// Values are not trusted. The checksum finds what was cut, flipped, or moved to another name; every
// length, count and code is checked besides. A value that was forged with a right checksum can
// say whatever a response can say, but nothing in it can make the decoder read or allocate beyond
// the value's own size, or a decision overflow.
#pragma once

#include "store/stored_response.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace hawkcache::shared_store {

// Generation, epoch and sequence of a value, as they lie there.
struct StoredHeader {
  std::uint64_t generation = 0;
  store::Epoch epoch = 0;
  std::uint64_t sequence = 0;
  bool operator==(const StoredHeader&) const = default;
};

inline constexpr std::size_t kStoredHeaderSize = 40;

// Of a value, or of its first kStoredHeaderSize bytes. nullopt: too short, not ours, or of another
// version. The checksum is not looked at.
std::optional<StoredHeader> peek_header(std::string_view value) noexcept;

// Everything of the response but its local epoch. Takes one allocation, apart from the tags' texts.
// Durations and times beyond 35,000 years are
// written as the nearest that can be. Empty: the response is nothing that could be decoded again
// (names in Vary, parts or tags beyond all measure or out of order).
std::string encode_response(const store::StoredResponse& response, std::string_view name);

enum class DecodeFailure : std::uint8_t {
  not_ours,       // does not begin with the magic
  other_version,  // of an older or newer hawkcache
  truncated,
  checksum,  // damaged, or another name's value
  malformed  // the checksum is right, what it covers is not
};
std::string_view to_string(DecodeFailure failure) noexcept;

// The parts as they were, with local epoch 0. Tags are sorted if they are not. The body is one
// SharedBytes (none where it is empty) that shares the value's memory as long as at most a fifth of
// that is something else, and a copy otherwise: the budget counts what is shown.
std::variant<store::StoredParts, DecodeFailure> decode_response(std::string value,
                                                                std::string_view name);

}  // namespace hawkcache::shared_store
