#include "caching/cache_control.hpp"

#include "base/ascii.hpp"
#include "caching/directive_reader.hpp"
#include "http/structured_fields.hpp"

#include <algorithm>
#include <chrono>
#include <string_view>
#include <utility>
#include <variant>

namespace hawkcache::caching {

// cache-directive = token [ "=" ( token / quoted-string ) ] (RFC 9111 section 5.2)
Directive read_directive(std::string_view member) {
  const auto end = std::find_if_not(
      member.begin(), member.end(), [](char c) { return ascii::is_token_char(c); });
  const auto name_size = static_cast<std::size_t>(end - member.begin());
  Directive directive{.name = member.substr(0, name_size), .argument = Argument::none, .value = {}};
  if (name_size == member.size()) return directive;

  directive.argument = Argument::malformed;
  if (member[name_size] != '=') return directive;
  const std::string_view argument = member.substr(name_size + 1);
  // "recipients ought to accept both forms, even if a specific form is required for generation"
  // (RFC 9111 section 5.2)
  if (ascii::is_token(argument)) {
    directive.value = argument;
    directive.argument = Argument::given;
  } else if (auto text = ascii::unquote(argument)) {
    directive.value = std::move(*text);
    directive.argument = Argument::given;
  }
  return directive;
}

namespace {

// "If a cache receives a delta-seconds value greater than the greatest integer it can represent
// [...] the cache MUST consider the value to be 2147483648 (2^31)" (RFC 9111 section 1.2.2)
Duration seconds(std::int64_t value) noexcept {
  return std::chrono::seconds(std::clamp<std::int64_t>(value, 0, kMaxDeltaSeconds));
}

std::optional<Duration> readable_seconds(const Directive& directive) noexcept {
  if (directive.argument != Argument::given) return std::nullopt;
  const auto value = ascii::parse_digits(directive.value, kMaxDeltaSeconds);
  if (!value) return std::nullopt;
  return seconds(static_cast<std::int64_t>(*value));
}

// "When there is more than one value present for a given directive [...], either the first
// occurrence should be used or the response should be considered stale": the smallest is never
// later than that. "Caches are encouraged to consider responses that have invalid freshness
// information (e.g., a max-age directive with non-integer content) to be stale." (RFC 9111 section
// 4.2.1)
void keep_smallest(std::optional<Duration>& kept, const Directive& directive) noexcept {
  const Duration value = readable_seconds(directive).value_or(Duration::zero());
  kept = kept ? std::min(*kept, value) : value;
}

// The argument of a qualified no-cache or private: 1#field-name. False: not such a list.
bool append_field_names(std::vector<std::string>& names, std::string_view list) {
  ascii::ListReader members(list);
  std::vector<std::string> found;
  while (const auto member = members.next()) {
    if (!ascii::is_token(*member)) return false;
    found.push_back(ascii::to_lower(*member));
  }
  names.insert(names.end(), found.begin(), found.end());
  return !found.empty();
}

// "with an argument that lists one or more field names [...] only the listed header fields"
// RFC 9111 sections 5.2.2.4 and 5.2.2.7. What cannot be read as such a list counts as unqualified.
void apply_qualified(bool& unqualified,
                     std::vector<std::string>& names,
                     const Directive& directive) {
  if (directive.argument != Argument::given || !append_field_names(names, directive.value)) {
    unqualified = true;
  }
}

void apply_response(ResponseDirectives& into, const Directive& directive) {
  // 5.2.2.1 max-age
  if (directive.is("max-age")) return keep_smallest(into.max_age, directive);
  // 5.2.2.2 must-revalidate
  if (directive.is("must-revalidate")) {
    into.must_revalidate = true;
  } else if (directive.is("must-understand")) {  // 5.2.2.3; it may lift no-store, so no guesses
    into.must_understand |= directive.argument == Argument::none;
  } else if (directive.is("no-cache")) {  // 5.2.2.4
    apply_qualified(into.no_cache, into.no_cache_fields, directive);
  } else if (directive.is("no-store")) {  // 5.2.2.5
    into.no_store = true;
    // 5.2.2.6 no-transform: does not apply, because content is never transformed.
  } else if (directive.is("private")) {  // 5.2.2.7
    apply_qualified(into.private_, into.private_fields, directive);
  } else if (directive.is("proxy-revalidate")) {  // 5.2.2.8
    into.proxy_revalidate = true;
  } else if (directive.is("public")) {  // 5.2.2.9
    into.public_ |= directive.argument == Argument::none;
  } else if (directive.is("s-maxage")) {  // 5.2.2.10
    keep_smallest(into.s_maxage, directive);
  } else if (directive.is("stale-while-revalidate")) {  // RFC 5861 section 3
    keep_smallest(into.stale_while_revalidate, directive);
  } else if (directive.is("stale-if-error")) {  // RFC 5861 section 4
    keep_smallest(into.stale_if_error, directive);
  }
  // "A cache MUST ignore unrecognized cache directives." (RFC 9111 section 5.2.3)
}

void apply_request(RequestDirectives& into, const Directive& directive) {
  if (directive.is("max-age")) {  // 5.2.1.1
    keep_smallest(into.max_age, directive);
  } else if (directive.is("max-stale")) {  // 5.2.1.2
    // "If no value is assigned to max-stale, then the client will accept a stale response of any
    // age."
    if (directive.argument == Argument::none) {
      into.max_stale = into.max_stale.value_or(Duration::max());
    } else {
      keep_smallest(into.max_stale, directive);
    }
  } else if (directive.is("min-fresh")) {  // 5.2.1.3; the careful reading is the longest
    const Duration value = readable_seconds(directive).value_or(seconds(kMaxDeltaSeconds));
    into.min_fresh = std::max(into.min_fresh.value_or(value), value);
  } else if (directive.is("no-cache")) {  // 5.2.1.4
    into.no_cache = true;
  } else if (directive.is("no-store")) {  // 5.2.1.5
    into.no_store = true;
    // 5.2.1.6 no-transform: does not apply, because content is never transformed.
  } else if (directive.is("only-if-cached")) {  // 5.2.1.7
    into.only_if_cached = true;
  }
}

// A Structured Fields value as the directive it means. nullopt: "?0", the directive is not there.
// Types that no directive has become malformed arguments.
std::optional<Directive> from_structured(const http::SfMember& member) {
  Directive directive{.name = member.key, .argument = Argument::given, .value = {}};
  if (const auto* flag = std::get_if<bool>(&member.value)) {
    if (!*flag) return std::nullopt;
    directive.argument = Argument::none;
  } else if (const auto* number = std::get_if<std::int64_t>(&member.value)) {
    directive.value = std::to_string(std::max<std::int64_t>(*number, 0));
  } else if (const auto* text = std::get_if<std::string>(&member.value)) {
    directive.value = *text;
  } else if (const auto* token = std::get_if<http::SfToken>(&member.value)) {
    directive.value = token->text;
  } else {
    directive.argument = Argument::malformed;
  }
  return directive;
}

bool takes_seconds(std::string_view key) noexcept {
  return key == "max-age" || key == "s-maxage" || key == "stale-while-revalidate" ||
         key == "stale-if-error";
}

// Responses mostly say what the one before them said: that is not parsed anew.
ResponseDirectives response_directives(http::FieldsView response) {
  constexpr std::size_t kLongestKept = 256;
  struct Known {
    std::string line;
    ResponseDirectives directives;
  };
  thread_local Known known;
  const auto line = response.only_value(http::FieldName::cache_control);
  if (!line || line->empty() || line->size() > kLongestKept) {
    return parse_response_directives(response);
  }
  if (known.line != *line) known = Known{std::string(*line), parse_response_directives(response)};
  return known.directives;
}

}  // namespace

ResponseDirectives parse_response_directives(http::FieldsView fields) {
  ResponseDirectives directives;
  for_each_directive(fields, http::FieldName::cache_control, [&](const Directive& directive) {
    apply_response(directives, directive);
  });
  return directives;
}

RequestDirectives parse_request_directives(http::FieldsView fields) {
  RequestDirectives directives;
  // RFC 9111 section 5.4: Pragma "was defined for HTTP/1.0 caches, so that clients could specify a
  // "no-cache" request". In responses it "was never specified": it is not looked at there.
  if (!fields.contains(http::FieldName::cache_control)) {
    directives.no_cache = http::any_list_contains(fields, http::FieldName::pragma, "no-cache");
    return directives;
  }
  for_each_directive(fields, http::FieldName::cache_control, [&](const Directive& directive) {
    apply_request(directives, directive);
  });
  return directives;
}

std::optional<ResponseDirectives> parse_targeted_directives(http::FieldsView fields) {
  // "Targeted fields are Dictionary Structured Fields": all lines are one value (RFC 9213
  // section 2.1).
  const auto text = fields.combined(http::FieldName::cdn_cache_control);
  if (!text) return std::nullopt;
  // "If a targeted field in a given response is empty or a parsing error is encountered, that field
  // MUST be ignored by the cache" (RFC 9213 section 2.1)
  const auto members = http::parse_sf_dictionary(*text);
  if (!members || members->empty()) return std::nullopt;

  ResponseDirectives directives;
  bool usable = false;
  for (const http::SfMember& member : *members) {
    // Seconds are Integers in a dictionary. A member of another type is no error of parsing: it
    // alone counts for nothing, so that a `private` beside it is still obeyed.
    if (takes_seconds(member.key) && !std::holds_alternative<std::int64_t>(member.value)) continue;
    usable = true;
    if (const auto directive = from_structured(member)) apply_response(directives, *directive);
  }
  return usable ? std::optional(std::move(directives)) : std::nullopt;
}

DecidingDirectives deciding_directives(http::FieldsView response) {
  // "the cache MUST select the first (in target-list order) field with a valid, non-empty value
  // [...] and it MUST ignore the Cache-Control and Expires header fields" (RFC 9213 section
  // 2.2). Our target list is CDN-Cache-Control alone.
  if (auto targeted = parse_targeted_directives(response)) {
    return {std::move(*targeted), DirectiveSource::targeted};
  }
  return {response_directives(response), DirectiveSource::cache_control};
}

}  // namespace hawkcache::caching
