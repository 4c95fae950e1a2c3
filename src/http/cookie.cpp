#include "http/cookie.hpp"

#include "base/ascii.hpp"

#include <algorithm>

namespace hawkcache::http {
namespace {

struct Cookie {
  std::string_view name;
  std::string_view value;
  std::string_view text;  // "name=value" as spelled
};

// Calls visit(Cookie) for every pair with "=" until it returns false.
template <class Visit>
void for_each_cookie(FieldsView fields, Visit visit) {
  for (const Field& field : fields) {
    if (field.id != FieldName::cookie) continue;
    std::string_view rest = field.value;
    while (!rest.empty()) {
      const std::string_view text = ascii::trim(ascii::take_until(';', rest));
      const std::size_t equals = text.find('=');
      if (equals == std::string_view::npos) continue;
      const Cookie cookie{.name = ascii::trim(text.substr(0, equals)),
                          .value = ascii::trim(text.substr(equals + 1)),
                          .text = text};
      if (!visit(cookie)) return;
    }
  }
}

}  // namespace

std::optional<std::string_view> cookie_value(FieldsView fields, std::string_view name) noexcept {
  std::optional<std::string_view> value;
  for_each_cookie(fields, [&](const Cookie& cookie) {
    if (cookie.name == name) value = cookie.value;
    return !value.has_value();
  });
  return value;
}

std::string keep_cookies(FieldsView fields, std::span<const std::string> names) {
  std::string kept;
  for_each_cookie(fields, [&](const Cookie& cookie) {
    if (std::find(names.begin(), names.end(), cookie.name) != names.end()) {
      if (!kept.empty()) kept += "; ";
      kept += cookie.text;
    }
    return true;
  });
  return kept;
}

}  // namespace hawkcache::http
