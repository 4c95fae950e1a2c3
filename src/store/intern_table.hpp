// Texts that are kept once for all who refer to them. An InternRecord is a text and a State that
// goes with it; whoever refers to it holds an InternRef.
//
// Thread-safe, but for what a State says of itself. A record goes with its last reference; the
// table lives until its owner and the last InternRef are gone.
#pragma once

#include "base/hash.hpp"
#include "store/footprint.hpp"
#include "store/scope_hash.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <mutex>
#include <new>
#include <shared_mutex>
#include <string_view>
#include <utility>

#include <boost/unordered/unordered_flat_set.hpp>

namespace hawkcache::store {

template <class State>
class InternRef;
template <class State>
class InternTable;

template <class State>
class InternRecord : public State {
 public:
  InternRecord(const InternRecord&) = delete;
  InternRecord& operator=(const InternRecord&) = delete;

  // It lies behind the record, in the same allocation.
  std::string_view text() const noexcept {
    return {reinterpret_cast<const char*>(this + 1), text_size_};
  }

 private:
  friend class InternRef<State>;
  friend class InternTable<State>;
  InternRecord(InternTable<State>& table, std::uint32_t text_size) noexcept
      : table_(&table), text_size_(text_size) {}
  ~InternRecord() = default;

  InternTable<State>* table_;
  // Goes from 1 to 0 only under the lock of the record's table shard, so that nobody can find a
  // record that is dying.
  std::atomic<std::uint32_t> references_{0};
  std::uint32_t text_size_;
};

// A counted reference to an InternRecord, as large as a pointer.
template <class State>
class InternRef {
 public:
  using Record = InternRecord<State>;
  InternRef() = default;
  InternRef(const InternRef& other) noexcept : record_(other.record_) {
    if (record_ != nullptr) record_->references_.fetch_add(1, std::memory_order_relaxed);
  }
  InternRef(InternRef&& other) noexcept : record_(std::exchange(other.record_, nullptr)) {}
  InternRef& operator=(InternRef other) noexcept {
    std::swap(record_, other.record_);
    return *this;
  }
  ~InternRef() {
    if (record_ != nullptr) record_->table_->drop(record_);
  }

  explicit operator bool() const noexcept { return record_ != nullptr; }
  Record& operator*() const noexcept { return *record_; }
  Record* operator->() const noexcept { return record_; }
  Record* get() const noexcept { return record_; }

 private:
  friend class InternTable<State>;
  struct Adopt {};  // the reference is counted already
  InternRef(Record* record, Adopt) noexcept : record_(record) {}
  Record* record_ = nullptr;
};

template <class State>
class InternTable {
 public:
  using Record = InternRecord<State>;
  using Ref = InternRef<State>;
  struct Release {
    void operator()(InternTable* table) const noexcept { table->release_one(); }
  };
  using Owner = std::unique_ptr<InternTable, Release>;
  static Owner create() { return Owner(new InternTable); }

  InternTable(const InternTable&) = delete;
  InternTable& operator=(const InternTable&) = delete;

  // Empty when there is no such record.
  Ref find(std::string_view text) const {
    const Hashed hashed(text);
    const Shard& shard = shard_of(hashed);
    const std::shared_lock lock(shard.mutex);
    const auto found = shard.records.find(hashed);
    return found == shard.records.end() ? Ref{} : refer(*found);
  }
  // Who thinks that there is one asks find() first: this keeps readers of the shard out.
  Ref intern(std::string_view text) {
    const Hashed hashed(text);
    Shard& shard = shard_of(hashed);
    const std::unique_lock lock(shard.mutex);
    const auto found = shard.records.find(hashed);
    if (found != shard.records.end()) return refer(*found);
    shard.records.reserve(shard.records.size() + 1);  // what throws comes first
    Record* record = make_record(text);
    shard.records.insert(record);
    return refer(record);
  }
  // Shows the record to `look`, if there is one: cheaper than a reference.
  template <class Look>
  void look_at(std::string_view text, Look&& look) const {
    const Hashed hashed(text);
    const Shard& shard = shard_of(hashed);
    const std::shared_lock lock(shard.mutex);
    const auto found = shard.records.find(hashed);
    if (found != shard.records.end()) look(std::as_const(**found));
  }

