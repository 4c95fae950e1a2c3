#include "caching/freshness.hpp"

#include "base/ascii.hpp"
#include "caching/validation.hpp"
#include "http/date.hpp"

#include <algorithm>
#include <chrono>

namespace hawkcache::caching {
namespace {

using http::FieldName;

constexpr Duration kMaxDuration = std::chrono::seconds(kMaxDeltaSeconds);

// "If a cache receives a delta-seconds value greater than the greatest integer it can represent, or
// if any of its subsequent calculations overflows [...]" (RFC 9111 section 1.2.2)
Duration saturated(Duration duration) noexcept {
  return std::clamp(duration, Duration::zero(), kMaxDuration);
}

// Expires minus Date. nullopt: no Expires.
std::optional<Duration> expires_lifetime(http::FieldsView fields, ResponseTimes times) {
  std::optional<Duration> lifetime;
  fields.for_each(FieldName::expires, [&](std::string_view value) {
    const auto expires = http::parse_date(value, times.response_time);
    // "A cache recipient MUST interpret invalid date formats, especially the value "0", as
    // representing a time in the past (i.e., "already expired")." (RFC 9111 section 5.3)
    const Duration line =
        expires ? saturated(*expires - date_value(fields, times.response_time)) : Duration::zero();
    // Several Expires lines: section 4.2.1 asks for the first or for stale; the earliest is both's.
    lifetime = lifetime ? std::min(*lifetime, line) : line;
  });
  return lifetime;
}

// apparent_age = max(0, response_time - date_value) (RFC 9111 section 4.2.3)
Duration apparent_age(http::FieldsView fields, WallTime response_time) {
  // Date counts whole seconds: a difference of up to one is its rounding, not age.
  const Duration difference =
      std::chrono::floor<std::chrono::seconds>(response_time) -
      std::chrono::floor<std::chrono::seconds>(date_value(fields, response_time));
  return difference > std::chrono::seconds(1) ? difference : Duration::zero();
}

WallTime end_of_freshness(const Freshness& freshness) noexcept {
  return freshness.response_time + freshness.lifetime - freshness.initial_age;
}

}  // namespace

std::optional<Duration> readable_age(http::FieldsView response_fields) {
  std::optional<Duration> age;
  response_fields.for_each(FieldName::age, [&age](std::string_view line) {
    // "a cache encountering a message with a list-based Age field value SHOULD use the first member
    // of the field value, discarding subsequent ones. If the field value [...] is invalid (e.g., it
    // contains something other than a non-negative integer), a cache SHOULD ignore the field." (RFC
    // 9111 section 5.1)
    ascii::ListReader members(line);
    while (!age) {
      const auto member = members.next();
      if (!member) break;
      if (const auto value = ascii::parse_digits(*member, kMaxDeltaSeconds)) {
        age = std::chrono::seconds(static_cast<std::int64_t>(*value));
      }
    }
  });
  return age;
}

Duration declared_age(http::FieldsView response_fields) {
  return readable_age(response_fields).value_or(Duration::zero());
}

WallTime date_value(http::FieldsView response_fields, WallTime response_time) {
  // "A recipient with a clock that receives a response message without a Date header field MUST
  // record the time it was received" (RFC 9110 section 6.6.1)
  const auto text = response_fields.value(FieldName::date);
  if (!text) return response_time;
  return http::parse_date(*text, response_time).value_or(response_time);
}

Duration initial_age(http::FieldsView response_fields, ResponseTimes times) {
  // response_delay = response_time - request_time
  const Duration response_delay =
      std::max(times.response_time - times.request_time, Duration::zero());
  // corrected_age_value = age_value + response_delay
  const Duration corrected_age_value = declared_age(response_fields) + response_delay;
  // corrected_initial_age = max(apparent_age, corrected_age_value) (RFC 9111 section 4.2.3)
  return saturated(std::max(apparent_age(response_fields, times.response_time),  //
                            corrected_age_value));
}

// "A cache can calculate the freshness lifetime [...] by evaluating the following rules and using
// the first match" (RFC 9111 section 4.2.1)
std::optional<FreshnessLifetime> explicit_lifetime(const DecidingDirectives& deciding,
                                                   http::FieldsView fields,
                                                   ResponseTimes times) {
  const ResponseDirectives& directives = deciding.directives;
  const bool targeted = deciding.source == DirectiveSource::targeted;
  const auto source = [targeted](LifetimeSource otherwise) {
    return targeted ? LifetimeSource::cdn_cache_control : otherwise;
  };
  // "If the cache is shared and the s-maxage response directive is present, use its value"
  if (directives.s_maxage) {
    return FreshnessLifetime{*directives.s_maxage, source(LifetimeSource::s_maxage)};
  }
  // "If the max-age response directive is present, use its value"
  if (directives.max_age) {
    return FreshnessLifetime{*directives.max_age, source(LifetimeSource::max_age)};
  }
  // "MUST ignore the Cache-Control and Expires header fields" (RFC 9213 section 2.2)
  if (targeted) return std::nullopt;
  // "If the Expires response header field is present, use its value minus the value of the Date
  // response header field (using the time the message was received if it is not present [...])"
  if (const auto lifetime = expires_lifetime(fields, times)) {
    return FreshnessLifetime{*lifetime, LifetimeSource::expires};
  }
  // "Otherwise, no explicit expiration time is present in the response."
  return std::nullopt;
}

std::optional<FreshnessLifetime> heuristic_lifetime(http::FieldsView fields, ResponseTimes times) {
  // "If the response has a Last-Modified header field, caches are encouraged to use a heuristic
  // expiration value that is no more than some fraction of the interval since that time. A typical
  // setting of this fraction might be 10%." (RFC 9111 section 4.2.2)
  const auto text = fields.value(FieldName::last_modified);
  if (!text) return std::nullopt;
  const auto last_modified = http::parse_date(*text, times.response_time);
  if (!last_modified) return std::nullopt;
  const Duration interval = date_value(fields, times.response_time) - *last_modified;
  if (interval < Duration::zero()) return std::nullopt;
  return FreshnessLifetime{std::min(interval / 10, kMaxHeuristicLifetime),
                           LifetimeSource::heuristic};
}

Duration current_age(const Freshness& freshness, WallTime now) noexcept {
  // resident_time = now - response_time; a clock that was set back makes nothing younger.
  const Duration resident_time = std::max(now - freshness.response_time, Duration::zero());
  // current_age = corrected_initial_age + resident_time (RFC 9111 section 4.2.3)
  return saturated(freshness.initial_age + resident_time);
}

bool is_fresh(const Freshness& freshness, WallTime now) noexcept {
  // response_is_fresh = (freshness_lifetime > current_age) (RFC 9111 section 4.2)
  return freshness.lifetime > current_age(freshness, now);
}

Duration time_to_live(const Freshness& freshness, WallTime now) noexcept {
  return freshness.lifetime - current_age(freshness, now);
}

WallTime useless_after(const Freshness& freshness) noexcept {
  const Duration window = freshness.stale == StalePermission::allowed
                              ? std::max(freshness.stale_while_revalidate, freshness.stale_if_error)
                              : Duration::zero();
  return end_of_freshness(freshness) + window;
}

WallTime useless_after(const Freshness& freshness, const ValidatorsView& validators) noexcept {
  const WallTime unvalidated = useless_after(freshness);
  if (!has_validator(validators)) return unvalidated;
  // One that was stale on arrival, or is validated on each use, is kept that long as well.
  const WallTime start = std::max(end_of_freshness(freshness), freshness.response_time);
  return std::max(unvalidated, start + kValidationGrace);
}

}  // namespace hawkcache::caching
