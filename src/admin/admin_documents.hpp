// The documents that the admin listener shows: metrics, figures, routes and states, rendered from a
// snapshot. Values in, text out.
#pragma once

#include "admin/admin_context.hpp"
#include "admin/admin_reply.hpp"

#include <string>

namespace hawkcache::admin {

// GET /metrics. Bounded: labels come from the configuration and from fixed tables only.
std::string render_metrics(const AdminContext& context);
// GET /v1/stats.
std::string render_stats(const AdminContext& context);
// GET /v1/routes: the rules in force, in the configuration's order.
std::string render_routes(const proxy::Router& router, const observe::Counters& counters);

AdminReply healthz_reply();
AdminReply readyz_reply(const Readiness& readiness);
AdminReply reload_reply(const ReloadReport& report);
AdminReply purge_reply(const store::Purged& purged);

}  // namespace hawkcache::admin
