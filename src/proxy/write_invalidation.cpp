#include "proxy/write_invalidation.hpp"

#include "caching/invalidation.hpp"
#include "caching/tags.hpp"

#include <utility>

namespace hawkcache::proxy {

namespace {

// Entries are kept under path and query as the rule for GET rewrites them.
std::string as_keyed(const caching::InvalidatedUri& uri, const Router& router) {
  const std::string_view text = uri.path_and_query;
  const std::size_t question = text.find('?');
  http::Target target;
  target.authority = uri.authority;
  target.path = text.substr(0, question);
  target.has_query = question != std::string_view::npos;
  if (target.has_query) target.query = text.substr(question + 1);
  http::RequestHead head;
  head.method = http::Method::get;
  head.method_text = "GET";
  head.target = text;
  RequestPlanner planner;
  return std::string(
      planner.plan(head, target, RequestPlanner::Body::absent, router).path_and_query);
}

}  // namespace

store::PurgeRequest purge_for_response(const http::RequestHead& request,
                                       const http::ResponseHead& response,
                                       const RequestPlan& plan,
                                       const RequestPlanner& planner,
                                       const Router& router) {
  store::PurgeRequest purge;
  if (response.status < 200 || response.status > 399) return purge;
  if (plan.route != nullptr) purge.tags = planner.render_invalidates();
  if (http::is_safe(request.method)) return purge;
  for (std::string& tag :
       caching::invalidated_tags(response.fields(), plan.scheme, plan.target.authority)) {
    purge.tags.push_back(std::move(tag));
  }
  for (const caching::InvalidatedUri& uri :
       caching::uris_to_invalidate(request.method, plan.scheme, plan.target, response)) {
    if (uri.authority.empty()) continue;  // would mean every host
    const std::string authority = store::normalized_authority(uri.authority);
    std::string keyed = as_keyed(uri, router);
    // As spelled too: so another `query` of the rule, before a reload, may have kept it, and may
    // come back.
    if (keyed != uri.path_and_query) purge.urls.push_back({authority, uri.path_and_query});
    purge.urls.push_back({authority, std::move(keyed)});
  }
  store::drop_repeats(purge);
  return purge;
}

}  // namespace hawkcache::proxy
