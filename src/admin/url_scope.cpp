#include "admin/purge_request.hpp"
#include "base/ascii.hpp"

#include <algorithm>
#include <optional>

namespace hawkcache::admin {
namespace {

// What follows "http://" or "https://"; nullopt without one of them.
std::optional<std::string_view> after_scheme(std::string_view text) {
  for (const std::string_view scheme :
       {std::string_view("http://"), std::string_view("https://")}) {
    if (ascii::equals_ignoring_case(text.substr(0, scheme.size()), scheme)) {
      return text.substr(scheme.size());
    }
  }
  return std::nullopt;
}

std::variant<store::UrlScope, std::string> parse_absolute(std::string_view rest, UrlKind kind) {
  const std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
  const std::string_view authority = rest.substr(0, end);
  const std::string_view path = rest.substr(end);
  if (authority.find('@') != std::string_view::npos) {
    return "must not have user information before the host";
  }
  if (!http::is_valid_authority(authority)) {
    return "must have a host, with a port or without, after the scheme";
  }
  store::UrlScope scope{.authority = store::normalized_authority(authority), .path_and_query = {}};
  const bool needs_slash = path.empty() ? kind == UrlKind::url : path.front() == '?';
  if (needs_slash) scope.path_and_query = "/";
  scope.path_and_query += path;
  return scope;
}

}  // namespace

std::variant<store::UrlScope, std::string> parse_url_scope(std::string_view text, UrlKind kind) {
  if (text.empty()) return "must not be empty";
  const auto is_control = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte <= 0x20 || byte == 0x7f;
  };
  if (std::any_of(text.begin(), text.end(), is_control)) {
    return "must not contain blanks or control characters; write them percent-encoded, as the "
           "requests do";
  }
  if (text.find('#') != std::string_view::npos) {
    return "must not contain a fragment (#): requests never carry one";
  }
  if (text.front() == '/')
    return store::UrlScope{.authority = {}, .path_and_query = std::string(text)};
  if (const auto rest = after_scheme(text)) return parse_absolute(*rest, kind);
  return "must begin with http://, https:// (that host only) or / (every host)";
}

}  // namespace hawkcache::admin
