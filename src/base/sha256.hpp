// SHA-256 for what others name by its hash. Any thread.
#pragma once

#include <string>
#include <string_view>

namespace hawkcache {

// In base64, with its padding.
std::string sha256_base64(std::string_view bytes);

}  // namespace hawkcache
