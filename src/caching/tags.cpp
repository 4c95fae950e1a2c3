#include "caching/tags.hpp"

#include "base/ascii.hpp"
#include "base/utf8.hpp"
#include "http/structured_fields.hpp"
#include "http/target.hpp"

#include <algorithm>
#include <iterator>
#include <utility>
#include <variant>

namespace hawkcache::caching {
namespace {

using http::FieldName;

bool is_control(char c) noexcept { return static_cast<unsigned char>(c) < 0x20 || c == '\x7f'; }

// Bytes that are not UTF-8 could be named in no purge request, which is JSON.
std::string repaired(std::string_view tag) {
  std::string text;
  utf8::append_repaired(text, tag);
  return text;
}

// Calls add(std::string_view) for each that the reader finds on each line of the field.
template <class Reader, class Add>
void for_each_on_lines(http::FieldsView fields, FieldName name, Add&& add) {
  fields.for_each(name, [&add](std::string_view line) {
    Reader reader(line);
    while (const auto member = reader.next()) add(*member);
  });
}

// "a List of Strings" (RFC 9875 sections 2 and 3). A field that is no list is not there (RFC 9651
// section 4.2); a member that is no string names no group.
template <class Add>
void for_each_group(http::FieldsView fields, FieldName name, Add&& add) {
  const auto text = fields.combined(name);
  if (!text) return;
  const auto members = http::parse_sf_list(*text);
  if (!members) return;
  for (const http::SfMember& member : *members) {
    if (const auto* group = std::get_if<std::string>(&member.value)) add(std::string_view(*group));
  }
}

void sort_unique(std::vector<std::string>& tags) {
  std::sort(tags.begin(), tags.end());
  tags.erase(std::unique(tags.begin(), tags.end()), tags.end());
}

bool has_tags(http::FieldsView response) noexcept {
  return response.contains(FieldName::surrogate_key) || response.contains(FieldName::cache_tag) ||
         response.contains(FieldName::cache_groups);
}

}  // namespace

std::string clean_tag_value(std::string_view value, std::size_t length) {
  const auto is_printable = [](char c) { return c >= 0x20 && c < 0x7f; };
  if (std::all_of(value.begin(), value.end(), is_printable)) {
    return std::string(value.substr(0, length));
  }
  std::string clean;
  for (const char c : value) {
    if (is_control(c)) continue;
    clean += c;
    if (clean.size() > length + 3) break;  // what follows is cut off in any case
  }
  clean = repaired(clean);
  clean.resize(utf8::cut(clean, length).size());
  return clean;
}

std::string group_tag(std::string_view scheme, std::string_view authority, std::string_view group) {
  // "They both share the same URI origin" (RFC 9875 section 2.1): scheme, host without regard to
  // case, port. The control characters keep it apart: no other source of tags has any.
  authority = http::without_default_port(authority, scheme);
  std::string tag("\x1fgroup\x1f");
  tag.append(ascii::to_lower(scheme)).append("://").append(ascii::to_lower(authority));
  return tag.append("\x1f").append(group);
}

std::size_t append_response_tags(std::vector<std::string>& tags,
                                 http::FieldsView response,
                                 std::string_view scheme,
                                 std::string_view authority,
                                 TagLimits limits) {
  sort_unique(tags);
  if (!has_tags(response)) return 0;
  std::size_t dropped = 0;
  std::vector<std::string> found;
  const auto add = [&](std::string_view spelled) {
    std::string tag = spelled.size() > limits.length ? std::string() : repaired(spelled);
    if (tag.empty() || tag.size() > limits.length) {
      ++dropped;
    } else {
      found.push_back(std::move(tag));
    }
  };
  for_each_on_lines<ascii::WordReader>(response, FieldName::surrogate_key, add);
  // Nothing quotes a comma: that is how the senders of this field write it.
  for_each_on_lines<ascii::TokenListReader>(response, FieldName::cache_tag, add);
  for_each_group(response, FieldName::cache_groups, [&](std::string_view group) {
    if (group.size() > limits.length) {
      ++dropped;
    } else {
      // Twice: Cache-Group-Invalidation reaches groups of its own origin only, a purge by tag names
      // them like any other tag.
      found.push_back(group_tag(scheme, authority, group));
      found.emplace_back(group);
    }
  });

  sort_unique(found);
  std::vector<std::string> added;
  std::set_difference(
      found.begin(), found.end(), tags.begin(), tags.end(), std::back_inserter(added));
  const std::size_t room = limits.per_response - std::min(limits.per_response, tags.size());
  if (added.size() > room) {
    dropped += added.size() - room;
    added.resize(room);
  }
  std::move(added.begin(), added.end(), std::back_inserter(tags));
  std::sort(tags.begin(), tags.end());
  return dropped;
}

std::vector<std::string> invalidated_tags(http::FieldsView response,
                                          std::string_view scheme,
                                          std::string_view authority) {
  std::vector<std::string> tags;
  for_each_group(response, FieldName::cache_group_invalidation, [&](std::string_view group) {
    tags.push_back(group_tag(scheme, authority, group));
  });
  for_each_on_lines<ascii::TokenListReader>(
      response, FieldName::cache_invalidate_tags, [&](std::string_view tag) {
        tags.push_back(repaired(tag));
      });
  sort_unique(tags);
  return tags;
}

}  // namespace hawkcache::caching
