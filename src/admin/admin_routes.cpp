#include "admin/admin_routes.hpp"

#include <algorithm>
#include <array>

namespace hawkcache::admin {
namespace {

using http::Method;

struct Entry {
  std::string_view path;
  Endpoint endpoint;
  std::string_view allow;
};

constexpr std::string_view kRead = "GET, HEAD";
constexpr std::string_view kPost = "POST";
constexpr std::string_view kReadAndPost = "GET, HEAD, POST";

constexpr std::array<Entry, 10> kEntries{{
    {"/", Endpoint::front_page, kRead},
    {"/healthz", Endpoint::healthz, kRead},
    {"/readyz", Endpoint::readyz, kRead},
    {"/metrics", Endpoint::metrics, kRead},
    {"/v1/stats", Endpoint::stats, kRead},
    {"/v1/routes", Endpoint::routes, kRead},
    {"/v1/explain", Endpoint::explain, kReadAndPost},
    {"/v1/purge", Endpoint::purge, kPost},
    {"/v1/reload", Endpoint::reload, kPost},
    {"/v1/schema", Endpoint::schema, kRead},
}};

bool allows(const Entry& entry, Method method) noexcept {
  const bool reads = method == Method::get || method == Method::head;
  if (reads) return entry.allow != kPost;
  return method == Method::post && entry.allow != kRead;
}

// PURGE in origin form of a path that is the listener's own: what is meant is not clear, so nothing
// is purged. With Surrogate-Key the path says nothing, and "/" is what such clients send.
bool may_purge(const Entry& entry,
               const http::RequestHead& head,
               const http::Target& target) noexcept {
  if (target.form == http::TargetForm::absolute) return true;
  return entry.endpoint == Endpoint::front_page &&
         head.fields().contains(http::FieldName::surrogate_key);
}

}  // namespace

AdminRoute route_admin_request(const http::RequestHead& head, const http::Target& target) noexcept {
  using Kind = AdminRoute::Kind;
  if (target.form != http::TargetForm::origin && target.form != http::TargetForm::absolute) {
    return {Kind::method_not_allowed, Endpoint::front_page, kReadAndPost};
  }
  const bool purges = head.method_text == "PURGE";
  const auto entry = std::find_if(
      kEntries.begin(), kEntries.end(), [&](const Entry& e) { return e.path == target.path; });
  if (entry == kEntries.end()) {
    if (purges) return {Kind::found, Endpoint::purge_by_method, {}};
    return {};
  }
  if (purges && may_purge(*entry, head, target))
    return {Kind::found, Endpoint::purge_by_method, {}};
  if (!allows(*entry, head.method))
    return {Kind::method_not_allowed, entry->endpoint, entry->allow};
  return {Kind::found, entry->endpoint, {}};
}

bool is_open_to_all(const AdminRoute& route) noexcept {
  return route.kind == AdminRoute::Kind::found &&
         (route.endpoint == Endpoint::healthz || route.endpoint == Endpoint::readyz);
}

}  // namespace hawkcache::admin
