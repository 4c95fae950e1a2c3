// ${NAME} and ${NAME:-default} inside a scalar that YAML has already parsed, so that a value never
// changes structure.
// $${ stands for a plain ${. Pure; any thread.
#pragma once

#include "config/load.hpp"
#include "config/syntax_error.hpp"

#include <string>
#include <string_view>
#include <variant>

namespace hawkcache::config {

// The default is used when the variable is not set, or is empty.
[[nodiscard]] std::variant<std::string, SyntaxError> substitute(std::string_view text,
                                                                const Environment& environment);

}  // namespace hawkcache::config
