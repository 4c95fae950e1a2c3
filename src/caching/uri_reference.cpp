#include "caching/uri_reference.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <string>

namespace hawkcache::caching {
namespace {

// Takes everything up to the first of `stops` off the front of `text`.
std::string_view take_until(std::string_view& text, std::string_view stops) noexcept {
  const auto size = std::min(text.find_first_of(stops), text.size());
  const std::string_view taken = text.substr(0, size);
  text.remove_prefix(size);
  return taken;
}

// "scheme:" at the front, taken off; empty when there is none.
std::string_view take_scheme(std::string_view& text) noexcept {
  const auto colon = text.find_first_of(":/?#");
  if (colon == text.npos || text[colon] != ':' || colon == 0 || !ascii::is_alpha(text[0])) {
    return {};
  }
  const std::string_view scheme = text.substr(0, colon);
  text.remove_prefix(colon + 1);
  return scheme;
}

bool same_authority(std::string_view scheme, std::string_view a, std::string_view b) noexcept {
  return ascii::equals_ignoring_case(http::without_default_port(a, scheme),
                                     http::without_default_port(b, scheme));
}

// RFC 3986 section 5.2.4, for a path that begins with "/".
std::string remove_dot_segments(std::string_view path) {
  std::string out;
  while (!path.empty()) {
    path.remove_prefix(1);  // "/"
    const std::string_view segment = take_until(path, "/");
    const bool last = path.empty();
    if (segment == "." || segment == "..") {
      if (segment == "..") out.resize(out.empty() ? 0 : out.rfind('/'));
      if (last) out += '/';
    } else {
      out.append("/").append(segment);
    }
  }
  return out;
}

// RFC 3986 section 5.2.2 for a reference without scheme and authority; no fragment.
std::string resolve_path_and_query(std::string_view reference, const http::Target& target) {
  if (reference.empty()) return target_uri(target).path_and_query;
  std::string_view query = reference;
  const std::string_view path = take_until(query, "?");
  std::string resolved;
  if (path.empty()) {
    resolved = target.path;
  } else if (path.front() == '/') {
    resolved = remove_dot_segments(path);
  } else {
    // "everything before the last "/" of the base, then the reference" (RFC 3986 section 5.2.3)
    const auto directory = target.path.substr(0, target.path.rfind('/') + 1);
    resolved = remove_dot_segments(std::string(directory).append(path));
  }
  return resolved.append(query);
}

}  // namespace

InvalidatedUri target_uri(const http::Target& target) {
  InvalidatedUri uri{std::string(target.authority), std::string(target.path)};
  if (target.has_query) uri.path_and_query.append("?").append(target.query);
  return uri;
}

std::optional<InvalidatedUri> resolve_same_origin(std::string_view reference,
                                                  std::string_view scheme,
                                                  const http::Target& target) {
  const auto unusable = [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == '\x7f'; };
  if (std::any_of(reference.begin(), reference.end(), unusable)) return std::nullopt;
  if (!target.path.starts_with('/')) return std::nullopt;

  std::string_view rest = reference;
  rest = take_until(rest, "#");
  const std::string_view named_scheme = take_scheme(rest);
  if (!named_scheme.empty() && !ascii::equals_ignoring_case(named_scheme, scheme)) {
    return std::nullopt;
  }
  const std::string authority(target.authority);
  if (rest.starts_with("//")) {
    rest.remove_prefix(2);
    // User information makes it another authority, as far as we care.
    if (!same_authority(scheme, take_until(rest, "/?"), target.authority)) return std::nullopt;
    std::string resolved = rest.starts_with('/') ? std::string() : std::string("/");
    resolved.append(rest);
    return InvalidatedUri{authority, resolve_path_and_query(resolved, target)};
  }
  if (!named_scheme.empty()) return std::nullopt;  // "http:path"
  return InvalidatedUri{authority, resolve_path_and_query(rest, target)};
}

}  // namespace hawkcache::caching
