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
