// Entity tags (RFC 9110 section 8.8.3).
#pragma once

#include <string_view>

namespace hawkcache::http {

// W/"x" or "x", with only the bytes that section 8.8.3 allows.
bool is_valid_entity_tag(std::string_view tag) noexcept;
bool weakly_equal(std::string_view a, std::string_view b) noexcept;  // section 8.8.3.2
bool strongly_equal(std::string_view a, std::string_view b) noexcept;
// Whether a list such as If-None-Match's (without "*") has a weakly equal member.
bool list_matches_weakly(std::string_view list, std::string_view tag) noexcept;
bool list_matches_strongly(std::string_view list, std::string_view tag) noexcept;

}  // namespace hawkcache::http
