// Reads a Cache-Control field as directives (RFC 9111 section 5.2), for cache_control.cpp alone.
#pragma once

#include "base/ascii.hpp"
#include "http/fields.hpp"

#include <string>
#include <string_view>

namespace hawkcache::caching {

// How a directive's argument is spelled. `malformed`: neither a token nor a quoted-string, or
// blanks around "=": what restricts is obeyed all the same, what permits is not believed.
enum class Argument { none, given, malformed };

struct Directive {
  std::string_view name;  // as spelled
  Argument argument = Argument::none;
  std::string value;  // unquoted; for Argument::given

  bool is(std::string_view lower_case_name) const noexcept {
    return ascii::equals_ignoring_case(name, lower_case_name);
  }
};

// One member of the list.
Directive read_directive(std::string_view member);

// Calls apply(const Directive&) for every directive on every line of the field.
template <class Apply>
void for_each_directive(http::FieldsView fields, http::FieldName field, Apply&& apply) {
  fields.for_each(field, [&apply](std::string_view line) {
    ascii::ListReader members(line);
    while (const auto member = members.next()) {
      Directive directive = read_directive(*member);
      apply(directive);
      if (directive.argument != Argument::malformed) continue;
      // An opened quote that never closes swallows the rest of the line. Whoever reads it another
      // way sees directives there: they count as malformed ones.
      std::string_view rest = *member;
      for (auto comma = rest.find(','); comma != rest.npos; comma = rest.find(',')) {
        rest.remove_prefix(comma + 1);
        Directive hidden = read_directive(ascii::trim(rest.substr(0, rest.find(','))));
        hidden.argument = Argument::malformed;
        apply(hidden);
      }
    }
  });
}

}  // namespace hawkcache::caching
