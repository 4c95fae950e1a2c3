// One request against some rules, with what came of it.
#pragma once

#include "proxy/request_plan.hpp"
#include "unit/proxy/route_builder.hpp"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace hawkcache::proxy {

using Fields = std::vector<std::pair<std::string, std::string>>;

inline Route api_rule() {
  Route rule = route("/api/{rest:path}");
  rule.name = "api";
  return rule;
}

class Planned {
 public:
  Planned(std::vector<Route> rules,
          std::string method,
          std::string target,
          Fields fields = {},
          RequestPlanner::Body body = RequestPlanner::Body::absent)
      : router_(std::move(rules)),
        request_(std::move(method), std::move(target), std::move(fields)),
        plan(planner.plan(request_.head, request_.target(), body, router_)) {
    EXPECT_EQ(request_.decision.error, http::TargetError::none);
  }
  std::string key() const { return std::string(plan.key.text); }
  std::string printed_key() const { return caching::printable_key(plan.key.text); }

  RequestPlanner planner;

 private:
  Router router_;
  TestRequest request_;

 public:
  const RequestPlan& plan;
};

}  // namespace hawkcache::proxy
