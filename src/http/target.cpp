#include "http/target.hpp"

#include "base/ascii.hpp"
#include "base/byte_words.hpp"

#include <algorithm>
#include <array>

#include <arpa/inet.h>

namespace hawkcache::http {
namespace {

TargetDecision refuse(TargetError error) noexcept { return {.error = error, .target = {}}; }

constexpr bool is_name_char(char c) noexcept {
  if (ascii::is_alpha(c) || ascii::is_digit(c)) return true;
  return c != '\0' && std::string_view("-._~!$&'()*+,;=").find(c) != std::string_view::npos;
}

// unreserved / sub-delims (RFC 3986 section 2)
constexpr auto kNameChars = [] {
  std::array<bool, 256> table{};
  for (std::size_t i = 0; i < table.size(); ++i) table[i] = is_name_char(static_cast<char>(i));
  return table;
}();

// *( unreserved / pct-encoded / sub-delims / extra )
bool is_name_text(std::string_view text, char extra = '-') noexcept {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '%') {
      if (ascii::percent_byte(text, i) < 0) return false;
      i += 2;
    } else if (!kNameChars[static_cast<unsigned char>(c)] && c != extra) {
      return false;
    }
  }
  return true;
}

bool is_ipv6(std::string_view text) noexcept {
  std::array<char, INET6_ADDRSTRLEN> terminated{};
  if (text.size() >= terminated.size() || text.find('\0') != std::string_view::npos) return false;
  std::copy(text.begin(), text.end(), terminated.begin());
  in6_addr address{};
  return inet_pton(AF_INET6, terminated.data(), &address) == 1;
}

bool is_port(std::string_view text) noexcept {
  if (text.empty()) return true;
  const auto port = ascii::parse_digits(text, 65536);
  return port && *port <= 65535;
}

// "" or ":port"
bool is_port_suffix(std::string_view text) noexcept {
  return text.empty() || (text.front() == ':' && is_port(text.substr(1)));
}

void split_query(std::string_view path_and_query, Target& target) noexcept {
  const std::size_t mark = path_and_query.find('?');
  target.path = path_and_query.substr(0, mark);
  target.has_query = mark != std::string_view::npos;
  if (target.has_query) target.query = path_and_query.substr(mark + 1);
  if (target.path.empty()) target.path = "/";
}

// scheme = ALPHA *( ALPHA / DIGIT / "+" / "-" / "." ), up to the ":"; empty when there is none.
std::string_view scheme_of(std::string_view target) noexcept {
  const std::string_view scheme = target.substr(0, std::min(target.find(':'), target.size()));
  if (scheme.size() == target.size() || scheme.empty() || !ascii::is_alpha(scheme.front())) {
    return {};
  }
  const bool valid = std::all_of(scheme.begin(), scheme.end(), [](char c) {
    return ascii::is_alpha(c) || ascii::is_digit(c) || c == '+' || c == '-' || c == '.';
  });
  return valid ? scheme : std::string_view();
}

// authority = [ userinfo "@" ] host [ ":" port ]: takes the user info off. An empty result is no
// valid authority.
std::string_view without_user_info(std::string_view authority) noexcept {
  const std::size_t at = authority.find('@');
  if (at == std::string_view::npos) return authority;
  if (!is_name_text(authority.substr(0, at), ':')) return {};
  return authority.substr(at + 1);
}

TargetDecision parse_absolute(const RequestHead& head) noexcept {
  const std::string_view scheme = scheme_of(head.target);
  if (scheme.empty()) return refuse(TargetError::malformed);
  if (!ascii::equals_ignoring_case(scheme, "http") &&
      !ascii::equals_ignoring_case(scheme, "https")) {
    return refuse(TargetError::unsupported_scheme);
  }
  std::string_view rest = head.target.substr(scheme.size() + 1);
  if (!rest.starts_with("//")) return refuse(TargetError::malformed);
  rest.remove_prefix(2);

  Target target{.form = TargetForm::absolute, .authority = {}, .path = {}, .query = {}};
  const std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
  target.authority = without_user_info(rest.substr(0, end));
  if (!is_valid_authority(target.authority)) return refuse(TargetError::bad_host);
  rest.remove_prefix(end);
  if (rest.empty() && head.method == Method::options) {
    target.form = TargetForm::asterisk;
  } else {
    split_query(rest, target);
  }
  return {.error = TargetError::none, .target = target};
}

