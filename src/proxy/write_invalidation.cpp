#include "proxy/write_invalidation.hpp"

#include "caching/invalidation.hpp"
#include "caching/tags.hpp"

namespace hawkcache::proxy {

store::PurgeRequest purge_for_response(const http::RequestHead& request,
                                       const http::ResponseHead& response,
                                       const RequestPlan& plan,
                                       const RequestPlanner& planner) {
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
    purge.urls.push_back({store::normalized_authority(uri.authority), uri.path_and_query});
  }
  return purge;
}

}  // namespace hawkcache::proxy
