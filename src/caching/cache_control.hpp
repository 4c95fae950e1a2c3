// Cache-Control directives (RFC 9111 section 5.2), parsed over all lines of the field: letter case,
// blanks, empty members, quoted arguments with look-alikes inside, repeated directives. Where two
// readings are possible the more careful one is taken.
#pragma once

#include "base/clock.hpp"
#include "http/fields.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hawkcache::caching {

// Seconds larger than this are this (RFC 9111 section 1.2.2: 2^31).
inline constexpr std::int64_t kMaxDeltaSeconds = 2147483648;

struct ResponseDirectives {
  std::optional<Duration> max_age{};  // the smallest of several; negative or unreadable counts as 0
  std::optional<Duration> s_maxage{};
  std::optional<Duration> stale_while_revalidate{};  // RFC 5861
  std::optional<Duration> stale_if_error{};
  bool no_store = false;
  bool no_cache = false;  // unqualified
  bool private_ = false;  // unqualified
  bool public_ = false;
  bool must_revalidate = false;
  bool proxy_revalidate = false;
  bool must_understand = false;
  std::vector<std::string> no_cache_fields{};  // no-cache="a, b": lower-case names
  std::vector<std::string> private_fields{};

  bool operator==(const ResponseDirectives&) const = default;
};

struct RequestDirectives {
  bool no_cache = false;
  bool no_store = false;
  bool only_if_cached = false;
  std::optional<Duration> max_age{};
  std::optional<Duration> min_fresh{};
  std::optional<Duration> max_stale{};  // without an argument: Duration::max()

  bool operator==(const RequestDirectives&) const = default;
};

ResponseDirectives parse_response_directives(http::FieldsView fields);
// Includes Pragma: no-cache where there is no Cache-Control (RFC 9111 section 5.4).
RequestDirectives parse_request_directives(http::FieldsView fields);
// CDN-Cache-Control (RFC 9213): nullopt when absent, empty or not a valid dictionary of directives.
// When there is a value it decides alone.
std::optional<ResponseDirectives> parse_targeted_directives(http::FieldsView fields);

// Which field a response's directives come from.
enum class DirectiveSource : std::uint8_t { cache_control, targeted };

struct DecidingDirectives {
  ResponseDirectives directives{};
  DirectiveSource source = DirectiveSource::cache_control;
};

// The directives that count for us: CDN-Cache-Control's where it has a value, else Cache-Control's.
DecidingDirectives deciding_directives(http::FieldsView response);

}  // namespace hawkcache::caching
