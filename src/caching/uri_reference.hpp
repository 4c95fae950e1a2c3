// URI references in Location and Content-Location, resolved against a request's target (RFC 3986
// section 5). Only what lies on the target's own origin (scheme, host, port) has a result.
#pragma once

#include "caching/invalidation.hpp"
#include "http/target.hpp"

#include <optional>
#include <string_view>

namespace hawkcache::caching {

// The target itself: its authority, path and query as spelled.
InvalidatedUri target_uri(const http::Target& target);

// nullopt: another origin, or not a URI reference. The authority of the result is spelled as the
// target's, because that is how it is keyed; dot segments are removed.
std::optional<InvalidatedUri> resolve_same_origin(std::string_view reference,
                                                  std::string_view scheme,
                                                  const http::Target& target);

}  // namespace hawkcache::caching
