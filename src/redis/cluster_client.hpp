// A client of a Redis Cluster; see Client and MasterSource.
#pragma once

#include "redis/client.hpp"
#include "redis/master_source.hpp"
#include "redis/session.hpp"
#include "redis/settings.hpp"

#include <memory>

namespace hawkcache::redis {

std::unique_ptr<Client> make_cluster_client(net::Worker& worker,
                                            const Settings& settings,
                                            ClientFigures& figures);

// The masters of a cluster, for a watch.
std::unique_ptr<MasterSource> make_cluster_masters(std::shared_ptr<Environment> environment);

}  // namespace hawkcache::redis
