// The entries of one shard, and the hash index over them. Linear hashing: the table grows by one
// bucket per new entry, so no insertion ever pays for rehashing the rest. The entries of one key,
// its variants, lie in one chain.
//
// Not thread-safe: the shard's lock guards it.
#pragma once

#include "store/entry.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace hawkcache::store {

class EntryIndex {
 public:
  EntryIndex() : buckets_(kFewest) {}

  std::size_t size() const noexcept { return size_; }
  std::size_t buckets() const noexcept { return buckets_.size(); }
  // The first entry of a chain: those with this hash are in it, among others.
  Entry* chain(std::uint32_t hash) const noexcept { return buckets_[bucket_of(hash)]; }
  Entry* bucket(std::size_t number) const noexcept { return buckets_[number]; }

  // At the head of its chain. Entries change buckets only towards higher numbers, so that a walk
  // from the first bucket to the last, interrupted at will, misses none that was there when it
  // began.
  void insert(Entry& entry);
  void remove(Entry& entry) noexcept;

  static constexpr std::size_t kBytesPerEntry = 10;  // a bucket, with the vector's room to grow

 private:
  static constexpr std::size_t kFewest = 16;
  std::size_t bucket_of(std::uint32_t hash) const noexcept {
    const std::size_t low = hash & mask_;
    return low < split_ ? hash & (2 * mask_ + 1) : low;
  }
  void split_one();

  std::vector<Entry*> buckets_;
  std::size_t mask_ = kFewest - 1;  // the buckets before this round of splitting, less one
  std::size_t split_ = 0;           // buckets below it have been split in this round
  std::size_t size_ = 0;
};

}  // namespace hawkcache::store
