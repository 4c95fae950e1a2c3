#include "store/eviction.hpp"

#include "store/ghost_list.hpp"

#include <algorithm>

namespace hawkcache::store {

namespace {

class Queue {
 public:
  EvictionNode* newest() const noexcept { return newest_; }
  EvictionNode* oldest() const noexcept { return oldest_; }
  std::uint64_t units() const noexcept { return units_; }
  std::size_t size() const noexcept { return size_; }

  void push(EvictionNode& node) noexcept {
    node.newer = nullptr;
    node.older = newest_;
    (newest_ != nullptr ? newest_->newer : oldest_) = &node;
    newest_ = &node;
    units_ += node.units;
    ++size_;
  }

  void remove(EvictionNode& node) noexcept {
    (node.newer != nullptr ? node.newer->older : newest_) = node.older;
    (node.older != nullptr ? node.older->newer : oldest_) = node.newer;
    node.newer = node.older = nullptr;
    units_ -= node.units;
    --size_;
  }

 private:
  EvictionNode* newest_ = nullptr;
  EvictionNode* oldest_ = nullptr;
  std::uint64_t units_ = 0;
  std::size_t size_ = 0;
};

class Lru final : public EvictionPolicy {
 public:
  void on_insert(EvictionNode& node) noexcept override { queue_.push(node); }
  void on_hit(EvictionNode& node) noexcept override {
    if (queue_.newest() == &node) return;
    queue_.remove(node);
    queue_.push(node);
  }
  void on_remove(EvictionNode& node) noexcept override { queue_.remove(node); }
  EvictionNode* victim() noexcept override {
    EvictionNode* node = queue_.oldest();
    if (node != nullptr) queue_.remove(*node);
    return node;
  }

 private:
  Queue queue_;
};

class Sieve final : public EvictionPolicy {
 public:
  void on_insert(EvictionNode& node) noexcept override {
    node.visits = 0;
    queue_.push(node);
  }
  void on_hit(EvictionNode& node) noexcept override { node.visits = 1; }
  void on_remove(EvictionNode& node) noexcept override {
    if (hand_ == &node) hand_ = node.newer;
    queue_.remove(node);
  }
  EvictionNode* victim() noexcept override {
    if (queue_.oldest() == nullptr) return nullptr;
    EvictionNode* node = hand_ != nullptr ? hand_ : queue_.oldest();
    while (node->visits != 0) {
      node->visits = 0;
      node = node->newer != nullptr ? node->newer : queue_.oldest();
    }
    hand_ = node->newer;
    queue_.remove(*node);
    return node;
  }

 private:
  Queue queue_;
  EvictionNode* hand_ = nullptr;  // where to look next; nullptr: at the oldest
};

class S3Fifo final : public EvictionPolicy {
 public:
  void on_insert(EvictionNode& node) noexcept override {
    node.visits = 0;
    put(node, ghosts_.take(node.hash) ? kMain : kSmall);
  }
  void on_hit(EvictionNode& node) noexcept override {
    if (node.visits < 3) ++node.visits;
  }
  void on_remove(EvictionNode& node) noexcept override { queue_of(node).remove(node); }
  EvictionNode* victim() noexcept override {
    for (;;) {
      // A tenth of the bytes is for those on probation.
      const bool small_is_full = small_.units() * 10 >= small_.units() + main_.units();
      EvictionNode* node = small_is_full && small_.size() > 0 ? small_.oldest() : main_.oldest();
      if (node == nullptr) node = small_.oldest();
      if (node == nullptr) return nullptr;
      queue_of(*node).remove(*node);
      if (goes(*node)) return node;
    }
  }

 private:
  static constexpr std::uint32_t kSmall = 0;
  static constexpr std::uint32_t kMain = 1;

  Queue& queue_of(const EvictionNode& node) noexcept {
    return node.queue == kMain ? main_ : small_;
  }
  void put(EvictionNode& node, std::uint32_t queue) noexcept {
    node.queue = queue & 3;
    queue_of(node).push(node);
  }
  // Either the node goes, or it has been put back.
  bool goes(EvictionNode& node) noexcept {
    if (node.queue == kSmall) {
      if (node.visits > 0) {
        node.visits = 0;
        put(node, kMain);
        return false;
      }
      ghosts_.add(node.hash, main_.size());
      return true;
    }
    if (node.visits == 0) return true;
    --node.visits;
    put(node, kMain);
    return false;
  }

  Queue small_;
  Queue main_;
  GhostList ghosts_;
};

}  // namespace

std::unique_ptr<EvictionPolicy> make_eviction_policy(Eviction kind) {
  switch (kind) {
    case Eviction::s3fifo:
      return std::make_unique<S3Fifo>();
    case Eviction::sieve:
      return std::make_unique<Sieve>();
    case Eviction::lru:
      break;
  }
  return std::make_unique<Lru>();
}

}  // namespace hawkcache::store
