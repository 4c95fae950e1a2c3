#include "caching/invalidation.hpp"

#include "caching/uri_reference.hpp"
#include "http/method.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace hawkcache::caching {

using http::FieldName;

std::vector<InvalidatedUri> uris_to_invalidate(http::Method method,
                                               std::string_view scheme,
                                               const http::Target& target,
                                               const http::ResponseHead& response) {
  std::vector<InvalidatedUri> uris;
  // "A cache MUST invalidate the target URI when it receives a non-error status code in response to
  // an unsafe request method (including methods whose safety is unknown)."
  if (http::is_safe(method)) return uris;
  // "a "non-error response" is one with a 2xx (Successful) or 3xx (Redirection) status code"
  if (response.status < 200 || response.status > 399) return uris;
  // CONNECT, OPTIONS * and the like have no path to invalidate.
  if (target.path.empty()) return uris;
  uris.push_back(target_uri(target));

  // "A cache MAY invalidate other URIs [...] In particular, the URI(s) in the Location and
  // Content-Location response header fields (if present) are candidates for invalidation [...]
  // However, a cache MUST NOT trigger an invalidation under these conditions if the origin of the
  // URI to be invalidated differs from that of the target URI" (RFC 9111 section 4.4)
  for (const FieldName name : {FieldName::location, FieldName::content_location}) {
    response.fields().for_each(name, [&](std::string_view reference) {
      auto uri = resolve_same_origin(reference, scheme, target);
      if (uri && std::find(uris.begin(), uris.end(), *uri) == uris.end()) {
        uris.push_back(std::move(*uri));
      }
    });
  }
  return uris;
}

bool content_location_is_target(std::string_view scheme,
                                const http::Target& target,
                                const http::ResponseHead& response) {
  if (response.fields().count(FieldName::content_location) != 1) return false;
  const auto uri =
      resolve_same_origin(*response.fields().value(FieldName::content_location), scheme, target);
  return uri && *uri == target_uri(target);
}

}  // namespace hawkcache::caching
