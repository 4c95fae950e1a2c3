// Tags: Surrogate-Key (split at blanks), Cache-Tag (at commas), Cache-Groups (RFC 9875: a
// Structured Field list of strings), and values that come from requests. All of them are UTF-8:
// each byte that is not becomes U+FFFD, so that a purge request, which is JSON, can name any tag.
#pragma once

#include "http/fields.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace hawkcache::caching {

// Bytes of a placeholder's value, and of an origin's tag, where nothing else is configured.
inline constexpr std::size_t kMaxTagValue = 256;

struct TagLimits {
  std::size_t per_response = 1024;
  std::size_t length = kMaxTagValue;  // bytes of an origin's tag
};

// Cut at `length` bytes (never within a UTF-8 sequence) and without control characters.
std::string clean_tag_value(std::string_view value, std::size_t length = kMaxTagValue);

// Cache-Groups belong to one origin (RFC 9875 section 2): the tag under which a group is kept is
// this, unique to scheme and authority and not expressible by the other sources. A group is kept
// under its plain name too, beside rule tags, Surrogate-Key and Cache-Tag, which are one name
// space.
std::string group_tag(std::string_view scheme, std::string_view authority, std::string_view group);

// The origin's tags from a response's fields, appended to `tags`; then sorted, without repetition.
// Returns how many were dropped for being too many or too long. The caller must not store a
// response with any dropped (Reason::too_many_tags): a purge of such a tag could not reach it.
[[nodiscard]] std::size_t append_response_tags(std::vector<std::string>& tags,
                                               http::FieldsView response,
                                               std::string_view scheme,
                                               std::string_view authority,
                                               TagLimits limits);

// Cache-Group-Invalidation (as group tags) and Cache-Invalidate-Tags (commas) of a response to an
// unsafe request.
std::vector<std::string> invalidated_tags(http::FieldsView response,
                                          std::string_view scheme,
                                          std::string_view authority);

}  // namespace hawkcache::caching
