#include "caching/cache_status.hpp"

#include "base/ascii.hpp"

namespace hawkcache::caching {
namespace {

std::string_view to_string(Forward forward) noexcept {
  switch (forward) {
    case Forward::none:
      return "";
    case Forward::bypass:
      return "bypass";
    case Forward::method:
      return "method";
    case Forward::uri_miss:
      return "uri-miss";
    case Forward::vary_miss:
      return "vary-miss";
    case Forward::miss:
      return "miss";
    case Forward::request:
      return "request";
    case Forward::stale:
      return "stale";
    case Forward::partial:
      return "partial";
  }
  return "";
}

// sf-token = ( ALPHA / "*" ) *( tchar / ":" / "/" ) (RFC 9651 section 3.3.4)
bool is_sf_token(std::string_view text) noexcept {
  if (text.empty() || !(ascii::is_alpha(text[0]) || text[0] == '*')) return false;
  for (const char c : text) {
    if (!ascii::is_token_char(c) && c != ':' && c != '/') return false;
  }
  return true;
}

// sf-string: printable ASCII, with \ before " and \ (RFC 9651 section 3.3.3)
void write_sf_string(TextWriter& out, std::string_view text) {
  out.text("\"");
  for (const char& c : text) {
    if (c < ' ' || c > '~') continue;
    if (c == '"' || c == '\\') out.text("\\");
    out.text({&c, 1});
  }
  out.text("\"");
}

}  // namespace

Forward forward_for(Reason reason) noexcept {
  switch (reason) {
    // "The request was satisfied by the cache": not forwarded (RFC 9211 section 2.1)
    case Reason::none:
    case Reason::only_if_cached:
    case Reason::stale_while_revalidate:
    case Reason::max_stale:
    case Reason::store_unavailable:
      return Forward::none;
    // "bypass: The cache was configured to not handle this request." (RFC 9211 section 2.2)
    case Reason::no_route:
    case Reason::path_hazard:
    case Reason::bypass_header:
    case Reason::bypass_cookie:
    case Reason::bypass_query:
    case Reason::cookie:
    case Reason::request_body:
    case Reason::query_content:
    case Reason::nominated_field:
      return Forward::bypass;
    // "method: The request method's semantics require the request to be forwarded."
    case Reason::method:
      return Forward::method;
    // "uri-miss: The cache did not contain any responses that matched the request URI."
    case Reason::uri_miss:
      return Forward::uri_miss;
    // "vary-miss: The cache contained a response that matched the request URI, but it could not
    // select a response based upon this request's header fields and stored Vary header fields."
    case Reason::vary_miss:
      return Forward::vary_miss;
    // "request: The cache was able to select a fresh response for the request, but the request's
    // semantics (e.g., Cache-Control request directives) did not allow its use."
    case Reason::authorization:
    case Reason::request_no_cache:
    case Reason::request_no_store:
      return Forward::request;
    // "stale: The cache was able to select a response for the request, but it was stale."
    case Reason::stale:
    case Reason::no_cache:
    case Reason::stale_if_error:
      return Forward::stale;
    // "partial: The cache was able to select a partial response for the request, but it did not
    // contain all of the requested ranges (or the request was for the complete response)."
    case Reason::partial_miss:
      return Forward::partial;
    // "miss: The cache did not contain any responses that could be used to satisfy this request (to
    // be used when an implementation cannot distinguish between uri-miss and vary-miss)."
    case Reason::known_uncacheable:
    case Reason::rule_changed:
    case Reason::no_store:
    case Reason::private_response:
    case Reason::set_cookie:
    case Reason::vary_star:
    case Reason::status:
    case Reason::partial:
    case Reason::no_lifetime:
    case Reason::already_stale:
    case Reason::too_large:
    case Reason::in_flight_limit:
    case Reason::too_many_tags:
    case Reason::purged_meanwhile:
    case Reason::must_understand:
    case Reason::head_request:
      return Forward::miss;
  }
  return Forward::miss;
}

// Cache-Status = sf-list; "Each member of the list represents a cache that has handled the
// request", its parameters in the order of sections 2.1 to 2.8. (RFC 9211 section 2)
void write_cache_status(TextWriter& out, const CacheStatus& status) {
  out.text("hawkcache");
  if (status.hit) out.text("; hit");
  // "hit and fwd are exclusive" (RFC 9211 section 2.2)
  if (!status.hit && status.forward != Forward::none) {
    out.text("; fwd=");
    out.text(to_string(status.forward));
    if (status.forward_status) {
      out.text("; fwd-status=");
      out.number(*status.forward_status);
    }
  }
  if (status.ttl) {
    out.text("; ttl=");
    out.number(*status.ttl);
  }
  // "stored [...] indicates whether the cache stored the response", "collapsed [...] whether this
  // request was collapsed with one or more other forward requests" (RFC 9211 sections 2.5 and 2.6)
  if (!status.hit && status.stored) out.text("; stored");
  if (!status.hit && status.collapsed) out.text("; collapsed");
  if (!status.key.empty()) {
    out.text("; key=");
    write_sf_string(out, status.key);
  }
  const std::string_view detail =
      !status.detail_text.empty()
          ? status.detail_text
          : (status.detail == Reason::none ? std::string_view()
                                           : caching::to_string(status.detail));
  if (detail.empty()) return;
  out.text("; detail=");
  if (is_sf_token(detail)) {
    out.text(detail);
  } else {
    write_sf_string(out, detail);
  }
}

}  // namespace hawkcache::caching
