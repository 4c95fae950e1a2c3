// JSON bodies as the admin listener takes them: one object, RFC 8259 to the letter, valid UTF-8, no
// key twice, nothing behind it, not nested deeper than anything we know. Pure; any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

#include <boost/json/object.hpp>

namespace hawkcache::admin {

struct JsonError {
  std::string message;  // what is wrong and where; for people
};

inline constexpr std::size_t kMaxJsonDepth = 4;

std::variant<boost::json::object, JsonError> parse_strict_object(std::string_view text);

// "a string", "an array" ...: for messages about wrong types.
std::string_view name_of_kind(const boost::json::value& value) noexcept;

}  // namespace hawkcache::admin
