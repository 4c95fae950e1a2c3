// The memory of an eviction policy: hashes of those that left not long ago. A set-associative table
// of hash and time of leaving: no links, no deletions, eight bytes per place. "Not long ago" means:
// among the last `reach` to leave.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace hawkcache::store {

// Why somebody left: evicted, or for another reason, having been asked for.
enum class Parting : std::uint8_t { evicted, wanted };

struct Remembered {
  Parting parting = Parting::evicted;
  std::uint32_t left_since = 0;  // how many left after it
};

class GhostList {
 public:
  // `reach`: how many of the last to leave are remembered, this one included (about: a full set
  // forgets its oldest).
  void add(std::uint32_t hash, Parting parting, std::size_t reach);
  // What is remembered of it, which is forgotten by that.
  std::optional<Remembered> take(std::uint32_t hash) noexcept;
  std::size_t bytes() const noexcept { return ghosts_.capacity() * sizeof(Ghost); }

 private:
  static constexpr std::size_t kWays = 4;
  static constexpr std::uint32_t kLastTime = (1u << 31) - 1;
  struct Ghost {
    std::uint32_t hash = 0;
    std::uint32_t left_at : 31 = 0;  // 0: none
    std::uint32_t wanted : 1 = 0;
  };
  Ghost* set_of(std::uint32_t hash) noexcept;
  void place(Ghost ghost) noexcept;
  // Places all anew, at once: some 10 ns each, so a millisecond for a hundred thousand; as often as
  // `reach` has doubled, or become an eighth, since the last time.
  void resize(std::size_t reach);

  std::vector<Ghost> ghosts_;  // a power of two
  std::uint32_t now_ = 0;      // counts those that left
  std::size_t reach_ = 0;
};

}  // namespace hawkcache::store
