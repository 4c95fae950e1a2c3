#include "store/entry_index.hpp"

#include <algorithm>
#include <utility>

namespace hawkcache::store {

void EntryIndex::add(Bucket& bucket, Link link) noexcept {
  const auto free = std::find(bucket.links.begin(), bucket.links.end(), Link{0});
  if (free != bucket.links.end()) {
    *free = link;
    return;
  }
  entry_of(link)->chained = entry_of(bucket.links.back());
  bucket.links.back() = link;
}

void EntryIndex::insert(Entry& entry) {
  if (size_ >= kEntriesPerBucket * buckets_) split_one();
  entry.chained = nullptr;
  add(bucket_at(bucket_of(entry.hash)), link_to(entry));
  ++size_;
}

void EntryIndex::remove(Entry& entry) noexcept {
  Bucket& bucket = bucket_at(bucket_of(entry.hash));
  --size_;
  const auto found = std::find(bucket.links.begin(), bucket.links.end(), link_to(entry));
  if (found == bucket.links.end()) {
    Entry* before = entry_of(bucket.links.back());
    while (before->chained != &entry) before = before->chained;
    before->chained = std::exchange(entry.chained, nullptr);
    return;
  }
  // The last one takes its place, and the next of a chain that one's.
  const auto end = std::find(bucket.links.begin(), bucket.links.end(), Link{0});
  Link& last = *std::prev(end);
  Entry* next = nullptr;
  if (end == bucket.links.end()) next = std::exchange(entry_of(last)->chained, nullptr);
  *found = last;
  last = next == nullptr ? 0 : link_to(*next);
}

// Whether it goes to the new half when its bucket is split.
bool EntryIndex::moves(Link link) const noexcept {
  const std::size_t bit = mask_ + 1;
  const std::size_t in_tag = bit >> kTagShift;
  if (in_tag == 0 || in_tag >> kTagBits != 0) return (entry_of(link)->hash & bit) != 0;
  return (tag_of(link) & in_tag) != 0;
}

void EntryIndex::add_segment() { segments_.push_back(std::make_unique<Segment>()); }

void EntryIndex::split_one() {
  if (buckets_ == segments_.size() * kSegment) add_segment();
  Bucket& stays = bucket_at(split_);
  Bucket& moved = bucket_at(buckets_++);
  const Bucket both = std::exchange(stays, Bucket{});
  const auto place = [&](Link link) { add(moves(link) ? moved : stays, link); };
  Entry* chain = both.links.back() == 0
                     ? nullptr
                     : std::exchange(entry_of(both.links.back())->chained, nullptr);
  for (const Link link : both.links) {
    if (link != 0) place(link);
  }
  while (chain != nullptr) {
    Entry& entry = *std::exchange(chain, chain->chained);
    entry.chained = nullptr;
    place(link_to(entry));
  }
  if (++split_ > mask_) {
    mask_ = 2 * mask_ + 1;
    split_ = 0;
  }
}

}  // namespace hawkcache::store
