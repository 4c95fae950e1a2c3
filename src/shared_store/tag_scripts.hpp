// The scripts of tags, and the commands that run them: each tag's set of names, and the register of
// the tags whose sets are large. What redis_scripts.hpp says of foreign values, of slots, of
// servers, and of a server that is out of memory holds here as well; those of the register, which
// is bounded by what the sets take, are carried out on such a server too.
//
// A set whose TTL ends is freed by Redis in one go, which holds up everybody for as long as its
// size wants: so a large one outlives its members, and is emptied in small steps meanwhile
// (redis_large_tags.hpp).
#pragma once

#include "base/clock.hpp"
#include "redis/command.hpp"
#include "shared_store/redis_names.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace hawkcache::shared_store {

// What Redis frees in about a millisecond. A set with more members is large.
inline constexpr std::size_t kLargeSet = 1000;
// By how much a large set outlives its members: what there is time for to take them out, whoever
// has to begin anew. It costs nothing, since an emptied set is gone.
inline constexpr Duration kOutliving = std::chrono::hours(1);

// Adds a response's name to a tag's set. The set's TTL only grows: a fresh set gets `ttl`, one with
// less is given it, one without TTL that is not fresh stays without. In a large set kOutliving is
// added to `ttl`: so it outlives all its members by that, but for those that came while it was not
// large. Then the dead are removed from a sample of `sample` members.
//   KEYS   tag set
//   ARGV   response name, ttl ms, sample, how many members make it large, outliving ms
//   reply  how many members there are
//   cost   O(sample)
// The share of the dead: each call adds at most one member, which dies some day, and finds
// sample * share dead ones on average. Where the share stands still the two are equal: it does not
// stay above 1 / sample.
// Members are looked for under names that are not declared as keys: in a cluster the sample must
// be 0. REQUIRES: the response was put before, else another node's sample could take its name for a
// dead one's. (In a cluster it may still be on its way to another master.)
const redis::Command::Script& tag_response_script() noexcept;
redis::Command tag_response(const RedisNames& names,
                            std::string_view tag,
                            std::string_view response_name,
                            Duration ttl,
                            std::size_t sample);

// Removes those of these members from a tag's set under whose names nothing lies. Not in a cluster:
// the members lie in other slots. (There, remove first, look then, and add again what is there by
// that time.)
//   KEYS   tag set
//   ARGV   response name ...
//   reply  how many were removed
//   cost   O(members + bytes freed): Redis frees what has expired when it is looked at
const redis::Command::Script& forget_dead_script() noexcept;
// REQUIRES: at least one member, at most 1000.
redis::Command forget_dead(const RedisNames& names,
                           std::string_view tag,
                           std::span<const std::string_view> response_names);

// The register has the tags of large sets, each with the time, by the server's clock, at which its
// set is to be looked at. It lives on until that is over for all of them.
//
// Enters a tag, to be looked at in `due`.
//   KEYS   register
//   ARGV   tag, due ms, "if new" or "anew", for how much longer than that there is a register, ms
//   reply  1
//   cost   O(log n)
enum class EnterTag : std::uint8_t {
  if_new,  // one that is there keeps its time
  anew
};
const redis::Command::Script& enter_large_tag_script() noexcept;
redis::Command enter_large_tag(const RedisNames& names,
                               std::string_view tag,
                               Duration due,
                               EnterTag when);

// Takes the tag whose set has been due for the longest, and puts it off by `claim`: within that
// time nobody else gets it.
//   KEYS   register
//   ARGV   claim ms, for how much longer than that there is a register, ms
//   reply  the tag; nil: none is due
//   cost   O(log n)
const redis::Command::Script& claim_large_tag_script() noexcept;
redis::Command claim_large_tag(const RedisNames& names, Duration claim);

}  // namespace hawkcache::shared_store
