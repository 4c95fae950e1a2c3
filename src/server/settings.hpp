// From the configuration to what each layer takes: the layers below do not see config::Config.
// Pure, but for make_access_log().
#pragma once

#include "admin/admin_context.hpp"
#include "config/config.hpp"
#include "net/client_connection.hpp"
#include "net/listener.hpp"
#include "net/upstream_pool.hpp"
#include "observe/access_log.hpp"
#include "observe/counters.hpp"
#include "proxy/worker_state.hpp"
#include "redis/settings.hpp"
#include "shared_store/redis_core.hpp"
#include "store/memory_store.hpp"

#include <cstddef>
#include <memory>
#include <vector>

namespace hawkcache::server {

std::vector<net::ListenAddress> listen_addresses(const config::Config& config);
net::ConnectionSettings client_settings(const config::Config& config);
net::ConnectionSettings admin_connection_settings(const config::Config& config);
net::UpstreamSettings upstream_settings(const config::Config& config);
store::MemoryStoreSettings memory_settings(const config::Config& config);
// REQUIRES: store.redis.url is there, as it is with the backends redis and tiered.
redis::Settings redis_settings(const config::Config& config);
shared_store::RedisStoreSettings redis_store_settings(const config::Config& config);
std::shared_ptr<const admin::AdminSettings> admin_settings(const config::Config& config);
// Compiles the routes; counters are looked up (or made) by route name.
std::shared_ptr<const proxy::Snapshot> make_snapshot(const config::Config& config,
                                                     observe::Counters& counters);

// Of client connections, where the configuration says 0: what the descriptor limit leaves room for,
// upstream connections counted.
std::size_t connection_limit(const config::Config& config, std::size_t descriptor_limit);
// Of the admin listener: some hundred clients that never end their requests must not keep a health
// check out.
std::size_t admin_connection_limit(std::size_t descriptor_limit);

// Null: off, or `error` says why it cannot be opened.
std::shared_ptr<observe::AccessLog> make_access_log(const config::Config& config,
                                                    std::string& error);

}  // namespace hawkcache::server
