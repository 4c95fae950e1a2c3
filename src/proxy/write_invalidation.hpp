// What a response to an unsafe request invalidates: by the rule (`invalidates:`), by the origin's
// fields (Cache-Invalidate-Tags, Cache-Group-Invalidation), and by RFC 9111 section 4.4. Pure.
#pragma once

#include "http/head.hpp"
#include "proxy/request_plan.hpp"
#include "store/purge.hpp"

namespace hawkcache::proxy {

store::PurgeRequest purge_for_response(const http::RequestHead& request,
                                       const http::ResponseHead& response,
                                       const RequestPlan& plan,
                                       const RequestPlanner& planner,
                                       const Router& router);

}  // namespace hawkcache::proxy
