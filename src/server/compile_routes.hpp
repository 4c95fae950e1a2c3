// Configuration -> routes: the only place that sees both. Pure; at start and at every reload.
#pragma once

#include "config/config.hpp"
#include "proxy/route.hpp"

#include <vector>

namespace hawkcache::server {

// One route per rule, in the order of the file. REQUIRES: a Config that load() accepted; then it
// cannot fail.
std::vector<proxy::Route> compile_routes(const config::Config& config);

}  // namespace hawkcache::server
