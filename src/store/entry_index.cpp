#include "store/entry_index.hpp"

#include <utility>

namespace hawkcache::store {

void EntryIndex::insert(Entry& entry) {
  if (size_ >= buckets_.size()) split_one();
  Entry*& head = buckets_[bucket_of(entry.hash)];
  entry.chained = head;
  head = &entry;
  ++size_;
}

void EntryIndex::remove(Entry& entry) noexcept {
  Entry** link = &buckets_[bucket_of(entry.hash)];
  while (*link != &entry) link = &(*link)->chained;
  *link = entry.chained;
  entry.chained = nullptr;
  --size_;
}

void EntryIndex::split_one() {
  // Not twice the room each time: most of it would stay empty.
  if (buckets_.size() == buckets_.capacity()) buckets_.reserve(buckets_.size() * 9 / 8 + kFewest);
  buckets_.push_back(nullptr);
  Entry* rest = std::exchange(buckets_[split_], nullptr);
  // Both halves keep their order.
  Entry** stays = &buckets_[split_];
  Entry** moves = &buckets_.back();
  for (; rest != nullptr; rest = rest->chained) {
    Entry**& end = (rest->hash & (mask_ + 1)) == 0 ? stays : moves;
    *end = rest;
    end = &rest->chained;
  }
  *stays = nullptr;
  *moves = nullptr;
  if (++split_ > mask_) {
    mask_ = 2 * mask_ + 1;
    split_ = 0;
  }
}

}  // namespace hawkcache::store
