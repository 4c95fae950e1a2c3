#include "admin/admin_auth.hpp"

#include "base/ascii.hpp"
#include "base/hash.hpp"
#include "base/host.hpp"

#include <string>

namespace hawkcache::admin {
namespace {

using http::FieldName;

// RFC 6750 section 2.1: the scheme in any case, one blank, the token.
bool is_bearer(std::string_view value, std::string_view token) {
  constexpr std::string_view kScheme = "bearer ";
  if (value.size() < kScheme.size()) return false;
  if (!ascii::equals_ignoring_case(value.substr(0, kScheme.size()), kScheme)) return false;
  return equal_in_constant_time(value.substr(kScheme.size()), token);
}

Access check_token(http::FieldsView fields, std::string_view token) {
  const std::size_t count = fields.count(FieldName::authorization);
  if (count == 0) return Access::no_token;
  if (count > 1) return Access::wrong_token;
  return is_bearer(*fields.value(FieldName::authorization), token) ? Access::granted
                                                                   : Access::wrong_token;
}

// The authority of the absolute form overrules Host (RFC 9112 section 3.2.2), so both count. PURGE
// in absolute form is the exception: its authority is what to purge, and Host repeats it (same
// section); a browser sends no such request line to a server.
bool asks_this_machine(const http::RequestHead& head, const http::Target& target) {
  const auto host = head.fields().value(FieldName::host);
  const bool host_is_ours = !host || is_loopback_authority(*host);
  if (target.form != http::TargetForm::absolute) return host_is_ours;
  if (head.method_text == "PURGE") {
    return host_is_ours || ascii::equals_ignoring_case(*host, target.authority);
  }
  return host_is_ours && is_loopback_authority(target.authority);
}

}  // namespace

bool is_loopback_authority(std::string_view authority) {
  std::string_view host = authority.substr(0, port_colon(authority));
  const bool brackets = host.starts_with('[') && host.ends_with(']');
  if (brackets) host = host.substr(1, host.size() - 2);
  const bool ipv6 = host.find(':') != std::string_view::npos;
  return brackets == ipv6 && is_loopback_host(host);
}

Access check_access(const http::RequestHead& head,
                    const http::Target& target,
                    std::string_view token) {
  if (!token.empty()) return check_token(head.fields(), token);
  if (head.fields().contains(FieldName::origin)) return Access::foreign_origin;
  return asks_this_machine(head, target) ? Access::granted : Access::foreign_host;
}

AdminReply refusal(Access access) {
  constexpr std::string_view kChallenge = "WWW-Authenticate: Bearer realm=\"hawkcache\"\r\n";
  switch (access) {
    case Access::granted:
      break;
    case Access::no_token:
      return problem(
          401,
          "The admin listener needs its token: send the field Authorization: Bearer TOKEN.",
          std::string(kChallenge));
    case Access::wrong_token:
      return problem(401,
                     "This is not the admin listener's token: send one field Authorization: Bearer "
                     "TOKEN, with "
                     "one blank and the value of admin.token in the configuration.",
                     std::string(kChallenge));
    case Access::foreign_origin:
      return problem(403,
                     "The request has an Origin field: web pages may not use an admin listener "
                     "that has no token. "
                     "Set admin.token in the configuration, or ask without a browser.");
    case Access::foreign_host:
      return problem(
          403,
          "The Host field names no loopback address, and the admin listener has no token: ask for "
          "localhost, 127.0.0.1 or [::1], or set admin.token in the configuration.");
  }
  return problem(403, "Not allowed.");
}

}  // namespace hawkcache::admin
