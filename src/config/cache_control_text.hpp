// The value of `client_cache_control`. Pure; any thread.
#pragma once

#include "config/syntax_error.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace hawkcache::config {

// nullopt for `keep`; else a Cache-Control text (RFC 9111 section 5.2) as written. Unknown
// directives are legal, as the RFC wants; those that look like a misspelt one are not.
[[nodiscard]] std::variant<std::optional<std::string>, SyntaxError> parse_client_cache_control(
    std::string_view text);

}  // namespace hawkcache::config
