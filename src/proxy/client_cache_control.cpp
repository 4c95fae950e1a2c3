#include "proxy/client_cache_control.hpp"

#include "caching/cache_control.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace hawkcache::proxy {
namespace {

// The API says nothing of who may have it: to a cookie it may have answered with one user's.
bool is_silent(http::FieldsView response) {
  return !response.contains(http::FieldName::cache_control);
}

bool is_some(const std::optional<Duration>& window) { return window && *window > Duration::zero(); }

bool is_for_one(const Route& rule, http::FieldsView request, http::FieldsView response) {
  const bool by_cookie = rule.policy.cookies == caching::CookieMode::bypass &&
                         request.contains(http::FieldName::cookie) && is_silent(response);
  return by_cookie || request.contains(http::FieldName::authorization) ||
         response.contains(http::FieldName::set_cookie) || is_called_private(response, {});
}

}  // namespace

bool is_called_private(http::FieldsView response, std::span<const std::string> taken_out) {
  const auto stays = [taken_out](const std::string& name) {
    return std::find(taken_out.begin(), taken_out.end(), name) == taken_out.end();
  };
  const auto is_for_one = [&](const caching::ResponseDirectives& said) {
    return said.private_ || said.no_store ||
           std::any_of(said.private_fields.begin(), said.private_fields.end(), stays);
  };
  const auto targeted = caching::parse_targeted_directives(response);
  return is_for_one(caching::parse_response_directives(response)) ||
         (targeted && is_for_one(*targeted));
}

// What is qualified, as private="x-user", lets them have the rest.
bool lets_others_have_it(std::string_view text) {
  const std::array<http::Field, 1> field{{{http::FieldName::cache_control, "Cache-Control", text}}};
  const auto said = caching::parse_response_directives(std::span<const http::Field>(field));
  // RFC 9111 section 5.2.2.3: whoever understands the status ignores no-store.
  const bool kept_nowhere = said.no_store && !said.must_understand;
  if (said.private_ || kept_nowhere || said.no_cache) return false;
  const auto lifetime = said.s_maxage ? said.s_maxage : said.max_age;
  const bool ever_fresh = !lifetime || *lifetime > Duration::zero();
  return ever_fresh || is_some(said.stale_while_revalidate) || is_some(said.stale_if_error);
}

bool would_be_made_public(const Route& rule,
                          http::FieldsView request,
                          const http::ResponseHead& response) {
  return rule.client_text_is_shared &&
         (response.status >= 500 || is_for_one(rule, request, response.fields()));
}

}  // namespace hawkcache::proxy
