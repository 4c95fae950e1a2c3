#include "config/cache_control_text.hpp"

#include "base/ascii.hpp"
#include "config/suggest.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

namespace hawkcache::config {
namespace {

const std::vector<std::string>& known_directives() {
  static const std::vector<std::string> names{"no-store",
                                              "no-cache",
                                              "private",
                                              "public",
                                              "must-revalidate",
                                              "proxy-revalidate",
                                              "no-transform",
                                              "must-understand",
                                              "immutable",
                                              "max-age",
                                              "s-maxage",
                                              "stale-while-revalidate",
                                              "stale-if-error"};
  return names;
}

// RFC 9111 section 5.2: token [ "=" ( token / quoted-string ) ]. Unknown names are legal, misspelt
// ones are not.
std::optional<SyntaxError> check_directive(std::string_view directive) {
  const std::size_t equals = std::min(directive.find('='), directive.size());
  const std::string_view name = directive.substr(0, equals);
  const std::string_view argument = directive.substr(std::min(equals + 1, directive.size()));
  const bool has_argument = equals < directive.size();
  const bool good = ascii::is_token(name) &&
                    (!has_argument || ascii::is_token(argument) || ascii::unquote(argument));
  if (!good)
    return SyntaxError{0,
                       fmt::format("{} is no Cache-Control directive; write one such as max-age=60",
                                   in_quotes(directive))};
  const std::vector<std::string>& known = known_directives();
  const std::string lower = ascii::to_lower(name);
  const bool is_known = std::find(known.begin(), known.end(), lower) != known.end();
  if (!is_known && closest(lower, known)) {
    return SyntaxError{
        0, fmt::format("unknown directive {}{}", in_quotes(name), did_you_mean(lower, known))};
  }
  const bool seconds =
      is_known && (lower == "max-age" || lower == "s-maxage" || lower.starts_with("stale-"));
  if (seconds && !ascii::parse_digits(argument)) {
    return SyntaxError{
        0, fmt::format("{} needs a number of seconds; write {}=60", in_quotes(directive), lower)};
  }
  return std::nullopt;
}

}  // namespace

std::variant<std::optional<std::string>, SyntaxError> parse_client_cache_control(
    std::string_view text) {
  if (text == "keep") return std::optional<std::string>();
  ascii::ListReader list(text);
  bool any = false;
  while (const auto directive = list.next()) {
    any = true;
    const std::vector<std::string> words{"keep"};
    if (closest(*directive, words))
      return SyntaxError{
          0, fmt::format("unknown directive {}; did you mean \"keep\"?", in_quotes(*directive))};
    if (auto error = check_directive(*directive)) return std::move(*error);
  }
  if (!any) return SyntaxError{0, "an empty text; write keep, no-store or any Cache-Control text"};
  return std::optional<std::string>(std::string(text));
}

}  // namespace hawkcache::config
