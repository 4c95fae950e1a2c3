// May this response be stored, and for how long (RFC 9111 section 3)? Pure; decided on the
// response's head, before its body.
#pragma once

#include "caching/freshness.hpp"
#include "caching/policy.hpp"
#include "caching/reason.hpp"
#include "caching/stored_meta.hpp"
#include "http/head.hpp"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace hawkcache::caching {

struct Storable {
  Freshness freshness{};
  AuthorizedReuse authorized_reuse = AuthorizedReuse::forbidden;
  // Lower-case names of fields that must not be stored: named by qualified no-cache or private,
  // Set-Cookie where it is to be stripped.
  std::vector<std::string> strip{};
};
struct NotStorable {
  Reason reason = Reason::none;
};
using Storability = std::variant<Storable, NotStorable>;

// What was asked of the origin. A 206 is an answer only to a request for a part; then it is judged
// as a 200 would be, but for the rule's ttl, which is never given to it.
enum class Asked : std::uint8_t { whole, part };

// `request` is the request as the client sent it (Authorization, Cache-Control: no-store where the
// policy honours it); its method is what was sent upstream.
Storability decide_storability(http::Method method,
                               http::FieldsView request,
                               const http::ResponseHead& response,
                               const CachePolicy& policy,
                               ResponseTimes times,
                               Asked asked = Asked::whole);

}  // namespace hawkcache::caching
