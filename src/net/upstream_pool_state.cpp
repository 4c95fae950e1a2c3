#include "net/upstream_pool_state.hpp"

#include <utility>

namespace hawkcache::net {
namespace {

// Beyond those under way. Each has a buffer for a head and the field lines of the last one: some
// 20 KiB, so 5 MiB for each thread and upstream at the most, after a crowd.
constexpr std::size_t kSpareResponses = 256;

}  // namespace

UpstreamPoolState::UpstreamPoolState(Worker& on,
                                     UpstreamSettings with,
                                     std::shared_ptr<ServerFailures> failures)
    : worker(on),
      settings(std::move(with)),
      choice(std::move(failures)),
      kept(on,
           settings.servers.size(),
           {.max_per_server = settings.max_idle, .keepalive_timeout = settings.keepalive_timeout}),
      resolver(on.executor(), on.clock()) {}

std::unique_ptr<UpstreamResponse> UpstreamPoolState::take_response() {
  if (spare_responses.empty()) {
    return std::make_unique<UpstreamResponse>(settings.limits, settings.max_interim);
  }
  std::unique_ptr<UpstreamResponse> response = std::move(spare_responses.back());
  spare_responses.pop_back();
  return response;
}

void UpstreamPoolState::give_back(std::unique_ptr<UpstreamResponse> response) {
  if (spare_responses.size() >= kSpareResponses) return;
  response->shrink();
  spare_responses.push_back(std::move(response));
}

}  // namespace hawkcache::net
