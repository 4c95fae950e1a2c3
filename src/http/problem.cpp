#include "http/problem.hpp"

#include "http/status.hpp"

#include <fmt/format.h>

namespace hawkcache::http {
namespace {

std::string json_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte >= 0x7f) {
      out += '?';
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

std::string render_problem(const Problem& problem, Method request_method, Persistence persistence) {
  const std::string_view title = reason_phrase(problem.status);
  const std::string body = fmt::format(R"({{"title":"{}","status":{},"detail":"{}"}})",
                                       json_escaped(title),
                                       problem.status,
                                       json_escaped(problem.detail)) +
                           "\n";
  std::string out = fmt::format(
      "HTTP/1.1 {} {}\r\nContent-Type: application/problem+json\r\nContent-Length: {}\r\n"
      "Cache-Control: no-store\r\n{}{}\r\n",
      problem.status,
      title,
      body.size(),
      problem.extra_fields,
      persistence == Persistence::close ? "Connection: close\r\n" : "");
  if (request_method != Method::head) out += body;
  return out;
}

}  // namespace hawkcache::http
