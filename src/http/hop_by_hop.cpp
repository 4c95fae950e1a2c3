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

constexpr auto kNameOrder = [](const Field& a, const Field& b) {
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

bool is_protected(FieldName name) noexcept {
  switch (name) {
    case FieldName::unknown:
    case FieldName::accept:
    case FieldName::accept_encoding:
    case FieldName::accept_language:
    case FieldName::forwarded:
    case FieldName::retry_after:
    case FieldName::server:
    case FieldName::user_agent:
    case FieldName::warning:
      return false;
    default:
      return !is_hop_by_hop(name);
  }
}

bool nominates_nothing(FieldsView fields) noexcept {
  bool nothing = true;
  fields.for_each(FieldName::connection, [&](std::string_view value) {
    nothing = nothing && ascii::equals_ignoring_case(value, "keep-alive");
  });
  return nothing;
}

// "Intermediaries MUST parse a received Connection header field before a message is forwarded and,
// for each connection-option in this field, remove any header or trailer field(s) from the message
// with the same name as the connection-option" (RFC 9110 section 7.6.1)
NominatedFields::NominatedFields(FieldsView fields) {
  fields.for_each(FieldName::connection, [this](std::string_view value) {
    // As it mostly reads; hop-by-hop like the rest that goes anyway.
    if (ascii::equals_ignoring_case(value, "keep-alive")) return;
    ascii::TokenListReader options(value);
    while (const auto option = options.next()) {
      const FieldName id = parse_field_name(*option);
      // Hop-by-hop ones go anyway, protected ones stay: only the others need remembering.
      if (is_hop_by_hop(id) || is_protected(id)) continue;
      nominated_.push_back({.id = id, .name = *option, .value = {}});
    }
  });
  // Sorted, so that thousands of nominations times thousands of fields stay cheap.
  std::sort(nominated_.begin(), nominated_.end(), kNameOrder);
}

bool NominatedFields::removes(const Field& field) const noexcept {
  if (is_hop_by_hop(field.id)) return true;
  return !nominated_.empty() && !is_protected(field.id) &&
         std::binary_search(nominated_.begin(), nominated_.end(), field, kNameOrder);
}

}  // namespace hawkcache::http
