// UTF-8 (RFC 3629), as far as a configuration file needs it. Pure; any thread.
#pragma once

#include <cstddef>
#include <string_view>

namespace hawkcache::config {

// Where the text stops being UTF-8 without control bytes (tab, line feed and carriage return are
// fine); npos if nowhere.
std::size_t first_bad_byte(std::string_view text) noexcept;

}  // namespace hawkcache::config
