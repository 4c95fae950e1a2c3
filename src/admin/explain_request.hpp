// What /v1/explain and `hawkcache explain` are asked, and the answer. The request is written out as
// the bytes that a client would send and read by the parser that reads clients, so that the
// explanation is about what would really happen. Pure; any thread.
#pragma once

#include "proxy/explain.hpp"
#include "proxy/router.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace hawkcache::admin {

struct ExplainRequest {
  std::string method = "GET";
  std::string url;                                           // "/users/42?x=1" or absolute
  std::vector<std::pair<std::string, std::string>> headers;  // Host: localhost where there is none
};

// What is wrong with the question, and what would be right.
struct ExplainRefusal {
  std::string detail;
};

// GET: url=/users/42%3Fx%3D1&method=GET&header=name:value&header=...; values percent-encoded ("+"
// is a plus).
std::variant<ExplainRequest, ExplainRefusal> parse_explain_query(std::string_view query);
// POST: {"url": "...", "method": "GET", "headers": {"name": "value", "other": ["one", "two"]}}
std::variant<ExplainRequest, ExplainRefusal> parse_explain_body(std::string_view body);
// "name: value", as curl's -H takes it.
std::variant<std::pair<std::string, std::string>, ExplainRefusal> parse_header_line(
    std::string_view line);

std::variant<proxy::Explanation, ExplainRefusal> explain_request(const ExplainRequest& request,
                                                                 const proxy::Router& router);

}  // namespace hawkcache::admin
