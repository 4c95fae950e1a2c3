// The part of Structured Fields (RFC 9651, formerly RFC 8941) that caching needs: dictionaries of
// items (CDN-Cache-Control, RFC 9213) and lists of strings (Cache-Groups, RFC 9875). One bad member
// voids the whole field, as the RFC says.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace hawkcache::http {

struct SfToken {
  std::string text;
  bool operator==(const SfToken&) const = default;
};
struct SfOther {
  bool operator==(const SfOther&) const = default;
};  // inner lists, byte sequences, dates, decimals ...: valid, of no use to us
using SfValue = std::variant<bool, std::int64_t, std::string, SfToken, SfOther>;

struct SfMember {
  std::string key;  // empty in lists
  SfValue value;
};

// Members in order; a repeated key keeps its last value. nullopt: not a dictionary.
std::optional<std::vector<SfMember>> parse_sf_dictionary(std::string_view text);
// nullopt: not a list.
std::optional<std::vector<SfMember>> parse_sf_list(std::string_view text);

}  // namespace hawkcache::http
