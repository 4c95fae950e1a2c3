#include "http/hop_by_hop.hpp"

#include "base/ascii.hpp"

#include <algorithm>

namespace hawkcache::http {
namespace {

bool less_ignoring_case(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return a.size() < b.size();
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    return ascii::to_lower(x) < ascii::to_lower(y);
  });
}

constexpr auto kByName = [](const Field& a, const Field& b) {
  return less_ignoring_case(a.name, b.name);
};

}  // namespace

bool is_hop_by_hop(FieldName name) noexcept {
  switch (name) {
    case FieldName::connection:
    case FieldName::http2_settings:
    case FieldName::keep_alive:
    case FieldName::proxy_authenticate:
    case FieldName::proxy_authentication_info:
    case FieldName::proxy_authorization:
    case FieldName::proxy_connection:
    case FieldName::te:
    case FieldName::trailer:
    case FieldName::transfer_encoding:
    case FieldName::upgrade:
      return true;
    default:
      return false;
  }
}

NominatedFields::NominatedFields(FieldsView fields) {
  fields.for_each(FieldName::connection, [this](std::string_view value) {
    ascii::ListReader members(value);
    while (const auto member = members.next()) {
      // A known name is either hop-by-hop anyway, or protected: only unknown ones need remembering.
      if (parse_field_name(*member) != FieldName::unknown) continue;
      if (ascii::equals_ignoring_case(*member, "close")) continue;
      nominated_.push_back({.id = FieldName::unknown, .name = *member, .value = {}});
    }
  });
  // Sorted, so that thousands of nominations times thousands of fields stay cheap.
  std::sort(nominated_.begin(), nominated_.end(), kByName);
}

bool NominatedFields::removes(const Field& field) const noexcept {
  if (field.id != FieldName::unknown) return is_hop_by_hop(field.id);
  return !nominated_.empty() &&
         std::binary_search(nominated_.begin(), nominated_.end(), field, kByName);
}

}  // namespace hawkcache::http
