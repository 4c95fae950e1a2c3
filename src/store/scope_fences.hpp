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
#include <string_view>

#include <boost/unordered/unordered_flat_map.hpp>

namespace hawkcache::store {

inline constexpr Epoch kNoEpoch = std::numeric_limits<Epoch>::max();

// Fences by hash.
class HashedFences {
 public:
  // Returns whether it is a new one.
  bool raise(std::uint64_t hash, PurgeKind kind, Epoch epoch, WallTime now, std::uint32_t note = 0);
  void judge(std::uint64_t hash, Epoch epoch, FenceVerdict& verdict) const noexcept;

  std::size_t size() const noexcept { return fences_.size(); }
  std::size_t bytes() const noexcept;
  // The epoch of the fence that was not raised for the longest time; kNoEpoch when there is none.
  Epoch oldest() const noexcept { return order_.empty() ? kNoEpoch : order_.front().epoch; }
  // Returns its note. REQUIRES: size() > 0.
  std::uint32_t forget_oldest();

 private:
  struct Fence {
    Epoch hard = 0;
    Epoch soft = 0;
    WallTime soft_time{};
    std::uint32_t note = 0;
    Epoch newest() const noexcept { return std::max(hard, soft); }
  };
  struct Raised {
    Epoch epoch;
    std::uint64_t hash;
  };
  bool outdated(const Raised& raised) const noexcept;
  void settle();

  boost::unordered_flat_map<std::uint64_t, Fence> fences_;
  std::deque<Raised> order_;  // oldest first; the front is never outdated
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
             FenceVerdict& verdict) const noexcept;

  std::size_t size() const noexcept { return fences_.size(); }
  std::size_t bytes() const noexcept { return fences_.bytes(); }
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

  std::size_t size() const noexcept { return remembered_; }
  std::size_t bytes() const noexcept { return order_.size() * sizeof(Raised); }
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
};

}  // namespace hawkcache::store
