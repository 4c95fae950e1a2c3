// Invalidation by unsafe methods (RFC 9111 section 4.4).
#pragma once

#include "http/head.hpp"
#include "http/target.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace hawkcache::caching {

// The URIs ("authority" + "path?query", same origin as the target only) that a non-error (2xx, 3xx)
// response to an unsafe or unknown method invalidates: the target's, and those in Location and
// Content-Location where they are of the same scheme, host and port. Empty for safe methods and for
// errors.
struct InvalidatedUri {
  std::string authority;
  std::string path_and_query;
  bool operator==(const InvalidatedUri&) const = default;
};
std::vector<InvalidatedUri> uris_to_invalidate(http::Method method,
                                               std::string_view scheme,
                                               const http::Target& target,
                                               const http::ResponseHead& response);

// Whether Content-Location names the target URI itself: what makes the answer to a POST reusable
// for GET (RFC 9110 section 9.3.3).
bool content_location_is_target(std::string_view scheme,
                                const http::Target& target,
                                const http::ResponseHead& response);

}  // namespace hawkcache::caching
