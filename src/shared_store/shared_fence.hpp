// What this node knows of the purges that all nodes share: the log in Redis as it was followed so
// far, within one generation (docs/redis.md). Feeds the node's local fence as well, and judges what
// is read from Redis.
//
// The order that makes it safe: a purge is raised here first, in the local fence next, and only
// then counts as followed. Whoever judges a response notes the local epoch first and looks at the
// shared fence next. So a purge that the look missed is above the epoch that was noted, and the
// local fence catches it from then on.
//
// Thread-safe.
#pragma once

#include "base/clock.hpp"
#include "shared_store/fence_log.hpp"
#include "store/fence.hpp"
#include "store/purge.hpp"
#include "store/purge_fence.hpp"
#include "store/stored_response.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>

namespace hawkcache::shared_store {

class SharedFence {
 public:
  // Makes a purge hold on this node, for what is being fetched and what lies in its memory.
  using RaiseLocally = std::function<void(const store::PurgeRequest& request, WallTime now)>;

  // `local` outlives it. `limits`: of the shared fence; beyond them the oldest purges are forgotten
  // by distrusting what is older.
  SharedFence(const store::PurgeFence& local,
              RaiseLocally raise_locally,
              store::PurgeFence::Limits limits);

  // Generation and epoch as followed so far; generation 0: none yet.
  store::SharedStamp followed() const;

  // From now on `generation` is followed, from `floor` on: what has an older epoch in it is
  // distrusted, and so is all of another generation. Unless it is the one that is followed already,
  // everything on this node is distrusted too. For the follower alone.
  enum class Began : std::uint8_t { anew, as_before };
  Began begin(std::uint64_t generation, store::Epoch floor, WallTime now);

  // What was read of the log, after what was followed. Purges that were followed already are passed
  // over, and so is a reading of a generation that is not followed any more. A log that was
  // forgotten further than it was followed makes everything older distrusted.
  void apply(const LogReading& reading, WallTime now);

  // Judges what was read from Redis after apply() had followed the log through the epoch that was
  // read with it. When it is not distrusted, `parts` gets the local epoch it stands with from now
  // on, and the time of the earliest soft purge that concerns it, of those that were followed.
  [[nodiscard]] store::Trust admit(store::StoredParts& parts) const;

  // Whether a response with this stamp may answer a request for another URL than the one that
  // brought it, as far as purges of that URL and its prefixes go. Of one that was admitted, or was
  // fetched by this node.
  [[nodiscard]] store::Trust check_url(const store::SharedStamp& stamp,
                                       std::string_view authority,
                                       std::string_view path_and_query) const;

  // Whether a fetch that began in this generation, at fetch.epoch of it, is not to be waited for
  // any more: what was purged since concerns it, or may.
  bool has_overtaken(std::uint64_t generation,
                     const store::FenceSubject& fetch,
                     std::span<const std::string> rule_tags) const;

  std::size_t fence_count() const;

 private:
  struct Generation {
    Generation(std::uint64_t number_, store::PurgeFence::Limits limits, store::Epoch floor)
        : number(number_), fence(limits, floor) {}
    const std::uint64_t number;
    store::PurgeFence fence;
  };
  std::shared_ptr<Generation> current() const;

  const store::PurgeFence& local_;
  const RaiseLocally raise_locally_;
  const store::PurgeFence::Limits limits_;

  std::mutex follow_mutex_;  // one follower at a time; taken before mutex_
  mutable std::mutex mutex_;
  std::shared_ptr<Generation> generation_;  // null: none yet
  store::Epoch followed_ = 0;
};

}  // namespace hawkcache::shared_store
