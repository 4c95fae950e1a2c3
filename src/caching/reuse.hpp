// May this stored response answer this request, now (RFC 9111 section 4)? Pure. The key and the
// selecting fields match already.
#pragma once

#include "caching/cache_control.hpp"
#include "caching/policy.hpp"
#include "caching/reason.hpp"
#include "caching/stored_meta.hpp"

#include <cstdint>

namespace hawkcache::caching {

enum class ReuseAction : std::uint8_t {
  serve_fresh,
  serve_stale,              // the client's max-stale allows it
  serve_stale_and_refresh,  // within stale-while-revalidate: serve, and refresh in the background
  validate,                 // ask the origin, conditionally where there is a validator
  gateway_timeout,          // only-if-cached
};

struct Reuse {
  ReuseAction action = ReuseAction::serve_fresh;
  Reason reason = Reason::none;  // why not fresh
};

// `request` is nullptr where the policy ignores the client's Cache-Control. The origin of the
// freshness may have been cut short by a soft purge: the caller passes such a Freshness (see
// store/).
Reuse decide_reuse(const Freshness& freshness,
                   const RequestDirectives* request,
                   WallTime now) noexcept;

// Whether a stored response may stand in for a failed fetch (RFC 5861 section 4): the origin's or
// the rule's window, never where forbidden.
bool may_serve_on_error(const Freshness& freshness, WallTime now) noexcept;
// Whether nothing forbids to serve it when it is stale, if the operator wants that.
bool may_be_served_stale(const Freshness& freshness) noexcept;
// The statuses that count as an error for that: 500, 502, 503, 504.
bool is_error_for_stale(int status) noexcept;

// A soft purge at `purged_at`: what is left of the freshness; stale windows run from then.
Freshness expire_at(Freshness freshness, WallTime purged_at) noexcept;

}  // namespace hawkcache::caching
