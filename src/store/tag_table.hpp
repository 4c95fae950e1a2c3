// Interned tags. A TagRecord holds a tag's fence and the number of stored responses that carry it;
// whoever refers to it (a stored response, the fence's memory of a purge) holds a TagRef, so that
// asking whether a response's tags were purged takes a few atomic loads and no look-up.
//
// Thread-safe. The table lives until the PurgeFence that made it and the last TagRef are gone.
#pragma once

#include "store/fence.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <shared_mutex>
#include <string_view>
#include <utility>

#include <boost/unordered/unordered_flat_set.hpp>

namespace hawkcache::store {

class TagTable;

class TagRecord {
 public:
  TagRecord(const TagRecord&) = delete;
  TagRecord& operator=(const TagRecord&) = delete;

  // The name lies behind the record, in the same allocation.
  std::string_view name() const noexcept {
    return {reinterpret_cast<const char*>(this + 1), name_size_};
  }
  AtomicFence& fence() noexcept { return fence_; }
  const AtomicFence& fence() const noexcept { return fence_; }

  // Stored responses that carry the tag. Kept by the store: counted before a response goes in and
  // after it went out, so that it is never too low.
  std::uint64_t members() const noexcept { return members_.load(std::memory_order_relaxed); }
  void add_member() noexcept { members_.fetch_add(1, std::memory_order_relaxed); }
  void remove_member() noexcept { members_.fetch_sub(1, std::memory_order_relaxed); }

 private:
  friend class TagRef;
  friend class TagTable;
  friend class TagFences;
  TagRecord(TagTable& table, std::uint32_t name_size) noexcept
      : table_(&table), name_size_(name_size) {}
  ~TagRecord() = default;

  AtomicFence fence_;
  std::atomic<std::uint64_t> members_{0};
  TagTable* table_;
  // Goes from 1 to 0 only under the lock of the record's table shard, so that nobody can find a
  // record that is dying.
  std::atomic<std::uint32_t> references_{0};
  std::uint32_t name_size_;
  bool remembered_ = false;  // its fence is among those remembered; guarded by the purge lock
};

// A counted reference to a TagRecord, as large as a pointer.
class TagRef {
 public:
  TagRef() = default;
  TagRef(const TagRef& other) noexcept : record_(other.record_) {
    if (record_ != nullptr) record_->references_.fetch_add(1, std::memory_order_relaxed);
  }
  TagRef(TagRef&& other) noexcept : record_(std::exchange(other.record_, nullptr)) {}
  TagRef& operator=(TagRef other) noexcept {
    std::swap(record_, other.record_);
    return *this;
  }
  ~TagRef();

  explicit operator bool() const noexcept { return record_ != nullptr; }
  TagRecord& operator*() const noexcept { return *record_; }
  TagRecord* operator->() const noexcept { return record_; }
  TagRecord* get() const noexcept { return record_; }

 private:
  friend class TagTable;
  struct Adopt {};  // the reference is counted already
  TagRef(TagRecord* record, Adopt) noexcept : record_(record) {}
  TagRecord* record_ = nullptr;
};

class TagTable {
 public:
  struct Release {
    void operator()(TagTable* table) const noexcept { table->release_one(); }
  };
  using Owner = std::unique_ptr<TagTable, Release>;
  static Owner create() { return Owner(new TagTable); }

  TagTable(const TagTable&) = delete;
  TagTable& operator=(const TagTable&) = delete;

  // Empty when there is no such record.
  TagRef find(std::string_view name) const;
  TagRef intern(std::string_view name);
  // Asks the tag's fence; a tag without a record has none.
  void judge(std::string_view name, Epoch epoch, FenceVerdict& verdict) const;

  std::size_t size() const noexcept { return size_.load(std::memory_order_relaxed); }
  // Memory taken by all records and their slots.
  std::size_t bytes() const noexcept { return bytes_.load(std::memory_order_relaxed); }
  // What one more record would add to it.
  static std::size_t record_bytes(std::string_view name) noexcept;

 private:
  friend class TagRef;
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view name) const noexcept;
    std::size_t operator()(const TagRecord* record) const noexcept {
      return (*this)(record->name());
    }
  };
  struct Equal {
    using is_transparent = void;
    bool operator()(const TagRecord* a, const TagRecord* b) const noexcept { return a == b; }
    bool operator()(std::string_view a, const TagRecord* b) const noexcept {
      return a == b->name();
    }
    bool operator()(const TagRecord* a, std::string_view b) const noexcept {
      return a->name() == b;
    }
  };
  struct alignas(64) Shard {
    mutable std::shared_mutex mutex;
    boost::unordered_flat_set<TagRecord*, Hash, Equal> records;
  };
  static constexpr std::size_t kShards = 32;

  TagTable() = default;
  ~TagTable() = default;
  Shard& shard_of(std::string_view name) noexcept;
  const Shard& shard_of(std::string_view name) const noexcept;
  TagRecord* make_record(std::string_view name);
  static TagRef refer(TagRecord* record) noexcept;
  void drop(TagRecord* record) noexcept;
  void release_one() noexcept;

  std::array<Shard, kShards> shards_;
  std::atomic<std::size_t> owners_{1};  // the creator and each record
  std::atomic<std::size_t> size_{0};
  std::atomic<std::size_t> bytes_{0};
};

inline TagRef::~TagRef() {
  if (record_ != nullptr) record_->table_->drop(record_);
}

}  // namespace hawkcache::store