// CONNECT: host ":" port, both there.
TargetDecision parse_authority_form(std::string_view text) noexcept {
  if (!is_valid_authority(text) || !ascii::is_digit(text.back()) ||
      text.find(':') == std::string_view::npos) {
    return refuse(TargetError::malformed);
  }
  return {.error = TargetError::none,
          .target = {.form = TargetForm::authority, .authority = text, .path = {}, .query = {}}};
}

TargetDecision parse_form(const RequestHead& head) noexcept {
  const std::string_view text = head.target;
  if (head.method == Method::connect) return parse_authority_form(text);
  if (text.starts_with('/')) {
    Target target;
    split_query(text, target);
    return {.error = TargetError::none, .target = target};
  }
  if (text != "*") return parse_absolute(head);
  if (head.method != Method::options) return refuse(TargetError::malformed);
  return {.error = TargetError::none,
          .target = {.form = TargetForm::asterisk, .authority = {}, .path = {}, .query = {}}};
}

// RFC 9112 section 3.2: no Host on HTTP/1.1, several, or an invalid one must be answered with 400,
// whatever the target's form.
enum class Authority : std::uint8_t { given, absent };  // in the target itself
TargetError check_host(const RequestHead& head,
                       Authority in_target,
                       std::string_view sound,
                       std::string_view& host) noexcept {
  std::size_t count = 0;
  head.fields().for_each(FieldName::host, [&](std::string_view value) {
    host = value;
    ++count;
  });
  if (count > 1) return TargetError::repeated_host;
  // "If the target URI's authority component is absent or undefined, the client sends an empty
  // field value": one that the absolute form overrules (section 3.2.2).
  if (count == 1 && host.empty() && in_target == Authority::given) return TargetError::none;
  if (count == 1) {
    const bool valid =
        (!sound.empty() && byte_words::same(host, sound)) || is_valid_authority(host);
    return valid ? TargetError::none : TargetError::bad_host;
  }
  return head.version == Version::http_1_1 ? TargetError::missing_host : TargetError::none;
}

}  // namespace

std::string_view without_default_port(std::string_view authority,
                                      std::string_view scheme) noexcept {
  const std::string_view port = ascii::equals_ignoring_case(scheme, "https") ? ":443" : ":80";
  if (authority.ends_with(port)) {
    authority.remove_suffix(port.size());
  } else if (authority.ends_with(':')) {
    authority.remove_suffix(1);
  }
  return authority;
}

bool is_valid_authority(std::string_view authority) noexcept {
  if (authority.starts_with('[')) {
    const std::size_t close = authority.find(']');
    if (close == std::string_view::npos) return false;
    return is_ipv6(authority.substr(1, close - 1)) && is_port_suffix(authority.substr(close + 1));
  }
  // In one go what is mostly there: a name or an address, and perhaps a port.
  std::size_t end = 0;
  while (end < authority.size() && kNameChars[static_cast<unsigned char>(authority[end])]) ++end;
  if (end == authority.size()) return end != 0;
  const std::size_t colon = std::min(authority.find(':'), authority.size());
  return colon != 0 && is_name_text(authority.substr(0, colon)) &&
         is_port_suffix(authority.substr(colon));
}

TargetDecision parse_target(const RequestHead& head, std::string_view sound) noexcept {
  std::string_view host;
  TargetDecision decision = parse_form(head);
  if (decision.error != TargetError::none) return decision;
  const auto in_target = decision.target.authority.empty() ? Authority::absent : Authority::given;
  const TargetError host_error = check_host(head, in_target, sound, host);
  if (host_error != TargetError::none) return refuse(host_error);
  if (decision.target.authority.empty()) decision.target.authority = host;
  return decision;
}

}  // namespace hawkcache::http
