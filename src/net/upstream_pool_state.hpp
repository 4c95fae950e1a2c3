// What the exchanges of a pool share. Belongs to one worker's thread.
#pragma once

#include "net/kept_connections.hpp"
#include "net/resolver.hpp"
#include "net/server_choice.hpp"
#include "net/upstream_pool.hpp"
#include "net/upstream_response.hpp"
#include "net/worker.hpp"

#include <memory>
#include <vector>

namespace hawkcache::net {

// Kept alive by the exchanges under way after the pool itself is gone.
struct UpstreamPoolState {
  UpstreamPoolState(Worker& on, UpstreamSettings with, std::shared_ptr<ServerFailures> failures);

  std::unique_ptr<UpstreamResponse> take_response();
  void give_back(std::unique_ptr<UpstreamResponse> response);

  Worker& worker;
  UpstreamSettings settings;
  ServerChoice choice;
  KeptConnections kept;
  Resolver resolver;
  std::vector<std::unique_ptr<UpstreamResponse>> spare_responses;
};

}  // namespace hawkcache::net
