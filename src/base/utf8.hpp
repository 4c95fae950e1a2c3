// UTF-8 (RFC 3629; Unicode 15, table 3-7: no overlong forms, no surrogates, nothing above
// U+10FFFF). Pure; any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace hawkcache::utf8 {

// U+FFFD, which stands for each byte that is no part of a sequence.
inline constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// How many bytes the sequence at the start of the text has; 0 when there is none.
std::size_t sequence_length(std::string_view text) noexcept;

// Appends the text with a replacement for each byte that is no part of a sequence.
void append_repaired(std::string& out, std::string_view text);

// The most of the text's beginning that is no longer than `size` and ends with no part of a
// sequence. REQUIRES: the text is UTF-8.
std::string_view cut(std::string_view text, std::size_t size) noexcept;

// How many characters (code points) it is to whoever looks at it; a byte that is no part of a
// sequence counts as one.
std::size_t character_count(std::string_view text) noexcept;

// The text's first so many characters, counted so; all of it where there are fewer.
std::string_view first_characters(std::string_view text, std::size_t count) noexcept;

}  // namespace hawkcache::utf8
