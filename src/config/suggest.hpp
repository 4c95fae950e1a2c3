// "did you mean ...": the known name closest to a misspelt one.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace hawkcache::config {

// Insertions, deletions, replacements and swaps of neighbours, ignoring ASCII case and the
// difference of '-' and '_'.
std::size_t edit_distance(std::string_view a, std::string_view b);

// The closest candidate, if it is close: within two edits and a third of the longer name's length,
// or where one of the two begins with the other.
std::optional<std::string> closest(std::string_view name, std::span<const std::string> candidates);

// `; did you mean "x"?`, or nothing.
std::string did_you_mean(std::string_view name, std::span<const std::string> candidates);

// "a, b, c".
std::string join(std::span<const std::string> names, std::string_view separator = ", ");

// The text in double quotes, with control bytes made visible and a long text cut.
std::string in_quotes(std::string_view text);

}  // namespace hawkcache::config
