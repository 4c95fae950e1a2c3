// The entries of one shard, and the hash index over them. A bucket is one cache line of links, each
// with some bits of its entry's hash beside the address: a look-up touches that line and, for all
// but a few in a hundred, no entry but the one that it is for; one that finds nothing, none.
//
// Linear hashing (Litwin, VLDB 1980): the table grows by one bucket at a time, for every few
// entries, so no insertion ever pays for rehashing the rest.
//
// Not thread-safe: the shard's lock guards it. Who visits must not change it meanwhile.
#pragma once

#include "store/entry.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace hawkcache::store {

class EntryIndex {
 public:
  EntryIndex() { add_segment(); }

  std::size_t size() const noexcept { return size_; }
  std::size_t buckets() const noexcept { return buckets_; }
  // What its buckets take beyond kBytesPerEntry for each entry: they stay when entries go.
  std::size_t spare_bytes() const noexcept {
    const std::size_t whole = segments_.size() * sizeof(Segment);
    return whole - std::min(whole, size_ * kBytesPerEntry);
  }

  // Every entry with this hash, in no order: all variants of its key, and rarely others.
  template <class Visit>
  void visit(std::uint32_t hash, Visit visit) const {
    const Bucket& bucket = bucket_at(bucket_of(hash));
    for (const Link link : bucket.links) {
      if (link == 0) return;
      if (tag_of(link) == tag_of_hash(hash)) visit_if(entry_of(link), hash, visit);
    }
    for (Entry* entry = entry_of(bucket.links.back())->chained; entry; entry = entry->chained) {
      visit_if(entry, hash, visit);
    }
  }
  // Every entry of a bucket. Entries change buckets only towards higher numbers, so that a walk
  // from the first bucket to the last, interrupted at will, misses none that was there when it
  // began.
  template <class Visit>
  void visit_bucket(std::size_t number, Visit visit) const {
    const Bucket& bucket = bucket_at(number);
    for (const Link link : bucket.links) {
      if (link == 0) return;
      visit(*entry_of(link));
    }
    for (Entry* entry = entry_of(bucket.links.back())->chained; entry; entry = entry->chained) {
      visit(*entry);
    }
  }

  void insert(Entry& entry);
  void remove(Entry& entry) noexcept;

  static constexpr std::size_t kEntriesPerBucket = 4;  // before the table grows
  static constexpr std::size_t kBytesPerEntry = 16;    // of a bucket

 private:
  // An entry's address, below its tag. The kernel gives a process addresses of up to 48 bits, if it
  // asks for no higher ones (x86-64, AArch64). 0: none.
  using Link = std::uint64_t;
  static constexpr unsigned kAddressBits = 48;
  // Of the hash those bits that choose the bucket in larger tables: a bucket is split without a
  // look at its entries. In smaller tables the lowest tell nothing; there is enough of the others.
  static constexpr unsigned kTagShift = 8;
  static constexpr unsigned kTagBits = 16;

  // Filled from the front. Once all are in use the last one's entry begins a chain of those for
  // which there is no room.
  struct alignas(64) Bucket {
    std::array<Link, 8> links{};
  };
  static constexpr std::size_t kSegment = 32;  // so that growth moves nothing
  using Segment = std::array<Bucket, kSegment>;

  static std::uint16_t tag_of_hash(std::uint32_t hash) noexcept {
    return static_cast<std::uint16_t>(hash >> kTagShift);
  }
  static std::uint16_t tag_of(Link link) noexcept {
    return static_cast<std::uint16_t>(link >> kAddressBits);
  }
  static Link link_to(Entry& entry) noexcept {
    return reinterpret_cast<std::uintptr_t>(&entry) | std::uint64_t{tag_of_hash(entry.hash)}
                                                          << kAddressBits;
  }
  static Entry* entry_of(Link link) noexcept {
    return reinterpret_cast<Entry*>(link & ((Link{1} << kAddressBits) - 1));
  }
  template <class Visit>
  static void visit_if(Entry* entry, std::uint32_t hash, Visit& visit) {
    if (entry->hash == hash) visit(*entry);
  }

  const Bucket& bucket_at(std::size_t number) const noexcept {
    return (*segments_[number / kSegment])[number % kSegment];
  }
  Bucket& bucket_at(std::size_t number) noexcept {
    return (*segments_[number / kSegment])[number % kSegment];
  }
  std::size_t bucket_of(std::uint32_t hash) const noexcept {
    const std::size_t low = hash & mask_;
    return low < split_ ? hash & (2 * mask_ + 1) : low;
  }
  static void add(Bucket& bucket, Link link) noexcept;
  bool moves(Link link) const noexcept;
  void add_segment();
  void split_one();

  std::vector<std::unique_ptr<Segment>> segments_;
  std::size_t buckets_ = kSegment;
  std::size_t mask_ = kSegment - 1;  // the buckets before this round of splitting, less one
  std::size_t split_ = 0;            // buckets below it have been split in this round
  std::size_t size_ = 0;
};

}  // namespace hawkcache::store
