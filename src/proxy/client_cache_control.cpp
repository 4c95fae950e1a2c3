#include "proxy/client_cache_control.hpp"

#include "base/ascii.hpp"
#include "caching/cache_control.hpp"

#include <algorithm>

namespace hawkcache::proxy {
namespace {

// The API says nothing of who may have it: to a cookie it may have answered with one user's.
bool is_silent(http::FieldsView response) {
  return !response.contains(http::FieldName::cache_control);
}

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

bool lets_others_have_it(const Route& rule) {
  if (!rule.client_cache_control) return false;
  const std::string text = ascii::to_lower(*rule.client_cache_control);
  const auto has = [&](const char* directive) { return text.find(directive) != text.npos; };
  const bool for_nobody = has("max-age=0") && !has("s-maxage");
  return !for_nobody && !has("private") && !has("no-store") && !has("no-cache");
}

bool would_be_made_public(const Route& rule,
                          http::FieldsView request,
                          const http::ResponseHead& response) {
  return lets_others_have_it(rule) &&
         (response.status >= 500 || is_for_one(rule, request, response.fields()));
}

}  // namespace hawkcache::proxy
