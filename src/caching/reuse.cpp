#include "caching/reuse.hpp"

#include "caching/freshness.hpp"

#include <algorithm>

namespace hawkcache::caching {
namespace {

// Whether the client asks for something fresher than what is stored (RFC 9111 section 5.2.1).
bool wants_fresher(const RequestDirectives& request, Duration age, Duration time_left) noexcept {
  // 5.2.1.4: "the client prefers stored response not be used to satisfy the request without
  // successful validation on the origin server"
  if (request.no_cache) return true;
  // 5.2.1.1: "the client prefers a response whose age is less than or equal to the specified number
  // of seconds"; 0 is how user agents ask for validation.
  if (request.max_age && (age > *request.max_age || *request.max_age == Duration::zero())) {
    return true;
  }
  // 5.2.1.3: "a response whose freshness lifetime is no less than its current age plus the
  // specified time in seconds"
  return request.min_fresh && time_left < *request.min_fresh;
  // 5.2.1.5 no-store: does not apply, because it forbids storing, not the use of what is stored.
  // 5.2.1.6 no-transform: does not apply, because content is never transformed.
}

Reuse decide_stale(const Freshness& freshness,
                   const RequestDirectives* request,
                   Duration staleness) noexcept {
  // "A cache MUST NOT generate a stale response if it is prohibited by an explicit in-protocol
  // directive" (RFC 9111 section 4.2.4)
  if (freshness.stale == StalePermission::forbidden) {
    return {ReuseAction::validate, Reason::stale};
  }
  // 5.2.1.2: "the client will accept a response that has exceeded its freshness lifetime [...] by
  // no more than the specified number of seconds"
  if (request != nullptr && request->max_stale && staleness <= *request->max_stale) {
    return {ReuseAction::serve_stale, Reason::max_stale};
  }
  // 5.2.1.1: "Unless the max-stale request directive is also present, the client does not wish to
  // receive a stale response."
  if (request != nullptr && (request->max_age || request->min_fresh)) {
    return {ReuseAction::validate, Reason::stale};
  }
  // "caches MAY serve the response in which it appears after it becomes stale, up to the indicated
  // number of seconds [...] the cache SHOULD attempt to revalidate it while still serving stale
  // responses" (RFC 5861 section 3)
  if (staleness < freshness.stale_while_revalidate) {
    return {ReuseAction::serve_stale_and_refresh, Reason::stale_while_revalidate};
  }
  return {ReuseAction::validate, Reason::stale};
}

Reuse decide(const Freshness& freshness, const RequestDirectives* request, WallTime now) noexcept {
  // "the stored response does not contain the no-cache directive, unless it is successfully
  // validated" (RFC 9111 section 4)
  if (freshness.revalidation == Revalidation::always) {
    return {ReuseAction::validate, Reason::no_cache};
  }
  const Duration age = current_age(freshness, now);
  const Duration time_left = freshness.lifetime - age;
  if (request != nullptr) {
    // A stale response that max-stale accepts need not be fresh for a while yet.
    const bool accepts_stale = request->max_stale && time_left <= Duration::zero();
    RequestDirectives asked = *request;
    if (accepts_stale) asked.min_fresh.reset();
    if (wants_fresher(asked, age, time_left)) {
      const bool fresh = time_left > Duration::zero();
      return {ReuseAction::validate, fresh ? Reason::request_no_cache : Reason::stale};
    }
  }
  // "the stored response is one of the following: fresh, allowed to be served stale, or
  // successfully validated" (RFC 9111 section 4)
  if (time_left > Duration::zero()) return {ReuseAction::serve_fresh, Reason::none};
  return decide_stale(freshness, request, -time_left);
}

}  // namespace

Reuse decide_reuse(const Freshness& freshness,
                   const RequestDirectives* request,
                   WallTime now) noexcept {
  const Reuse reuse = decide(freshness, request, now);
  // "the client only wishes to obtain a stored response. Caches that honor this request directive
  // SHOULD, upon receiving it, respond with either a stored response [...] or a 504" (RFC 9111
  // section 5.2.1.7)
  if (reuse.action == ReuseAction::validate && request != nullptr && request->only_if_cached) {
    return {ReuseAction::gateway_timeout, Reason::only_if_cached};
  }
  return reuse;
}

bool may_be_served_stale(const Freshness& freshness) noexcept {
  return freshness.stale != StalePermission::forbidden &&
         freshness.revalidation != Revalidation::always;
}

bool may_serve_on_error(const Freshness& freshness, WallTime now) noexcept {
  if (!may_be_served_stale(freshness) || freshness.stale_if_error == Duration::zero()) {
    return false;
  }
  // "when an error is encountered, a cached response MAY be used to satisfy the request, regardless
  // of other freshness information", within its window (RFC 5861 section 4)
  return current_age(freshness, now) - freshness.lifetime < freshness.stale_if_error;
}

bool is_error_for_stale(int status) noexcept {
  // "an error is any situation that would result in a 500, 502, 503, or 504 HTTP response status
  // code being returned" (RFC 5861 section 4)
  return status == 500 || status == 502 || status == 503 || status == 504;
}

Freshness expire_at(Freshness freshness, WallTime purged_at) noexcept {
  // What was stale before that stays as stale as it was.
  const Duration age_then = freshness.initial_age + (purged_at - freshness.response_time);
  freshness.lifetime = std::clamp(age_then, Duration::zero(), freshness.lifetime);
  return freshness;
}

}  // namespace hawkcache::caching
