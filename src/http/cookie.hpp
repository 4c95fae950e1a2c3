// The Cookie field (RFC 6265 section 5.4): reading one cookie, keeping only some.
#pragma once

#include "http/fields.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace hawkcache::http {

// The value of the first cookie of that name over all Cookie lines; names are case-sensitive.
std::optional<std::string_view> cookie_value(FieldsView fields, std::string_view name) noexcept;

// A Cookie value with only the cookies of these names, in the order they came, joined with "; "; ""
// when none is there.
std::string keep_cookies(FieldsView fields, std::span<const std::string> names);

}  // namespace hawkcache::http
