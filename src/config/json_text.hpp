// The few pieces of JSON that the schema is put together from. Pure; any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace hawkcache::config {

// The text as a JSON string, quotes included.
std::string json_string(std::string_view text);
// A schema for one of these texts, or ${ENV}.
std::string json_choice(std::span<const std::string> names);
// A schema that also takes ${ENV}.
std::string json_or_environment(std::string_view schema);
// The JSON with line breaks and indentation.
std::string json_indented(std::string_view json);

}  // namespace hawkcache::config
