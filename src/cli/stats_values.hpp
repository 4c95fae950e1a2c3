// Values of /v1/stats, and how they are shown to people. What is missing or of another type reads
// as 0 or as an empty text. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <boost/json/value.hpp>

namespace hawkcache::cli {

// nullptr where there is none, or no object.
const boost::json::value* member(const boost::json::value* value, std::string_view name);
std::uint64_t number(const boost::json::value* object, std::string_view name);
// Points into the value.
std::string_view text(const boost::json::value* object, std::string_view name);

// "1 hit", "2 hits"; "1 miss", "2 misses" with misses as `plural`.
std::string counted(std::uint64_t count, std::string_view singular, std::string_view plural = {});
// The text with blanks behind it, up to so many characters.
std::string padded(std::string_view text, std::size_t width);
std::string bytes(std::uint64_t count);
std::string uptime(std::uint64_t seconds);
// Of the requests that rules cache; a dash where there were none.
std::string hit_ratio(std::uint64_t hits, std::uint64_t misses);

}  // namespace hawkcache::cli
