#include "config/checks.hpp"
#include "config/suggest.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace hawkcache::config {
namespace {

using PartKind = TemplatePart::Kind;
using Parts = std::vector<TemplatePart>;

// The request headers that are not forwarded as the client sent them.
constexpr std::array<std::string_view, 6> kWrittenAnew = {
    "cdn-loop", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-request-id"};

// The request headers that caching/vary treats as credentials.
constexpr std::array<std::string_view, 7> kCredentials{"authorization",
                                                       "cookie",
                                                       "proxy-authorization",
                                                       "x-access-token",
                                                       "x-api-key",
                                                       "x-auth-token",
                                                       "x-csrf-token"};

template <class Range, class Value>
bool contains(const Range& range, const Value& value) {
  return std::find(range.begin(), range.end(), value) != range.end();
}

bool has(const Parts& parts, PartKind kind) {
  return std::any_of(
      parts.begin(), parts.end(), [kind](const TemplatePart& part) { return part.kind == kind; });
}
bool has(const Parts& parts, PartKind kind, const std::string& text) {
  return contains(parts, TemplatePart{kind, text});
}

std::string braced(const TemplatePart& part) {
  switch (part.kind) {
    case PartKind::header:
      return fmt::format("{{header.{}}}", part.text);
    case PartKind::cookie:
      return fmt::format("{{cookie.{}}}", part.text);
    case PartKind::query_parameter:
      return fmt::format("{{query.{}}}", part.text);
    case PartKind::path_parameter:
      return fmt::format("{{{}}}", part.text);
    default:
      return "{}";
  }
}

// Regular expressions, and Flask's <int:id>. What paths are known to have in earnest, such as
// parentheses and OData's $metadata, is none.
bool looks_like_a_pattern(std::string_view segment) {
  if (segment.find_first_of("[]<>^|") != std::string_view::npos) return true;
  return segment.find(".*") != std::string_view::npos ||
         segment.find(".+") != std::string_view::npos ||
         (segment.size() > 1 && segment.ends_with('$'));
}

class RouteWarnings {
 public:
  RouteWarnings(Reader& reader,
                const RouteScope& scope,
                const RouteConfig& route,
                const RouteTemplates& templates)
      : reader_(reader), scope_(scope), route_(route), templates_(templates) {}

  void run() {
    check_cookies();
    check_set_cookie();
    check_vary();
    check_own_key();
    check_credentials_in_tags();
    check_empty_cookies();
    check_path();
    check_shadowed_names();
  }

 private:
  void warn(std::string_view key, std::string message) {
    reader_.warning(scope_.position(key), std::move(message));
  }

  // Whether the value of this request header is part of the key.
  bool keyed_by(const std::string& header) const {
    if (route_.key) return has(templates_.key, PartKind::header, header);
    return contains(route_.vary, header);
  }
  bool cookie_keyed(const std::string& name) const {
    if (keyed_by("cookie") || has(templates_.key, PartKind::cookie, name)) return true;
    return contains(route_.cookies.names, name);  // also beside a `key` of the rule's own
  }

  void check_cookies() {
    if (route_.cookies.kind == CookieRule::Kind::ignore && !keyed_by("cookie") &&
        !has(templates_.key, PartKind::cookie)) {
      warn("cookies",
           "cookies: ignore forwards Cookie but does not key on it: an answer made for one visitor "
           "can reach all; "
           "use { key: [NAME] }, or be sure that the origin does not look at cookies here");
    }
  }

  void check_set_cookie() {
    if (route_.set_cookie != SetCookie::store) return;
    warn("set_cookie",
         "set_cookie: store gives every client the same cookies; use strip, or refuse, unless they "
         "are meant for all");
  }

  void check_vary() {
    const std::string language = "accept-language";
    if (contains(route_.vary, language) && contains(route_.normalize, language) && !route_.key) {
      warn("vary",
           "vary: accept-language puts its whole value into the key, so no answer in the preferred "
           "language is looked for beyond that; leave it out where the API sends Vary: "
           "Accept-Language");
    }
    for (const std::string& header : route_.vary) {
      if (!contains(kWrittenAnew, header)) continue;
      warn(
          "vary",
          fmt::format("vary: hawkcache writes {} anew for the upstream, so what the client sent is "
                      "not what the API answers by; vary on another header",
                      header));
    }
  }

  void check_own_key() {
    if (!route_.key) return;
    const Parts& key = templates_.key;
    if (key.empty()) return;  // reported as an error
    if (!has(key, PartKind::host) && !has(key, PartKind::header, "host")) {
      warn("key",
           "key: without {host}, all hosts share these entries; add {host}, unless that is meant");
    }
    if (!has(key, PartKind::path)) check_path_in_key(key);
    if (!has(key, PartKind::query)) check_query_in_key(key);
    for (const std::string& header : route_.vary) {
      if (keyed_by(header)) continue;
      const bool credential = contains(kCredentials, header);
      warn("vary",
           fmt::format("vary: `key` replaces the default key, `vary` included, so {} is not "
                       "keyed{}; add {{header.{}}} to `key`",
                       header,
                       credential ? ": one user's answer can reach another" : "",
                       header));
    }
  }

  void check_path_in_key(const Parts& key) {
    for (const std::string& name : route_.path.value.parameter_names()) {
      if (has(key, PartKind::path_parameter, name)) continue;
      warn("key",
           fmt::format("key: it has neither {{path}} nor {{{}}}, so different paths share one "
                       "entry; add one, unless that is meant",
                       name));
    }
  }

  // Parameters one by one are enough where `only` keeps no other.
  void check_query_in_key(const Parts& key) {
    const auto keyed = [&](const std::string& name) {
      return has(key, PartKind::query_parameter, name);
    };
    if (route_.query.only &&
        std::all_of(route_.query.only->begin(), route_.query.only->end(), keyed))
      return;
    warn("key",
         "key: without {query}, requests that differ only in their query share one entry; add "
         "{query}, or keep only keyed "
         "parameters with `query: { only: [...] }`");
  }

  // Header fields that are credentials go into a tag as digests, cookies as they are.
  void check_credentials_in_tags() {
    for (const TemplatePart& part : templates_.tags) {
      if (part.kind == PartKind::cookie) {
        check_cookie_in_tag(part);
      } else if (part.kind == PartKind::header && contains(kCredentials, part.text) &&
                 !keyed_by(part.text)) {
        warn("tags",
             fmt::format("tags: {} is a credential, and it is not in the key: one user's answer "
                         "can reach another; key on it "
                         "(vary: [{}]), or remove it",
                         braced(part),
                         part.text));
      }
    }
  }

  void check_cookie_in_tag(const TemplatePart& part) {
    if (route_.cookies.kind == CookieRule::Kind::bypass)
      return;  // always empty: check_empty_cookies
    if (cookie_keyed(part.text)) {
      warn("tags",
           fmt::format("tags: {} shows the cookie in the tag as it is; tag by something that may "
                       "be seen, such as a tenant's name",
                       braced(part)));
    } else {
      warn("tags",
           fmt::format("tags: {} is not in the key: one visitor's answer can reach another; write "
                       "cookies: {{ key: [{}] }}, or remove it",
                       braced(part),
                       part.text));
    }
  }

  // Under `cookies: bypass` a request with any Cookie never gets as far as the key.
  void check_empty_cookies() {
    if (route_.cookies.kind != CookieRule::Kind::bypass) return;
    for (const auto& [name, parts] :
         {std::pair("key", &templates_.key), std::pair("tags", &templates_.tags)}) {
      for (const TemplatePart& part : *parts) {
        if (part.kind != PartKind::cookie) continue;
        warn(name,
             fmt::format("{}: {} is always empty, because requests with cookies bypass the cache; "
                         "add cookies: {{ key: [{}] }}",
                         name,
                         braced(part),
                         part.text));
      }
    }
  }

  void check_path() {
    for (const PathSegment& segment : route_.path.value.segments) {
      if (segment.kind != PathSegment::Kind::literal) continue;
      if (segment.text == "*" || segment.text == "**") {
        warn("path",
             "path: * is an ordinary character here; for the whole rest write {rest:path}, for one "
             "segment {name}");
      } else if (segment.text.size() > 1 && segment.text.front() == ':') {
        warn("path",
             fmt::format("path: \"{}\" is an ordinary text here; a placeholder is written {{{}}}",
                         segment.text,
                         segment.text.substr(1)));
      } else if (looks_like_a_pattern(segment.text)) {
        warn("path",
             fmt::format("path: {} is an ordinary text here, no pattern; a placeholder is written "
                         "{{name}} or {{name:int}}, for the whole rest {{name:path}}",
                         in_quotes(segment.text)));
      }
    }
  }

  // {path:path} and the like: the template means the parameter, not the whole path.
  void check_shadowed_names() {
    static const std::vector<std::string> fixed{"method", "scheme", "host", "path", "query"};
    for (const auto& [name, parts] : {std::pair("key", &templates_.key),
                                      std::pair("tags", &templates_.tags),
                                      std::pair("invalidates", &templates_.invalidates)}) {
      for (const TemplatePart& part : *parts) {
        if (part.kind != PartKind::path_parameter || !contains(fixed, part.text)) continue;
        warn(name,
             fmt::format("{}: {} means the parameter of this path here, not the request's {}; give "
                         "the parameter another name",
                         name,
                         braced(part),
                         part.text));
      }
    }
  }

  Reader& reader_;
  const RouteScope& scope_;
  const RouteConfig& route_;
  const RouteTemplates& templates_;
};

}  // namespace

void warn_about_route(Reader& reader,
                      const RouteScope& scope,
                      const RouteConfig& route,
                      const RouteTemplates& templates) {
  RouteWarnings(reader, scope, route, templates).run();
  warn_about_methods(reader, scope, route);
}

}  // namespace hawkcache::config
