#include "store/ghost_list.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace hawkcache::store {

namespace {

constexpr std::size_t kSmallest = 64;

}  // namespace

void GhostList::add(std::uint32_t hash, Parting parting, std::size_t reach) {
  reach_ = std::max(reach, kSmallest / 2);
  if (ghosts_.size() < reach_ || ghosts_.size() / 8 > reach_) resize(reach_);
  if (now_ == kLastTime) {  // after two billion: starts over
    ghosts_.assign(ghosts_.size(), Ghost{});
    now_ = 0;
  }
  ++now_;
  place({hash, now_ & kLastTime, parting == Parting::wanted ? 1u : 0u});
}

std::optional<Remembered> GhostList::take(std::uint32_t hash) noexcept {
  if (ghosts_.empty()) return std::nullopt;
  Ghost* set = set_of(hash);
  Ghost* found = std::find_if(set, set + kWays, [&](const Ghost& ghost) {
    return ghost.left_at != 0 && ghost.hash == hash;
  });
  if (found == set + kWays) return std::nullopt;
  const Ghost ghost = std::exchange(*found, Ghost{});
  const std::uint32_t left_since = now_ - ghost.left_at;
  if (left_since >= reach_) return std::nullopt;
  return Remembered{ghost.wanted != 0 ? Parting::wanted : Parting::evicted, left_since};
}

GhostList::Ghost* GhostList::set_of(std::uint32_t hash) noexcept {
  const std::size_t sets = ghosts_.size() / kWays;
  const std::uint32_t mixed = (hash * 0x9E3779B1u) ^ (hash >> 15);
  return &ghosts_[(mixed & (sets - 1)) * kWays];
}

// Takes the place of the same hash, an empty one, or the one that left first.
void GhostList::place(Ghost ghost) noexcept {
  Ghost* set = set_of(ghost.hash);
  Ghost* oldest = set;
  for (Ghost* candidate = set; candidate != set + kWays; ++candidate) {
    if (candidate->left_at != 0 && candidate->hash == ghost.hash) {
      oldest = candidate;
      break;
    }
    if (candidate->left_at < oldest->left_at) oldest = candidate;
  }
  *oldest = ghost;
}

void GhostList::resize(std::size_t reach) {
  std::vector<Ghost> old =
      std::exchange(ghosts_, std::vector<Ghost>(std::bit_ceil(std::max(reach, kSmallest))));
  for (const Ghost& ghost : old) {
    if (ghost.left_at != 0) place(ghost);
  }
}

}  // namespace hawkcache::store
