// Which of this node's fetches began lately, by the steady time. Sequences order fetches, but are
// no times: they may be ahead of the clock by seconds (docs/purging.md, "The order of fetches").
//
// Thread-safe.
#pragma once

#include "base/clock.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>

namespace hawkcache::shared_store {

class RecentFetches {
 public:
  // How old a fetch may be whose answer is given out on a node that does not hear what other nodes
  // purge: with the way to the client, less than the second that is promised.
  static constexpr Duration kLag{900};

  // A fetch was given this sequence then, or later.
  void note(std::uint64_t sequence, SteadyTime begun) noexcept;
  // Whatever has this sequence or a higher one began no longer than kLag before `now`, or is
  // distrusted (PurgeFence::keep_order). UINT64_MAX: nothing did. Of what began so long ago or
  // little later it may leave out some.
  std::uint64_t oldest(SteadyTime now) const noexcept;

 private:
  static constexpr Duration kStep{50};
  struct Mark {
    SteadyTime begun = SteadyTime::min();
    std::uint64_t sequence = 0;
  };

  mutable std::mutex mutex_;
  std::array<Mark, kLag / kStep + 2> marks_{};  // at least kStep apart
  std::size_t newest_ = 0;
};

}  // namespace hawkcache::shared_store
