// Which upstream server is next: round robin over those that have not failed lately, then over the
// others. No I/O.
#pragma once

#include "base/clock.hpp"

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include <boost/container/small_vector.hpp>

namespace hawkcache::net {

// Which servers failed lately, as all workers know it: what one has found out the others need not.
// Thread-safe; nothing else is ordered by it. `now` is of one clock for all.
class ServerFailures {
 public:
  ServerFailures(std::size_t servers, Duration fail_timeout)
      : passed_over_until_(servers), fail_timeout_(fail_timeout) {}

  std::size_t servers() const noexcept { return passed_over_until_.size(); }
  // Whether it failed less than fail_timeout ago, and has not worked since.
  bool is_passed_over(std::size_t server, SteadyTime now) const noexcept {
    return passed_over_until_[server].load(std::memory_order_relaxed) > now.time_since_epoch();
  }
  void failed(std::size_t server, SteadyTime now) noexcept {
    passed_over_until_[server].store((now + fail_timeout_).time_since_epoch(),
                                     std::memory_order_relaxed);
  }
  // Writes only where there is something to forget: every answer comes by here.
  void worked(std::size_t server) noexcept {
    if (passed_over_until_[server].load(std::memory_order_relaxed) == kNever) return;
    passed_over_until_[server].store(kNever, std::memory_order_relaxed);
  }

 private:
  static constexpr SteadyTime::duration kNever{0};

  std::vector<std::atomic<SteadyTime::duration>> passed_over_until_;
  Duration fail_timeout_;
};

// One worker's. REQUIRES: `failures` is not null.
class ServerChoice {
 public:
  explicit ServerChoice(std::shared_ptr<ServerFailures> failures) noexcept
      : failures_(std::move(failures)) {}

  // The servers that one request has tried.
  using Tried = boost::container::small_vector<bool, 8>;
  // The next server that is not among those; marks it there. nullopt when all have been tried. A
  // server that failed lately only comes when no other is left.
  std::optional<std::size_t> next(Tried& tried, SteadyTime now) noexcept;

  void failed(std::size_t server, SteadyTime now) noexcept { failures_->failed(server, now); }
  void worked(std::size_t server) noexcept { failures_->worked(server); }

 private:
  enum class Among : std::uint8_t { sound, all };
  std::optional<std::size_t> find(const Tried& tried, Among among, SteadyTime now) const noexcept;

  std::shared_ptr<ServerFailures> failures_;
  std::size_t turn_ = 0;
};

}  // namespace hawkcache::net
