// Which upstream server is next: round robin over those that have not failed lately, then over the
// others. No I/O.
#pragma once

#include "base/clock.hpp"

#include <cstddef>
#include <optional>
#include <vector>

#include <boost/container/small_vector.hpp>

namespace hawkcache::net {

class ServerChoice {
 public:
  ServerChoice(std::size_t servers, Duration fail_timeout);

  // The servers that one request has tried.
  using Tried = boost::container::small_vector<bool, 8>;
  // The next server that is not among those; marks it there. nullopt when all have been tried. A
  // server that failed less than fail_timeout ago only comes when no other is left.
  std::optional<std::size_t> next(Tried& tried, SteadyTime now) noexcept;

  void failed(std::size_t server, SteadyTime now) noexcept;
  void worked(std::size_t server) noexcept;

 private:
  enum class Among : std::uint8_t { sound, all };
  std::optional<std::size_t> find(const Tried& tried, Among among, SteadyTime now) const noexcept;

  std::vector<SteadyTime> passed_over_until_;
  Duration fail_timeout_;
  std::size_t turn_ = 0;
};

}  // namespace hawkcache::net
