// When entries are due to go: a timing wheel of three levels with slots of one second, about a
// minute (64 s) and about an hour (4096 s). Entries are linked through the ExpiryNode inside them.
// An entry is touched when it goes in, at most twice on its way down (more when it is due in more
// than three days), and when it is due; nothing else is looked at.
//
// A pure data structure: the shard's lock guards it, and time is what the caller says it is.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace hawkcache::store {

struct ExpiryNode {
  ExpiryNode* next = nullptr;
  ExpiryNode** held_by = nullptr;  // what points to this node; nullptr: not in a wheel
  std::uint32_t due = 0;           // seconds since 1970
};

class ExpiryWheel {
 public:
  // `now`: about the current second; only the first call's matters, as the place from which the
  // wheel turns.
  void insert(ExpiryNode& node, std::uint32_t now) noexcept;
  static void remove(ExpiryNode& node) noexcept;
  // Turns to `now` and returns a node that is due by then, no longer in the wheel; nullptr when
  // there is none, or when `budget`, which shrinks by every node touched, is used up.
  ExpiryNode* take_due(std::uint32_t now, std::size_t& budget) noexcept;

 private:
  static constexpr std::size_t kSlots = 64;
  static constexpr std::size_t kLevels = 3;
  static constexpr std::uint32_t kHorizon = 64 * 64 * 64;

  struct Level {
    std::array<ExpiryNode*, kSlots> slots{};
    std::uint64_t used =
        0;  // a bit per slot; one that was emptied meanwhile may still have its bit
  };

  static void link(ExpiryNode& node, ExpiryNode*& head) noexcept;
  void place(ExpiryNode& node) noexcept;
  ExpiryNode* opened() const noexcept;
  void open_slot(std::size_t level) noexcept;
  void step(std::uint32_t now) noexcept;
  void leap(std::uint32_t now) noexcept;

  std::array<Level, kLevels> levels_;
  // Slots whose time has come: what is in them is due, or to be placed further down.
  std::array<ExpiryNode*, kLevels> opened_{};
  std::uint32_t turned_to_ = 0;  // every slot up to this second has been opened
};

}  // namespace hawkcache::store
