// The first line of a head (RFC 9112 sections 3 and 4). Private to parser.cpp and its tests.
//
// Beast's own start-line parser stays unused: it refuses what must be accepted (HTTP/1.2, a status
// line without the blank before an empty reason) and accepts what must be refused ("#" and raw
// bytes above 0x7f in a target, status 999).
#pragma once

#include "http/parser.hpp"

#include <string_view>

namespace hawkcache::http {

// Fills in everything but the fields, as views into `line`, which is without its CRLF and has no
// control bytes but HTAB.
HeadError parse_start_line(std::string_view line, RequestHead& head) noexcept;
HeadError parse_start_line(std::string_view line, ResponseHead& head) noexcept;

// What is wrong with what has come of a line, in which no CRLF was found yet. Looks at its first
// bytes only. Other protocols (TLS, noise) are found out by this, without waiting for a line
// end that never comes.
HeadError check_begun_start_line(std::string_view begun, const RequestHead&) noexcept;
HeadError check_begun_start_line(std::string_view begun, const ResponseHead&) noexcept;

}  // namespace hawkcache::http
