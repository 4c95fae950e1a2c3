#include "http/problem.hpp"

#include "base/json.hpp"
#include "http/date.hpp"
#include "http/status.hpp"

#include <fmt/format.h>

namespace hawkcache::http {
namespace {

std::string quoted(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

}  // namespace

std::string_view refusal_detail(int status) noexcept {
  switch (status) {
    case 408:
      return "The request's head was not complete within limits.header_timeout.";
    case 413:
      return "The request's body is larger than limits.request_body.";
    case 414:
      return "The request line is longer than limits.request_line.";
    case 417:
      return "The only expectation known here is 100-continue.";
    case 431:
      return "The request's header fields exceed limits.header_block or limits.header_count.";
    case 501:
      return "This method (CONNECT, or one with a very long name) or transfer coding (all but "
             "chunked) is not implemented.";
    case 505:
      return "The HTTP version of the request is not supported; use HTTP/1.1 or HTTP/1.0.";
    default:
      return "The request breaks HTTP's syntax or a limit of this server.";
  }
}

std::string render_problem(const Problem& problem, Method request_method, Persistence persistence) {
  const std::string_view title = reason_phrase(problem.status);
  const std::string body = fmt::format(R"({{"title":{},"status":{},"detail":{}}})",
                                       quoted(title),
                                       problem.status,
                                       quoted(problem.detail)) +
                           "\n";
  std::string out = fmt::format(
      "HTTP/1.1 {} {}\r\nDate: {}\r\nContent-Type: application/problem+json\r\n"
      "Content-Length: {}\r\nCache-Control: no-store\r\n{}{}\r\n",
      problem.status,
      title,
      format_date(problem.now),
      body.size(),
      problem.extra_fields,
      persistence == Persistence::close ? "Connection: close\r\n" : "");
  if (request_method != Method::head) out += body;
  return out;
}

}  // namespace hawkcache::http
