#include "net/server_choice.hpp"

namespace hawkcache::net {

ServerChoice::ServerChoice(std::size_t servers, Duration fail_timeout)
    : passed_over_until_(servers, SteadyTime::min()), fail_timeout_(fail_timeout) {}

std::optional<std::size_t> ServerChoice::next(Tried& tried, SteadyTime now) noexcept {
  tried.resize(passed_over_until_.size(), false);
  std::optional<std::size_t> server = find(tried, Among::sound, now);
  if (!server) server = find(tried, Among::all, now);
  if (!server) return std::nullopt;
  tried[*server] = true;
  turn_ = (*server + 1) % passed_over_until_.size();
  return server;
}

std::optional<std::size_t> ServerChoice::find(const Tried& tried,
                                              Among among,
                                              SteadyTime now) const noexcept {
  const std::size_t count = passed_over_until_.size();
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t server = (turn_ + i) % count;
    if (tried[server]) continue;
    if (among == Among::sound && passed_over_until_[server] > now) continue;
    return server;
  }
  return std::nullopt;
}

void ServerChoice::failed(std::size_t server, SteadyTime now) noexcept {
  passed_over_until_[server] = now + fail_timeout_;
}

void ServerChoice::worked(std::size_t server) noexcept {
  passed_over_until_[server] = SteadyTime::min();
}

}  // namespace hawkcache::net
