// The scripts of the shared fence, and the commands that run them. All of them have the same keys,
// which lie in one slot: epoch, log, soft (RedisNames). Each costs O(log n) per member that it
// touches, and never looks at more than it was asked for; n is the size of the log.
//
// They are carried out also where the server is out of memory (maxmemory, noeviction): they begin
// with a write that frees. A purge must not fail because responses have filled the server; what
// the fence takes is bounded by `max_log`.
//
// REQUIRES (all): identity is that of the server which the command goes to. Who gets a reply from
// another server (redis::Reply::server) does not use it.
#pragma once

#include "base/clock.hpp"
#include "redis/command.hpp"
#include "redis/reply.hpp"
#include "shared_store/fence_log.hpp"
#include "shared_store/redis_names.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>

namespace hawkcache::shared_store {

// Sees to it that there is a counter that can be relied upon. Starts a new generation where the
// counter is missing, unreadable or of another identity, or where the log is missing or does not
// end with the counter's epoch: log and soft times are dropped, the epoch goes on from the
// old one where it can be read, and everything older is below the floor.
//   ARGV   identity, new generation (16 hex digits each)
//   reply  the counter's text (parse_shared_counter)
const redis::Command::Script& fence_open_script() noexcept;
redis::Command fence_open(const RedisNames& names,
                          std::uint64_t identity,
                          std::uint64_t new_generation);

// Takes the next epoch and raises all members to it. A hard purge takes the soft one of the same
// thing out of the log: it says less. Beyond `max_log` members the oldest are forgotten, at
// most 500 at a time, and the floor rises to the newest of these.
//   ARGV   identity, generation, now (ms), max_log, member ...
//   reply  the purge's epoch (integer); or a status, "changed: ...", saying what is not as
//          expected: nothing was purged then; open() and ask again
// Asking again after no reply came is safe: the same members rise once more.
const redis::Command::Script& fence_purge_script() noexcept;
// REQUIRES: 1 to kMostFenceMembers members; max_log >= 1.
redis::Command fence_purge(const RedisNames& names,
                           const SharedCounter& expected,  // its epoch does not matter
                           WallTime now,
                           std::size_t max_log,
                           std::span<const std::string> members);

// What was purged after `from`, in ascending order, all of one epoch or none of it. Where the
// counter is of another generation than `expected`, everything in the log. If one epoch alone has
// more members than fit (which no purge makes), it is told as the floor.
// How much of it may be used before it is whole: see LogReading.
//   ARGV   identity, generation, from, limit
//   reply  array: the counter's text, floor, through, then member, epoch, soft time ("" for hard
//          ones and where it is lost) of each; or a status, "changed: ...": open() and read again
//          (parse_log_reading)
// `limit` is brought within 501 and 2000.
const redis::Command::Script& fence_read_script() noexcept;
redis::Command fence_read(const RedisNames& names,
                          const SharedCounter& expected,
                          store::Epoch from,
                          std::size_t limit);

}  // namespace hawkcache::shared_store