  std::size_t size() const noexcept { return size_.load(std::memory_order_relaxed); }
  // Memory taken by all records and their slots.
  std::size_t bytes() const noexcept { return bytes_.load(std::memory_order_relaxed); }
  // What one more record would add to it.
  static std::size_t record_bytes(std::string_view text) noexcept {
    constexpr std::size_t kSlot = 16;  // of the set, with its metadata, at a middling load
    return heap_footprint(sizeof(Record) + text.size()) + kSlot;
  }

 private:
  friend class InternRef<State>;
  // A text that is looked for in its shard and in the shard's records: hashed once for both.
  struct Hashed {
    explicit Hashed(std::string_view of) noexcept : text(of), hash(hash64(of, process_seed())) {}
    std::string_view text;
    std::size_t hash;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(const Hashed& hashed) const noexcept { return hashed.hash; }
    std::size_t operator()(const Record* record) const noexcept {
      return Hashed(record->text()).hash;
    }
  };
  struct Equal {
    using is_transparent = void;
    bool operator()(const Record* a, const Record* b) const noexcept { return a == b; }
    bool operator()(const Hashed& a, const Record* b) const noexcept { return a.text == b->text(); }
    bool operator()(const Record* a, const Hashed& b) const noexcept { return a->text() == b.text; }
  };
  struct alignas(64) Shard {
    mutable std::shared_mutex mutex;
    boost::unordered_flat_set<Record*, Hash, Equal> records;
  };
  static constexpr std::size_t kShards = 32;

  InternTable() = default;
  ~InternTable() = default;

  static std::size_t shard_number(const Hashed& hashed) noexcept {
    return (hashed.hash >> 56) % kShards;
  }
  Shard& shard_of(const Hashed& hashed) noexcept { return shards_[shard_number(hashed)]; }
  const Shard& shard_of(const Hashed& hashed) const noexcept {
    return shards_[shard_number(hashed)];
  }

  static Ref refer(Record* record) noexcept {
    record->references_.fetch_add(1, std::memory_order_relaxed);
    return {record, typename Ref::Adopt{}};
  }

  Record* make_record(std::string_view text) {
    void* memory = ::operator new(sizeof(Record) + text.size());
    auto* record = new (memory) Record(*this, static_cast<std::uint32_t>(text.size()));
    if (!text.empty()) std::memcpy(static_cast<void*>(record + 1), text.data(), text.size());
    owners_.fetch_add(1, std::memory_order_relaxed);
    size_.fetch_add(1, std::memory_order_relaxed);
    bytes_.fetch_add(record_bytes(text), std::memory_order_relaxed);
    return record;
  }

  void drop(Record* record) noexcept {
    std::uint32_t references = record->references_.load(std::memory_order_relaxed);
    while (references > 1) {
      if (record->references_.compare_exchange_weak(
              references, references - 1, std::memory_order_acq_rel, std::memory_order_relaxed)) {
        return;
      }
    }
    {
      const Hashed hashed(record->text());
      Shard& shard = shard_of(hashed);
      const std::unique_lock lock(shard.mutex);
      // Found by someone else meanwhile: it lives on.
      if (record->references_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
      shard.records.erase(shard.records.find(hashed));
    }
    size_.fetch_sub(1, std::memory_order_relaxed);
    bytes_.fetch_sub(record_bytes(record->text()), std::memory_order_relaxed);
    record->~Record();
    ::operator delete(record);
    release_one();
  }

  void release_one() noexcept {
    if (owners_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }

  std::array<Shard, kShards> shards_;
  std::atomic<std::size_t> owners_{1};  // the creator and each record
  std::atomic<std::size_t> size_{0};
  std::atomic<std::size_t> bytes_{0};
};

}  // namespace hawkcache::store
