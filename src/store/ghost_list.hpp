// The memory of S3-FIFO: hashes of those that left the small queue not long ago. A set-associative
// table of hash and time of leaving: no links, no deletions, eight bytes per place. "Not long ago"
// means: among the last `reach` to leave.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace hawkcache::store {

class GhostList {
 public:
  // `reach`: how many of the last to leave are remembered, this one included (about: a full set
  // forgets its oldest).
  void add(std::uint32_t hash, std::size_t reach);
  // Whether it is remembered; and forgets it.
  bool take(std::uint32_t hash) noexcept;
  std::size_t bytes() const noexcept { return ghosts_.capacity() * sizeof(Ghost); }

 private:
  static constexpr std::size_t kWays = 4;
  struct Ghost {
    std::uint32_t hash = 0;
    std::uint32_t left_at = 0;  // 0: none
  };
  Ghost* set_of(std::uint32_t hash) noexcept;
  std::uint32_t age(const Ghost& ghost) const noexcept { return now_ - ghost.left_at; }
  void place(Ghost ghost) noexcept;
  void grow(std::size_t reach);

  std::vector<Ghost> ghosts_;  // a power of two
  std::uint32_t now_ = 0;      // counts those that left
  std::size_t reach_ = 0;
};

}  // namespace hawkcache::store
