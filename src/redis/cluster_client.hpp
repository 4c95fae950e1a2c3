// A client of a Redis Cluster; see Client and MasterSource.
#pragma once

#include "redis/client.hpp"
#include "redis/settings.hpp"

#include <memory>

namespace hawkcache::redis {

std::unique_ptr<Client> make_cluster_client(net::Worker& worker,
                                            const Settings& settings,
                                            ClientFigures& figures);

}  // namespace hawkcache::redis
