#include "net/server_choice.hpp"

namespace hawkcache::net {

std::optional<std::size_t> ServerChoice::next(Tried& tried, SteadyTime now) noexcept {
  tried.resize(failures_->servers(), false);
  std::optional<std::size_t> server = find(tried, Among::sound, now);
  if (!server) server = find(tried, Among::all, now);
  if (!server) return std::nullopt;
  tried[*server] = true;
  turn_ = (*server + 1) % failures_->servers();
  return server;
}

std::optional<std::size_t> ServerChoice::find(const Tried& tried,
                                              Among among,
                                              SteadyTime now) const noexcept {
  const std::size_t count = failures_->servers();
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t server = (turn_ + i) % count;
    if (tried[server]) continue;
    if (among == Among::sound && failures_->is_passed_over(server, now)) continue;
    return server;
  }
  return std::nullopt;
}

}  // namespace hawkcache::net
