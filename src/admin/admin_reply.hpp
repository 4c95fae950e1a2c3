// An answer of the admin listener as a value, and how it becomes bytes. Pure.
#pragma once

#include "base/clock.hpp"
#include "http/body_framing.hpp"
#include "http/method.hpp"

#include <string>
#include <string_view>

namespace hawkcache::admin {

struct AdminReply {
  int status = 200;
  std::string_view content_type = "application/json";
  std::string body;
  std::string extra_fields;  // further field lines, each with its CRLF
  // For the log, once the answer is out: the client would wait a tenth longer for the log's writer
  // to be woken.
  std::string note = {};
};

// application/problem+json (RFC 9457): `detail` says what is wrong, where, and what would be right.
AdminReply problem(int status, std::string_view detail, std::string extra_fields = {});

// Head and body; the head alone for HEAD. Nothing of the admin listener is cached or sniffed.
std::string render(const AdminReply& reply,
                   http::Method request_method,
                   http::Persistence persistence,
                   WallTime now);

}  // namespace hawkcache::admin
