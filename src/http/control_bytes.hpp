// The bytes that no head may have but as line ends. Private to the parser's files.
#pragma once

#include <cstddef>
#include <string_view>

namespace hawkcache::http {

// The first control byte other than HTAB at or after `from`; text.size() when there is none.
std::size_t find_control(std::string_view text, std::size_t from) noexcept;

}  // namespace hawkcache::http
