#include "store/tag_table.hpp"

#include "base/hash.hpp"
#include "store/footprint.hpp"
#include "store/scope_hash.hpp"

#include <cstring>
#include <mutex>
#include <new>

namespace hawkcache::store {

namespace {

// A slot of the set with its share of metadata, at a middling load.
constexpr std::size_t kSlotBytes = 16;

}  // namespace

std::size_t TagTable::Hash::operator()(std::string_view name) const noexcept {
  return hash64(name, process_seed());
}

std::size_t TagTable::record_bytes(std::string_view name) noexcept {
  return heap_footprint(sizeof(TagRecord) + name.size()) + kSlotBytes;
}

TagTable::Shard& TagTable::shard_of(std::string_view name) noexcept {
  return shards_[(Hash{}(name) >> 56) % kShards];
}

const TagTable::Shard& TagTable::shard_of(std::string_view name) const noexcept {
  return shards_[(Hash{}(name) >> 56) % kShards];
}

TagRef TagTable::refer(TagRecord* record) noexcept {
  record->references_.fetch_add(1, std::memory_order_relaxed);
  return {record, TagRef::Adopt{}};
}

TagRef TagTable::find(std::string_view name) const {
  const Shard& shard = shard_of(name);
  const std::shared_lock lock(shard.mutex);
  const auto found = shard.records.find(name);
  return found == shard.records.end() ? TagRef{} : refer(*found);
}

TagRef TagTable::intern(std::string_view name) {
  if (TagRef existing = find(name)) return existing;
  Shard& shard = shard_of(name);
  const std::unique_lock lock(shard.mutex);
  const auto found = shard.records.find(name);
  if (found != shard.records.end()) return refer(*found);
  TagRecord* record = make_record(name);
  shard.records.insert(record);
  return refer(record);
}

void TagTable::judge(std::string_view name, Epoch epoch, FenceVerdict& verdict) const {
  const Shard& shard = shard_of(name);
  const std::shared_lock lock(shard.mutex);
  const auto found = shard.records.find(name);
  if (found != shard.records.end()) (*found)->fence().judge(epoch, verdict);
}

TagRecord* TagTable::make_record(std::string_view name) {
  void* memory = ::operator new(sizeof(TagRecord) + name.size());
  auto* record = new (memory) TagRecord(*this, static_cast<std::uint32_t>(name.size()));
  if (!name.empty()) std::memcpy(static_cast<void*>(record + 1), name.data(), name.size());
  owners_.fetch_add(1, std::memory_order_relaxed);
  size_.fetch_add(1, std::memory_order_relaxed);
  bytes_.fetch_add(record_bytes(name), std::memory_order_relaxed);
  return record;
}

void TagTable::drop(TagRecord* record) noexcept {
  std::uint32_t references = record->references_.load(std::memory_order_relaxed);
  while (references > 1) {
    if (record->references_.compare_exchange_weak(
            references, references - 1, std::memory_order_acq_rel, std::memory_order_relaxed)) {
      return;
    }
  }
  {
    Shard& shard = shard_of(record->name());
    const std::unique_lock lock(shard.mutex);
    // Found by someone else meanwhile: it lives on.
    if (record->references_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    shard.records.erase(record);
  }
  size_.fetch_sub(1, std::memory_order_relaxed);
  bytes_.fetch_sub(record_bytes(record->name()), std::memory_order_relaxed);
  record->~TagRecord();
  ::operator delete(record);
  release_one();
}

void TagTable::release_one() noexcept {
  if (owners_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
}

}  // namespace hawkcache::store
