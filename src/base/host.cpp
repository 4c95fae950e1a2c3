#include "base/host.hpp"

#include "base/ascii.hpp"

#include <string>

#include <arpa/inet.h>

namespace hawkcache {

std::optional<IpAddress> parse_ip_address(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  const std::string whole(text);
  IpAddress address;
  if (inet_pton(AF_INET, whole.c_str(), address.bytes.data()) == 1) return address;
  address.family = IpAddress::Family::v6;
  if (inet_pton(AF_INET6, whole.c_str(), address.bytes.data()) == 1) return address;
  return std::nullopt;
}

bool is_loopback_host(std::string_view host) {
  constexpr IpAddress kIpv6{IpAddress::Family::v6,
                            {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};
  constexpr unsigned char kIpv4 = 127;
  const auto address = parse_ip_address(host);
  if (!address) return ascii::equals_ignoring_case(host, "localhost");
  return address->family == IpAddress::Family::v4 ? address->bytes[0] == kIpv4 : *address == kIpv6;
}

std::size_t port_colon(std::string_view authority) noexcept {
  const std::size_t bracket = authority.rfind(']');
  return authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
}

}  // namespace hawkcache
