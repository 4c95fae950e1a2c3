// The dashboard: one page that shows /v1/stats as it changes, and what else the listener has. It
// loads nothing from elsewhere and changes nothing. Pure; any thread.
#pragma once

#include "admin/admin_reply.hpp"

#include <string_view>

namespace hawkcache::admin {

// dashboard.html, as it was when this was compiled.
std::string_view dashboard_page() noexcept;

// GET /: the page, with a Content-Security-Policy that lets its own script and style run and
// nothing else.
AdminReply dashboard_reply();

}  // namespace hawkcache::admin
