// What fits into "Authorization: Bearer ..." as the admin listener's token. Pure; any thread.
#pragma once

#include "config/syntax_error.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

namespace hawkcache::config {

inline constexpr std::size_t kLongestToken = 4096;

// The text as it is; an empty one means none. The error does not repeat it.
[[nodiscard]] std::variant<std::string, SyntaxError> parse_token(std::string_view text);

}  // namespace hawkcache::config
