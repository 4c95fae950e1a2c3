// Who may use the admin listener. With a token: who sends exactly it. Without one (the daemon then
// listens on loopback only): who is no web page, since a page that a browser shows on this machine
// must not be able to purge. Pure; any thread.
#pragma once

#include "admin/admin_reply.hpp"
#include "http/head.hpp"
#include "http/target.hpp"

#include <cstdint>
#include <string_view>

namespace hawkcache::admin {

enum class Access : std::uint8_t {
  granted,
  no_token,        // a token is needed and there is no Authorization field
  wrong_token,     // the one Authorization field is not `Bearer TOKEN`, or there are several
  foreign_origin,  // an Origin field: a web page asks
  foreign_host,    // the Host is no name of this machine: a web page asks, by DNS rebinding
};

// `token`: empty for none. It is compared in constant time.
Access check_access(const http::RequestHead& head,
                    const http::Target& target,
                    std::string_view token);

// localhost, 127.0.0.0/8 or [::1], with any port or none.
bool is_loopback_authority(std::string_view authority);

// The answer to a request that is not granted: 401 or 403. Says nothing of the token.
AdminReply refusal(Access access);

}  // namespace hawkcache::admin
