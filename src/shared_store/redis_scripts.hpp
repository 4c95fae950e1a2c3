// The scripts of responses and leases, and the commands that run them. Those of tags are in
// tag_scripts.hpp, those of the shared fence in fence_scripts.hpp. A foreign value under one of our
// names (another type, other text) is never an error: it is replaced or removed.
//
// Each touches the keys of one slot only, but for what is said of unlink_older.
// Sources and their SHA-1 are made once; the commands refer to them. They work on Redis 4 and
// later.
//
// Where the server is out of memory (maxmemory, noeviction), those that store are refused with an
// error OOM before they have changed anything; those that only remove are carried out.
#pragma once

#include "base/clock.hpp"
#include "base/hash.hpp"
#include "redis/command.hpp"
#include "redis/reply.hpp"
#include "shared_store/redis_names.hpp"
#include "shared_store/stored_format.hpp"
#include "shared_store/variant_index.hpp"
#include "store/fence.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace hawkcache::shared_store {

// Every script that there is, those of tags and of the fence included, for loading them beforehand
// and for metrics.
struct NamedScript {
  std::string_view name;
  const redis::Command::Script* script;
};
std::span<const NamedScript> all_scripts() noexcept;

// Stores a response and its record in the key's index, as MemoryShard places one: not when the
// index has a record with a higher sequence that is of the same variant, or of the same rule and
// without Vary. One of the same variant with a lower or the same sequence is replaced. Records past
// their end of life do not count and go; so do those beyond max_variants, the lowest sequence
// first, with their responses, but never the new one. Those with a sequence above the highest do
// not stand in the way. The index lives as long as its longest-lived record.
//   KEYS   index, response
//   ARGV   variant (32 hex digits), record (variant_index.hpp), value, ttl ms, now ms,
//   max_variants,
//          what the names of the key's responses begin with, the variant of the same rule that has
//          no Vary, the highest sequence (16 hex digits)
//   reply  1 stored, 0 superseded
//   cost   O(variants + size of the value); an index larger than 2 * max_variants + 64 is foreign
const redis::Command::Script& put_response_script() noexcept;
struct PutArguments {
  Hash128 key;
  Hash128 variant;
  Hash128 for_all;  // the same rule's without Vary
  std::uint64_t sequence = 0;
  const caching::VaryNames* vary = nullptr;     // null or empty: no Vary
  std::string_view value;                       // encode_response
  std::uint64_t highest_sequence = UINT64_MAX;  // that may be, by RedisClock
  WallTime now{};                               // by Redis's clock
  Duration ttl{};                               // from `now` on; brought within 1 ms and 10 years
  std::size_t max_variants = 1;
};
redis::Command put_response(const RedisNames& names, const PutArguments& arguments);

// Removes those of the responses that the purge with this stamp concerns: whose generation is
// another one, or whose epoch is lower; also what is no response at all.
//   KEYS   response names: up to kMostUnlinked on one server, of one slot in a cluster
//   ARGV   generation, epoch (8 bytes each, big-endian), bytes that a response may have
//   reply  array: how many were removed, how many were looked at (parse_unlinked)
//   cost   O(names + bytes freed); it ends early, having looked at the first of the names only,
//          when 16 MiB were removed, or 64 MiB may have been: Redis frees what has expired when it
//          is looked at. Go on with the others
// Their records in the index stay; look-ups find out (drop_variant).
inline constexpr std::size_t kMostUnlinked = 100;
const redis::Command::Script& unlink_older_script() noexcept;
// REQUIRES: at least one name.
redis::Command unlink_older(std::span<const std::string_view> response_names,
                            store::SharedStamp stamp,
                            std::uint64_t largest);
struct Unlinked {
  std::size_t removed = 0;
  std::size_t looked_at = 0;  // at least 1
};
// nullopt: an error, or no such reply.
std::optional<Unlinked> parse_unlinked(const redis::Reply& reply) noexcept;

// Removes a response that was read and is not to be used (distrusted, damaged, or gone: then
// `seen` is empty), with its record, unless another one lies there by now.
//   KEYS   index, response
//   ARGV   variant (32 hex digits), the first kStoredHeaderSize bytes as seen
//   reply  1 removed, 0 another one lies there
//   cost   O(1)
const redis::Command::Script& drop_variant_script() noexcept;
redis::Command drop_variant(const RedisNames& names,
                            const Hash128& key,
                            const Hash128& variant,
                            std::string_view seen);  // the value, or its beginning

// The lease on a key. A token is a text of its holder's own, never "unshared".
//
// acquire: KEYS lease; ARGV token, ttl ms, the token of a holder that loses it (empty: none).
// Its holder's asking again renews it. For `elsewhere` the reply's text is the holder's token.
enum class LeaseReply : std::uint8_t { elsewhere, held, unshared };
const redis::Command::Script& lease_acquire_script() noexcept;
redis::Command lease_acquire(const RedisNames& names,
                             const Hash128& key,
                             std::string_view token,
                             Duration ttl,
                             std::string_view overtaken = {});
// nullopt: an error, or no such reply.
std::optional<LeaseReply> parse_lease_reply(const redis::Reply& reply) noexcept;

// renew: KEYS lease; ARGV token, ttl ms; reply 1, or 0 if it is lost.
const redis::Command::Script& lease_renew_script() noexcept;
redis::Command lease_renew(const RedisNames& names,
                           const Hash128& key,
                           std::string_view token,
                           Duration ttl);

// release: KEYS lease; ARGV token, marker ms (0: none); reply 1, or 0 if it was lost before.
// With a marker, those who ask within that time hear `unshared`.
const redis::Command::Script& lease_release_script() noexcept;
inline constexpr Duration kNoMarker{0};
inline constexpr Duration kUnsharedMarker{1000};
redis::Command lease_release(const RedisNames& names,
                             const Hash128& key,
                             std::string_view token,
                             Duration marker);

}  // namespace hawkcache::shared_store
