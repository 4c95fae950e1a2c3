// Hosts as text: names, IP addresses, and what follows them. Pure; any thread; no name is resolved.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace hawkcache {

struct IpAddress {
  enum class Family : std::uint8_t { v4, v6 } family = Family::v4;
  std::array<unsigned char, 16> bytes{};  // in network order; of IPv4 the first four
  bool operator==(const IpAddress&) const = default;
  // 0.0.0.0 and ::.
  bool is_wildcard() const noexcept { return bytes == std::array<unsigned char, 16>{}; }
};

// An address without brackets, port or zone.
std::optional<IpAddress> parse_ip_address(std::string_view text);

// 127.0.0.0/8, ::1 in any spelling, and localhost; without brackets. Other names may lead anywhere.
bool is_loopback_host(std::string_view host);

// The colon between host and port; npos where there is no port. Those inside brackets do not count.
std::size_t port_colon(std::string_view authority) noexcept;

}  // namespace hawkcache
