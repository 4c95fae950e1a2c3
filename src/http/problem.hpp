// Answers of our own making: application/problem+json (RFC 9457), as bytes ready to be written.
#pragma once

#include "base/clock.hpp"
#include "http/body_framing.hpp"
#include "http/method.hpp"

#include <string>
#include <string_view>

namespace hawkcache::http {

struct Problem {
  int status = 500;
  std::string_view detail;        // what is wrong and what would be right; for people
  std::string_view extra_fields;  // further field lines, each with its CRLF
  WallTime now;                   // for Date: "An origin server with a clock MUST generate a Date"
                                  // (RFC 9110 section 6.6.1), and an answer of our own is one's
};

// Head and body. Without the body for HEAD. Says `Connection: close` where persistence is close.
std::string render_problem(const Problem& problem, Method request_method, Persistence persistence);

}  // namespace hawkcache::http
