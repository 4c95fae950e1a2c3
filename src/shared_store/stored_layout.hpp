// How a stored value is laid out behind its first 40 bytes (stored_format.hpp), and what its pieces
// must be for both of those who write and who read it. Inside this folder only.
//
//   status (2 bytes), flags (2), lifetime source (1), response time, initial age, lifetime,
//   stale-while-revalidate, stale-if-error (8 each, signed, ms), last-modified time, date (8 each,
//   0 where a flag says that there is none), rule fingerprint (8), complete length (8, 0 where
//   complete), entity tag, Last-Modified, secondary key (texts), count of names in Vary (4), the
//   names, count of tags (4), the tags, count of parts (4), first and last of each (8 and 8), key,
//   authority, path and query, head, withheld fields (texts), body
//
// A text is its length (4 bytes) and its bytes.

#pragma once

#include "caching/stored_meta.hpp"
#include "shared_store/stored_format.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace hawkcache::shared_store::layout {

inline constexpr std::string_view kMagic = "HAWKCR";
inline constexpr std::uint16_t kVersion = 1;
inline constexpr std::size_t kVersionAt = 6;
inline constexpr std::size_t kChecksumAt = 32;
inline constexpr std::size_t kSizeAt = kStoredHeaderSize;
inline constexpr std::size_t kPartsAt = kSizeAt + 8;

inline constexpr std::size_t kMostVaryNames = 1024;
inline constexpr std::size_t kMostTags = 65'536;
inline constexpr std::size_t kLongestText = 1u << 30;
// Sums of a few of these do not overflow.
inline constexpr std::int64_t kLongest = std::int64_t{1} << 50;

enum Flag : std::uint16_t {
  kStaleForbidden = 1,
  kRevalidateAlways = 2,
  kAuthorizedReuse = 4,
  kHasWithheld = 8,
  kHasLastModified = 16,
  kHasDate = 32,
  kHasVary = 64,
  kIsPartial = 128,
  kAllFlags = 255
};

std::uint64_t checksum(std::string_view value, std::string_view name) noexcept;

// Whether the parts are in order, lie within the whole, and make a body of that size.
bool is_well_formed(const caching::PartialContent& partial, std::uint64_t body_size) noexcept;
// Lines that end in CRLF (the last one may lack it), none of them empty: what is written to clients
// as it is must not end their head early, or begin another.
bool is_head_text(std::string_view text) noexcept;
// A validator goes upstream as a field's value: without CR, LF and NUL.
bool is_field_value(std::string_view text) noexcept;

}  // namespace hawkcache::shared_store::layout
