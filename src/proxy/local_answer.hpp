// Requests that hawkcache answers itself, whatever the rules say: those that have come as far as
// they may (Max-Forwards), and those that it has sent itself (a loop). Pure.
#pragma once

#include "base/clock.hpp"
#include "http/body_framing.hpp"
#include "http/head.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace hawkcache::proxy {

// The member of Via that we add (RFC 9110 section 7.6.3): the version is that of the message as it
// was received.
std::string_view via_member(http::Version received) noexcept;

// The member of CDN-Loop that a daemon adds to what it sends upstream (RFC 8586); `random` tells
// daemons apart.
std::string loop_member(std::uint64_t random);

// A request that has been through hawkcache this often is taken for one that goes round: the way
// may lead over several nodes, or over a hop that drops CDN-Loop.
inline constexpr std::size_t kMaxVisits = 16;

enum class LocalAnswer : std::uint8_t {
  none,             // not ours to answer
  allowed_methods,  // 200 to OPTIONS with Max-Forwards: 0
  no_trace,         // 405 to TRACE with Max-Forwards: 0
  loop,             // 508
};
LocalAnswer local_answer_for(const http::RequestHead& request, std::string_view own_loop_member);

int status_of(LocalAnswer answer) noexcept;
// Head and body. REQUIRES: answer is not none.
std::string render_local_answer(LocalAnswer answer,
                                const http::RequestHead& request,
                                http::Persistence persistence,
                                WallTime now);

}  // namespace hawkcache::proxy
