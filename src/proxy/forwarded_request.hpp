// The request as it goes upstream: rebuilt, never passed on as it came. Host, framing and Via are
// ours; hop-by-hop fields stay behind. Pure.
#pragma once

#include "caching/policy.hpp"
#include "caching/validation.hpp"
#include "http/body_framing.hpp"
#include "http/head.hpp"
#include "http/target.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace hawkcache::proxy {

// Conditions and ranges: passed on as the client sent them, or left out because the cache wants the
// whole, unconditional answer; ranges: only Range and If-Range are passed on, because the cache
// wants the part.
enum class ClientConditions : std::uint8_t { forward, omit, ranges };

// The client's own Cache-Control and Pragma.
enum class ClientDirectives : std::uint8_t { forward, omit };

// Whether the origin is asked to say 100 before the body is sent to it.
enum class Expectation : std::uint8_t { none, continue_first };

struct ForwardedRequest {
  const http::RequestHead* head = nullptr;
  std::string_view method;     // GET where the cache asks on behalf of a HEAD
  std::string_view target;     // origin form, or "*"
  std::string_view authority;  // the client's Host, or that of the absolute form
  std::string_view scheme = "http";
  std::string_view peer;
  std::string_view request_id;   // used where the client sent none
  std::string_view loop_member;  // our member of CDN-Loop
  http::BodyFraming framing;     // of the body that follows
  Expectation expectation = Expectation::none;
  ClientConditions conditions = ClientConditions::forward;
  ClientDirectives directives = ClientDirectives::forward;
  std::optional<std::string> cookie;       // replaces Cookie; empty: none is sent
  std::span<const std::string> normalize;  // fields that go out in their canonical spelling
  std::span<const caching::OwnedField> validators;  // conditions of ours
};

std::string render_forwarded_request(const ForwardedRequest& request);

}  // namespace hawkcache::proxy
