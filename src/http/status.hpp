// Status codes (RFC 9110 section 15).
#pragma once

#include <string_view>

namespace hawkcache::http {

// "Not Found"; "" for codes without a registered phrase.
std::string_view reason_phrase(int status) noexcept;

}  // namespace hawkcache::http
