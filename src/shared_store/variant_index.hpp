// The records of a key's index in Redis: which variants there are, in which order they were
// fetched, and what selects among them. Pure.
//
//   field   the variant's hash, 32 hex digits
//   value   sequence (16 hex digits) " " end of life (ms since 1970, decimal) [ " " names ]
//           with the names in Vary separated by commas; without them: no Vary
//
// The script that puts a response reads and writes the same text (redis_scripts).
#pragma once

#include "base/clock.hpp"
#include "base/hash.hpp"
#include "caching/stored_meta.hpp"
#include "redis/reply.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hawkcache::shared_store {

struct VariantRecord {
  std::uint64_t sequence = 0;  // of the fetch
  WallTime end_of_life{};      // afterwards the response is of no use; not before 1970
  caching::VaryNames vary{};   // lower-case, sorted, without repetition; empty: no Vary
  bool operator==(const VariantRecord&) const = default;
};

// An end of life before 1970 or beyond the year 10000 is written as the nearest that can be.
std::string format_variant_record(const VariantRecord& record);
// nullopt: it is none.
std::optional<VariantRecord> parse_variant_record(std::string_view text);

struct IndexedVariant {
  Hash128 variant;
  VariantRecord record;
};

struct VariantIndex {
  std::vector<IndexedVariant> variants;  // newest first
  std::size_t malformed = 0;             // records that are none; to be counted, otherwise ignored
};

// Of the reply to HGETALL. Something else than a HASH under the name (an error reply WRONGTYPE)
// reads as empty, with one malformed; nil and Type::none as empty. Records past their end of life
// are there, too. More records than kMostIndexed are malformed.
inline constexpr std::size_t kMostIndexed = 4096;
VariantIndex parse_variant_index(const redis::Reply& reply);

}  // namespace hawkcache::shared_store
