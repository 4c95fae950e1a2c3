#include "admin/admin_reply.hpp"

#include "base/json.hpp"
#include "http/date.hpp"
#include "http/status.hpp"

#include <utility>

#include <fmt/format.h>

namespace hawkcache::admin {

AdminReply problem(int status, std::string_view detail, std::string extra_fields) {
  JsonWriter json;
  json.begin_object()
      .member("title", http::reason_phrase(status))
      .member("status", status)
      .member("detail", detail)
      .end_object();
  return {.status = status,
          .content_type = "application/problem+json",
          .body = json.take() + "\n",
          .extra_fields = std::move(extra_fields)};
}

std::string render(const AdminReply& reply,
                   http::Method request_method,
                   http::Persistence persistence,
                   WallTime now) {
  std::string out = fmt::format(
      "HTTP/1.1 {} {}\r\nDate: {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n"
      "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n{}{}\r\n",
      reply.status,
      http::reason_phrase(reply.status),
      http::format_date(now),
      reply.content_type,
      reply.body.size(),
      reply.extra_fields,
      persistence == http::Persistence::close ? "Connection: close\r\n" : "");
  if (request_method != http::Method::head) out += reply.body;
  return out;
}

}  // namespace hawkcache::admin
