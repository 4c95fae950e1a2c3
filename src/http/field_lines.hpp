// The field lines of a head (RFC 9112 section 5), read by Beast's basic_parser. Private to
// parser.cpp and its tests.
#pragma once

#include "http/fields.hpp"

#include <string_view>
#include <vector>

namespace hawkcache::http {

enum class FieldLines { well_formed, malformed };

// Appends a Field per line of `block` to `fields`, as views into it. REQUIRES: `block` ends with
// its only empty line, and a HeadScanner has found neither control bytes nor folded lines in it.
// What Content-Length, Transfer-Encoding and Connection say is not judged here, but in
// body_framing.
FieldLines parse_field_lines(std::string_view block, std::vector<Field>& fields);

}  // namespace hawkcache::http
