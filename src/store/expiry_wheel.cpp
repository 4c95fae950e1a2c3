#include "store/expiry_wheel.hpp"

#include <algorithm>
#include <utility>

namespace hawkcache::store {

namespace {

constexpr std::uint32_t slot_in(std::size_t level, std::uint32_t second) noexcept {
  return (second >> (6 * level)) & 63u;
}

}  // namespace

void ExpiryWheel::insert(ExpiryNode& node, std::uint32_t now) noexcept {
  if (turned_to_ == 0) turned_to_ = now;
  place(node);
}

void ExpiryWheel::remove(ExpiryNode& node) noexcept {
  if (node.held_by == nullptr) return;
  *node.held_by = node.next;
  if (node.next != nullptr) node.next->held_by = node.held_by;
  node.next = nullptr;
  node.held_by = nullptr;
}

void ExpiryWheel::link(ExpiryNode& node, ExpiryNode*& head) noexcept {
  node.next = head;
  node.held_by = &head;
  if (head != nullptr) head->held_by = &node.next;
  head = &node;
}

// Into the coarsest level whose slots still tell its time from that of the slot being opened: a
// slot of a level is opened at its first second, so what lies in it is due then or later.
void ExpiryWheel::place(ExpiryNode& node) noexcept {
  const std::uint32_t soonest = turned_to_ + 1;
  const std::uint32_t due =
      std::min(std::max(node.due, soonest), soonest + (kHorizon - 64 * 64 - 1));
  std::size_t level = 0;
  while (level + 1 < kLevels && (due >> (6 * (level + 1))) != (turned_to_ >> (6 * (level + 1)))) {
    ++level;
  }
  const std::uint32_t slot = slot_in(level, due);
  link(node, levels_[level].slots[slot]);
  levels_[level].used |= std::uint64_t{1} << slot;
}

ExpiryNode* ExpiryWheel::take_due(std::uint32_t now, std::size_t& budget) noexcept {
  if (turned_to_ == 0) return nullptr;  // never held anything
  while (budget > 0) {
    ExpiryNode* node = opened();
    if (node == nullptr) {
      if (turned_to_ >= now) return nullptr;
      step(now);
      continue;
    }
    remove(*node);
    --budget;
    if (node->due <= turned_to_) return node;
    place(*node);
  }
  return nullptr;
}

ExpiryNode* ExpiryWheel::opened() const noexcept {
  for (ExpiryNode* node : opened_) {
    if (node != nullptr) return node;
  }
  return nullptr;
}

// Opens the slot of the next second that may have one; coarse slots are opened at their first
// second.
void ExpiryWheel::step(std::uint32_t now) noexcept {
  leap(now);
  if (turned_to_ >= now) return;
  ++turned_to_;
  open_slot(0);
  if ((turned_to_ & 63u) == 0) open_slot(1);
  if ((turned_to_ & 4095u) == 0) open_slot(2);
}

// Skips seconds in which no slot is to be opened.
void ExpiryWheel::leap(std::uint32_t now) noexcept {
  const auto later = [this](std::size_t level) {
    return (levels_[level].used >> slot_in(level, turned_to_)) >> 1;
  };
  std::uint32_t last_idle = turned_to_;
  if (later(0) == 0) {
    last_idle |= 63u;
    if (later(1) == 0) last_idle |= 4095u;
  }
  if (levels_[0].used == 0 && levels_[1].used == 0 && levels_[2].used == 0) last_idle = now;
  turned_to_ = std::min(last_idle, now);
}

void ExpiryWheel::open_slot(std::size_t level) noexcept {
  const std::uint32_t slot = slot_in(level, turned_to_);
  levels_[level].used &= ~(std::uint64_t{1} << slot);
  // The whole list at once: a slot may hold very many.
  opened_[level] = std::exchange(levels_[level].slots[slot], nullptr);
  if (opened_[level] != nullptr) opened_[level]->held_by = &opened_[level];
}

}  // namespace hawkcache::store
