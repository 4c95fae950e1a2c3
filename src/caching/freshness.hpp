// Freshness (RFC 9111 section 4.2) and the windows of RFC 5861. Pure.
#pragma once

#include "caching/cache_control.hpp"
#include "caching/policy.hpp"
#include "caching/stored_meta.hpp"
#include "http/head.hpp"

#include <optional>

namespace hawkcache::caching {

// When the request went upstream and when its response head was received.
struct ResponseTimes {
  WallTime request_time{};
  WallTime response_time{};
};

struct FreshnessLifetime {
  Duration duration{0};
  LifetimeSource source = LifetimeSource::rule;
};

// The first readable member of Age (section 5.1), no more than 2^31 seconds.
std::optional<Duration> readable_age(http::FieldsView response_fields);
// age_value: the same, 0 where there is none.
Duration declared_age(http::FieldsView response_fields);

// date_value: Date where there is a readable one, else the time the response was received.
WallTime date_value(http::FieldsView response_fields, WallTime response_time);

// corrected_initial_age (section 4.2.3), from Age and Date; never negative.
Duration initial_age(http::FieldsView response_fields, ResponseTimes times);

// The lifetime the origin gives explicitly: the targeted field alone when there is one, else
// s-maxage, max-age, Expires. nullopt: none.
std::optional<FreshnessLifetime> explicit_lifetime(const DecidingDirectives& deciding,
                                                   http::FieldsView fields,
                                                   ResponseTimes times);

// No heuristic lifetime is longer than this.
inline constexpr Duration kMaxHeuristicLifetime = std::chrono::hours(24);
// Section 4.2.2: a tenth of the time since Last-Modified. nullopt where there is none to derive
// from.
std::optional<FreshnessLifetime> heuristic_lifetime(http::FieldsView fields, ResponseTimes times);

Duration current_age(const Freshness& freshness, WallTime now) noexcept;
bool is_fresh(const Freshness& freshness, WallTime now) noexcept;
// How long until (negative: since when) it is stale.
Duration time_to_live(const Freshness& freshness, WallTime now) noexcept;
// The moment after which nothing allows its use without the origin, validation aside: the end of
// freshness and of the longest stale window.
WallTime useless_after(const Freshness& freshness) noexcept;

// How long a stale response that has a validator is kept, so that a 304 can revive it.
inline constexpr Duration kValidationGrace = std::chrono::minutes(10);
// The same moment, and for a response with a validator kValidationGrace after the end of its
// freshness (or after its arrival, if it was stale then) where that is later. The store may drop
// what is older.
WallTime useless_after(const Freshness& freshness, const ValidatorsView& validators) noexcept;

}  // namespace hawkcache::caching
