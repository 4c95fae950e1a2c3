// What hawkcache would do with a request, in words: for `hawkcache explain` and /v1/explain. The
// same planner as for real requests, so that it cannot tell another story. Pure; any thread. Not on
// the data path.
#pragma once

#include "base/clock.hpp"
#include "caching/reason.hpp"
#include "http/head.hpp"
#include "http/target.hpp"
#include "proxy/request_plan.hpp"
#include "proxy/router.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hawkcache::proxy {

struct ExplainedRoute {
  std::string name;
  std::string path;
  std::vector<std::pair<std::string, std::string>> parameters;  // name and converted value
  std::vector<std::string> vary;
  std::vector<std::string> tags;
  std::vector<std::string> invalidates;
  std::optional<Duration> ttl;  // nullopt: only what the origin gives
  std::string ttl_source;       // a sentence: when that ttl counts
  Duration stale_while_revalidate{0};
  Duration stale_if_error{0};
};

struct Explanation {
  std::string method;
  std::string authority;
  std::string target;            // as received
  std::string forwarded_target;  // what the origin sees
  PlanKind kind = PlanKind::pass;
  caching::Reason reason = caching::Reason::none;
  std::string decision;                 // a sentence: what happens and why
  std::string range;                    // a sentence: what becomes of Range; "" where there is none
  std::string hint;                     // a sentence: what may have been meant; mostly ""
  std::optional<ExplainedRoute> route;  // the rule that matched
  std::string key;  // printable; "" unless the cache is asked, or the answer may be kept for GET
  std::vector<std::string>
      conditions;  // sentences: what a response needs to be stored; empty unless the cache is asked
};

// REQUIRES: `target` comes from parse_target(head) without an error; the framing is sound. Of a
// body it knows what the head says of it.
Explanation explain(const Router& router,
                    const http::RequestHead& head,
                    const http::Target& target);

// Lines for a terminal, ending in a newline; without control bytes.
std::string to_text(const Explanation& explanation);
// One JSON object.
std::string to_json(const Explanation& explanation);

}  // namespace hawkcache::proxy
