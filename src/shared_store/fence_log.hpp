// What the shared fence is made of in Redis (docs/redis.md): the text of its counter, the members
// of its log, and what is read from them. Pure. The scripts are in fence_scripts.hpp.
//
// A member is: one byte for the kind ('h' hard, 's' soft), one for what is purged ('t' tag, 'u'
// URL, 'p' prefix, 'a' everything), then the tag, or authority NUL path-and-query. Its score is the
// epoch of its newest purge. One more member, "floor", has as its score the epoch below which
// everything is distrusted: purges up to it may have been forgotten.
#pragma once

#include "base/clock.hpp"
#include "redis/reply.hpp"
#include "store/fence.hpp"
#include "store/purge.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hawkcache::shared_store {

// "generation identity epoch": 16 hex digits, 16 hex digits, decimal.
struct SharedCounter {
  std::uint64_t generation = 0;  // never 0
  std::uint64_t identity = 0;    // of the server that it was written on (redis::ServerIdentity)
  store::Epoch epoch = 0;        // 1 to 2^53 - 1: what a double holds exactly
  store::SharedStamp stamp() const noexcept { return {generation, epoch}; }
  bool operator==(const SharedCounter&) const = default;
};
std::string format_shared_counter(const SharedCounter& counter);
// nullopt: it is none.
std::optional<SharedCounter> parse_shared_counter(std::string_view text) noexcept;

// One purge takes at most so many members; a larger one is made of several, each with an epoch of
// its own.
inline constexpr std::size_t kMostFenceMembers = 500;

// Without repetition; authorities normalised. What names a host with a NUL names nothing that could
// be stored, and has no member. Empty: there is nothing to purge.
std::vector<std::string> members_of(const store::PurgeRequest& request);

struct FenceMember {
  store::PurgeKind kind = store::PurgeKind::hard;
  enum class What : std::uint8_t { tag, url, prefix, everything } what = What::tag;
  std::string tag;        // for What::tag
  store::UrlScope scope;  // for What::url and What::prefix
  bool operator==(const FenceMember&) const = default;
};
// nullopt: it is none ("floor", for one).
std::optional<FenceMember> parse_member(std::string_view text);

// What was purged with one epoch, of one kind. Of hard and soft purges with the same epoch, which
// no purge makes, the soft ones come first.
struct LoggedPurge {
  store::Epoch epoch = 0;
  store::PurgeRequest request;
  WallTime soft_at{};  // of soft ones
};

// As read from the log. A soft member without time is a hard one: nobody knows since when what it
// concerns is expired.
struct LogEntry {
  std::string_view member;
  store::Epoch epoch = 0;
  std::optional<WallTime> soft_at{};
};
// In ascending order of epochs. Members that are none make a hard purge of everything in their
// epoch: somebody purged something that this version cannot name.
std::vector<LoggedPurge> purges_of(const std::vector<LogEntry>& entries);

// The answer to the script `read` (fence_scripts.hpp).
//
// Only a whole reading says what was purged. In one that is not, something purged at or before
// `through` may be missing, because it was purged again later and stands further on: nobody may be
// told that the log was followed through there. Read on from `through`, extend() what there is, and
// apply it when it is whole, the floor first.
struct LogReading {
  SharedCounter counter;
  store::Epoch floor = 0;    // what is older is distrusted
  store::Epoch through = 0;  // how far it goes
  std::vector<LoggedPurge> purges;
  bool is_whole() const noexcept { return through >= counter.epoch; }
};
// Puts a later reading behind it, one from `reading.through` on, of the same generation.
void extend(LogReading& reading, LogReading&& later);
// nullopt: the log cannot be relied upon (open a new generation), or it is no such answer.
std::optional<LogReading> parse_log_reading(const redis::Reply& reply);

}  // namespace hawkcache::shared_store
