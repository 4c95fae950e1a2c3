#include "store/eviction.hpp"

#include "store/ghost_list.hpp"

#include <algorithm>
#include <optional>

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
    const std::optional<Remembered> known = ghosts_.take(node.hash);
    if (known && known->parting == Parting::evicted && known->left_since < extension()) {
      shift_share(1);
    }
    if (main_ghosts_.take(node.hash)) shift_share(-1);
    // Out of the main queue is out: it begins anew. Else a loop would pass through the main queue.
    put(node, known ? kMain : kSmall);
  }
  void on_hit(EvictionNode& node) noexcept override {
    if (node.visits < 3) ++node.visits;
  }
  void on_remove(EvictionNode& node) noexcept override {
    queue_of(node).remove(node);
    if (node.queue == kMain || node.visits > 0) {
      ghosts_.add(node.hash, Parting::wanted, entries());
    }
  }
  EvictionNode* victim() noexcept override {
    for (;;) {
      EvictionNode* node = small_is_full() ? small_.oldest() : main_.oldest();
      if (node == nullptr) node = small_.size() > 0 ? small_.oldest() : main_.oldest();
      if (node == nullptr) return nullptr;
      queue_of(*node).remove(*node);
      if (goes(*node)) return node;
    }
  }

 private:
  static constexpr std::uint32_t kSmall = 0;
  static constexpr std::uint32_t kMain = 1;
  static constexpr double kLeastShare = 0.05;
  static constexpr double kMostShare = 0.9;

  std::size_t entries() const noexcept { return small_.size() + main_.size(); }
  // So many more entries that each queue might have had: hits among them are what moves the share.
  std::size_t extension() const noexcept { return entries() / 10 + 1; }
  bool small_is_full() const noexcept {
    const auto small = static_cast<double>(small_.units());
    return small >= small_share_ * (small + static_cast<double>(main_.units()));
  }
  void shift_share(int entries_more) noexcept {
    const double step = entries_more / (static_cast<double>(entries()) + 1);
    small_share_ = std::clamp(small_share_ + step, kLeastShare, kMostShare);
  }
  Queue& queue_of(const EvictionNode& node) noexcept {
    return node.queue == kMain ? main_ : small_;
  }
  void put(EvictionNode& node, std::uint32_t queue) noexcept {
    node.queue = queue & 3;
    queue_of(node).push(node);
  }
  // Either the node goes, or it has been put back.
  bool goes(EvictionNode& node) noexcept {
    if (node.visits == 0) {
      if (node.queue == kSmall) {
        ghosts_.add(node.hash, Parting::evicted, entries());
      } else {
        main_ghosts_.add(node.hash, Parting::evicted, extension());
      }
      return true;
    }
    node.visits = node.queue == kSmall ? 0 : (node.visits - 1) & 3;
    put(node, kMain);
    return false;
  }

  Queue small_;
  Queue main_;
  GhostList ghosts_;          // who was evicted from the small queue, or left though wanted
  GhostList main_ghosts_;     // who was evicted from the main queue
  double small_share_ = 0.1;  // of the bytes
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
