// Why a request is refused before anybody has understood it: the status, and which rule of HTTP or
// which limit it breaks, for people. Limits are named as the configuration spells them.
#pragma once

#include "base/clock.hpp"
#include "http/body_framing.hpp"
#include "http/method.hpp"
#include "http/parser.hpp"
#include "http/target.hpp"

#include <string>
#include <string_view>

namespace hawkcache::http {

struct Refusal {
  int status = 400;
  std::string_view detail;
};

// Valid for ever. REQUIRES: the error is not none.
const Refusal& refusal_of(HeadError error) noexcept;
const Refusal& refusal_of(FramingError error) noexcept;
const Refusal& refusal_of(TargetError error) noexcept;

inline constexpr Refusal kHeadTooSlow{
    408, "The request's head was not complete within limits.header_timeout."};
inline constexpr Refusal kBodyTooLarge{413,
                                       "The request's body is larger than limits.request_body."};
inline constexpr Refusal kUnknownExpectation{417,
                                             "The only expectation known here is 100-continue."};
inline constexpr Refusal kNoTunnel{501, "CONNECT is not implemented: there are no tunnels here."};

// The whole answer, after which the connection ends.
std::string render_refusal(const Refusal& refusal, Method request_method, WallTime now);

}  // namespace hawkcache::http
