// The fences of URLs and of prefixes, and the order in which fences were raised, so that the oldest
// can be forgotten. Plain data structures: the purge fence guards them.
#pragma once

#include "store/fence.hpp"
#include "store/tag_table.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <map>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <boost/unordered/unordered_flat_map.hpp>

namespace hawkcache::store {

inline constexpr Epoch kNoEpoch = std::numeric_limits<Epoch>::max();

// The soft purges of things before their newest ones, which the fences know: of all that concern a
// response the first counts. Of a thing that was purged often some are taken together, the later
// epoch with the earlier time, so that nothing counts as expired too late; the longer ago, the
// more.
class EarlierSoftPurges {
 public:
  // Before the fence itself is raised: a hard purge says more than all of these; a soft one is one
  // more after the fence's newest.
  void raise(std::uint64_t thing, const AtomicFence::Soft& newest, PurgeKind kind, Epoch epoch);
  void judge(std::uint64_t thing, Epoch epoch, FenceVerdict& verdict) const;
  void forget(std::uint64_t thing);
  std::size_t bytes() const;

 private:
  static constexpr std::size_t kMostOfOne = 8;
  using Purges = std::map<std::pair<std::uint64_t, Epoch>, WallTime>;
  void take_two_together(Purges::iterator first, Purges::iterator last);

  mutable std::shared_mutex mutex_;
  Purges purges_;
};

// Fences by hash.
class HashedFences {
 public:
  // Returns whether it is a new one.
  bool raise(std::uint64_t hash, PurgeKind kind, Epoch epoch, WallTime now, std::uint32_t note = 0);
  void judge(std::uint64_t hash, Epoch epoch, FenceVerdict& verdict) const;

  std::size_t size() const noexcept { return fences_.size(); }
  std::size_t bytes() const;
  // The epoch of the fence that was not raised for the longest time; kNoEpoch when there is none.
  Epoch oldest() const noexcept { return order_.empty() ? kNoEpoch : order_.front().epoch; }
  // Returns its note. REQUIRES: size() > 0.
  std::uint32_t forget_oldest();

 private:
  struct Fence {
    Epoch hard = 0;
    AtomicFence::Soft soft;
    std::uint32_t note = 0;
    Epoch newest() const noexcept { return std::max(hard, soft.epoch); }
  };
  struct Raised {
    Epoch epoch;
    std::uint64_t hash;
  };
  bool outdated(const Raised& raised) const noexcept;
  void settle();

  boost::unordered_flat_map<std::uint64_t, Fence> fences_;
  std::deque<Raised> order_;  // oldest first; the front is never outdated
  EarlierSoftPurges earlier_;
};

// Fences of prefixes, grouped by length: asking about a path costs one look-up per length that is
// in use, however many prefixes there are.
class PrefixFences {
 public:
  // `authority` is an authority_hash.
  void raise(
      std::uint64_t authority, std::string_view prefix, PurgeKind kind, Epoch epoch, WallTime now);
  void judge(std::uint64_t authority,
             std::string_view path,
             Epoch epoch,
             FenceVerdict& verdict) const;

  std::size_t size() const noexcept { return fences_.size(); }
  std::size_t bytes() const { return fences_.bytes(); }
  Epoch oldest() const noexcept { return fences_.oldest(); }
  void forget_oldest();

 private:
  HashedFences fences_;                           // the note is the length
  std::map<std::uint32_t, std::size_t> lengths_;  // how many prefixes have it
};

// Which tags' fences are remembered. The fences themselves are in the records, which this keeps
// alive.
class TagFences {
 public:
  void raise(TagRef record, PurgeKind kind, Epoch epoch, WallTime now);

  // What their fences say. Any thread, also while others are raised.
  void judge(std::span<const TagRef> tags, Epoch epoch, FenceVerdict& verdict) const;
  void judge(std::span<const std::string> tags,
             const TagTable& table,
             Epoch epoch,
             FenceVerdict& verdict) const;

  std::size_t size() const noexcept { return remembered_; }
  std::size_t bytes() const { return order_.size() * sizeof(Raised) + earlier_.bytes(); }
  // Of the records that it keeps alive.
  std::size_t record_bytes() const noexcept { return record_bytes_; }
  Epoch oldest() const noexcept { return order_.empty() ? kNoEpoch : order_.front().epoch; }
  // The record keeps its fence as long as a stored response refers to it, which does no harm:
  // fences only distrust.
  void forget_oldest();

 private:
  struct Raised {
    Epoch epoch;
    TagRef record;
  };
  static bool outdated(const Raised& raised) noexcept {
    return !raised.record->remembered_ || raised.record->fence().newest() != raised.epoch;
  }
  void settle();

  std::deque<Raised> order_;
  std::size_t remembered_ = 0;
  std::size_t record_bytes_ = 0;

  EarlierSoftPurges earlier_;
};

// The fence of everything. Raised by one thread at a time, judged by any.
class EverythingFence {
 public:
  void raise(PurgeKind kind, Epoch epoch, WallTime now);
  void judge(Epoch epoch, FenceVerdict& verdict) const;

 private:
  static constexpr std::uint64_t kThing = 0;
  AtomicFence fence_;
  EarlierSoftPurges earlier_;
};

}  // namespace hawkcache::store
