// A few rules for the tests of what the admin listener shows.
#pragma once

#include "proxy/router.hpp"

#include <utility>
#include <vector>

namespace hawkcache::admin {

inline proxy::Route user_route() {
  using Segment = proxy::PathPatternSegment;
  using Part = proxy::TemplatePart;
  proxy::Route route;
  route.name = "user";
  route.path = "/users/{user_id:int}";
  route.pattern = {{Segment::Kind::literal, "users"}, {Segment::Kind::int_, "user_id"}};
  route.methods = {"GET", "HEAD"};
  route.policy.ttl = Duration{60000};
  route.policy.statuses = {{404, Duration{10000}}};
  route.tags.emplace_back(std::vector<Part>{{Part::Kind::literal, "users", 0}});
  route.tags.emplace_back(
      std::vector<Part>{{Part::Kind::literal, "user:", 0}, {Part::Kind::path_parameter, "", 0}});
  route.vary = {"accept-language"};
  route.bypass = {{proxy::BypassCondition::Kind::header, "authorization"}};
  return route;
}

inline proxy::Router sample_router() {
  std::vector<proxy::Route> routes;
  routes.push_back(user_route());
  return proxy::Router(std::move(routes));
}

}  // namespace hawkcache::admin
