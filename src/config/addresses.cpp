#include "config/addresses.hpp"

#include "base/ascii.hpp"
#include "base/host.hpp"
#include "config/suggest.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include <fmt/format.h>

namespace hawkcache::config {
namespace {

bool is_address(IpAddress::Family family, std::string_view text) {
  const auto address = parse_ip_address(text);
  return address && address->family == family;
}

bool is_label(std::string_view label) {
  if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-')
    return false;
  return std::all_of(label.begin(), label.end(), [](char c) {
    return ascii::is_alpha(c) || ascii::is_digit(c) || c == '-' || c == '_';
  });
}

using HostResult = std::variant<std::string, SyntaxError>;

SyntaxError no_host(std::string_view text, std::size_t offset) {
  if (is_ipv6_address(text)) {
    return {offset, fmt::format("an IPv6 address goes into brackets; write [{}]", text)};
  }
  if (text.empty()) return {offset, "the host is missing; write a name or an address"};
  return {offset,
          fmt::format("{} is no host name and no address; write one such as localhost or 10.0.0.1",
                      in_quotes(text))};
}

// A name, an IPv4 address, or [IPv6]; comes back without brackets.
HostResult parse_host(std::string_view text, std::size_t offset) {
  if (!text.empty() && text.front() == '[') {
    const std::string_view inside =
        text.substr(1, text.size() - std::min<std::size_t>(2, text.size()));
    if (text.back() != ']' || !is_ipv6_address(inside)) {
      return SyntaxError{
          offset, fmt::format("{} is no IPv6 address in brackets, such as [::1]", in_quotes(text))};
    }
    return std::string(inside);
  }
  if (!is_host_name(text)) return no_host(text, offset);
  return std::string(text);
}

// An IPv4-mapped IPv6 address (RFC 4291 section 2.5.5.2) is an IPv4 address to whoever listens.
std::string as_ipv4_where_mapped(std::string host) {
  constexpr std::array<unsigned char, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  const auto address = parse_ip_address(host);
  if (!address || address->family != IpAddress::Family::v6) return host;
  const auto& bytes = address->bytes;
  if (!std::equal(kMapped.begin(), kMapped.end(), bytes.begin())) return host;
  return fmt::format("{}.{}.{}.{}", bytes[12], bytes[13], bytes[14], bytes[15]);
}

using PortResult = std::variant<std::uint16_t, SyntaxError>;

PortResult parse_port(std::string_view text, std::size_t offset, std::uint16_t lowest) {
  const auto number = ascii::parse_digits(text);
  if (!number || *number > 65535 || *number < lowest) {
    return SyntaxError{
        offset,
        fmt::format("{} is no port; write a number from {} to 65535", in_quotes(text), lowest)};
  }
  return static_cast<std::uint16_t>(*number);
}

// What a listener on this host takes; nothing for names that only a resolver knows.
std::vector<IpAddress> addresses_of(std::string_view host) {
  if (ascii::equals_ignoring_case(host, "localhost"))
    return {*parse_ip_address("127.0.0.1"), *parse_ip_address("::1")};
  if (const auto address = parse_ip_address(host)) return {*address};
  return {};
}

// What an IPv6 address without brackets probably means: ::1 or ::1:8080; nullopt for all others.
std::optional<std::string> ipv6_in_brackets(std::string_view text) {
  const std::size_t colon = std::min(text.rfind(':'), text.size());
  const std::string_view port = text.substr(std::min(colon + 1, text.size()));
  if (is_ipv6_address(text.substr(0, colon)) && ascii::parse_digits(port))
    return fmt::format("[{}]:{}", text.substr(0, colon), port);
  if (is_ipv6_address(text)) return fmt::format("[{}]:8080", text);
  return std::nullopt;
}

bool covers(const IpAddress& one, const IpAddress& other) {
  if (!one.is_wildcard()) return one == other;
  return one.family == IpAddress::Family::v6 || one.family == other.family;
}

}  // namespace

bool is_ipv6_address(std::string_view text) { return is_address(IpAddress::Family::v6, text); }

bool is_host_name(std::string_view text) {
  if (text.empty() || text.size() > 253) return false;
  if (text.find_first_not_of("0123456789.") == std::string_view::npos)
    return is_address(IpAddress::Family::v4, text);
  std::size_t start = 0;
  while (true) {
    const std::size_t end = std::min(text.find('.', start), text.size());
    if (!is_label(text.substr(start, end - start))) return false;
    if (end == text.size()) return true;
    start = end + 1;
  }
}

std::variant<Endpoint, SyntaxError> parse_endpoint(std::string_view text) {
  if (text.find("://") != std::string_view::npos) {
    return SyntaxError{
        0,
        fmt::format("{} is a URL; write host:port alone, such as 0.0.0.0:8080", in_quotes(text))};
  }
  if (ascii::parse_digits(text)) {
    return SyntaxError{
        0,
        fmt::format(
            "{} has no host; write 0.0.0.0:{} or 127.0.0.1:{}", in_quotes(text), text, text)};
  }
  if (const auto brackets = ipv6_in_brackets(text)) {
    return SyntaxError{
        0, fmt::format("an IPv6 address goes into brackets, with a port; write {}", *brackets)};
  }
  const std::size_t colon = port_colon(text);
  if (colon == std::string_view::npos) {
    return SyntaxError{0,
                       fmt::format("{} has no port; write host:port, such as {}:8080",
                                   in_quotes(text),
                                   is_host_name(text) ? text : "0.0.0.0")};
  }
  const std::string_view host_text = text.substr(0, colon);
  const std::string_view port_text = text.substr(colon + 1);
  if (host_text.empty() || host_text == "*") {
    return SyntaxError{
        0,
        fmt::format(
            "{} names no address; write 0.0.0.0:{} for all of them", in_quotes(text), port_text)};
  }
  HostResult host = parse_host(host_text, 0);
  if (auto* error = std::get_if<SyntaxError>(&host)) return std::move(*error);
  const PortResult port = parse_port(port_text, colon + 1, 0);
  if (const auto* error = std::get_if<SyntaxError>(&port)) return *error;
  return Endpoint{as_ipv4_where_mapped(std::move(std::get<std::string>(host))),
                  std::get<std::uint16_t>(port)};
}

bool overlap(const Endpoint& one, const Endpoint& other) {
  if (one.port != other.port || one.port == 0) return false;
  if (ascii::equals_ignoring_case(one.host, other.host)) return true;
  const std::vector<IpAddress> others = addresses_of(other.host);
  for (const IpAddress& mine : addresses_of(one.host)) {
    const bool shared = std::any_of(others.begin(), others.end(), [&](const IpAddress& theirs) {
      return covers(mine, theirs) || covers(theirs, mine);
    });
    if (shared) return true;
  }
  return false;
}

std::variant<UpstreamServer, SyntaxError> parse_server_url(std::string_view text) {
  const std::size_t separator = text.find("://");
  if (separator == std::string_view::npos) {
    const bool is_authority = !text.empty() && text.find('/') == std::string_view::npos;
    return SyntaxError{0,
                       fmt::format("{} has no scheme; write {}http://{}",
                                   in_quotes(text),
                                   is_authority || text.empty() ? "" : "one such as ",
                                   is_authority ? text : "api:8000")};
  }
  const std::string scheme = ascii::to_lower(text.substr(0, separator));
  if (scheme != "http" && scheme != "https") {
    return SyntaxError{
        0, fmt::format("{} is no scheme for an upstream; write http://", in_quotes(scheme))};
  }
  const std::size_t start = separator + 3;
  std::string_view authority = text.substr(start);
  if (!authority.empty() && authority.back() == '/') authority.remove_suffix(1);
  if (authority.find('@') != std::string_view::npos) {
    return SyntaxError{start,
                       "user and password are not sent to an upstream; remove them and the @"};
  }
  if (const std::size_t end = authority.find_first_of("/?#"); end != std::string_view::npos) {
    return SyntaxError{
        start + end,
        fmt::format("a server has no path or query: requests are forwarded as spelled; write {}",
                    text.substr(0, start + end))};
  }
  const std::size_t colon =
      is_ipv6_address(authority) ? std::string_view::npos : port_colon(authority);
  HostResult host = parse_host(authority.substr(0, colon), start);
  if (auto* error = std::get_if<SyntaxError>(&host)) return std::move(*error);
  UpstreamServer server{
      scheme == "https" ? UpstreamServer::Scheme::https : UpstreamServer::Scheme::http,
      Endpoint{ascii::to_lower(std::get<std::string>(host)),
               static_cast<std::uint16_t>(scheme == "https" ? 443 : 80)}};
  if (colon == std::string_view::npos) return server;
  const PortResult port = parse_port(authority.substr(colon + 1), start + colon + 1, 1);
  if (const auto* error = std::get_if<SyntaxError>(&port)) return *error;
  server.endpoint.port = std::get<std::uint16_t>(port);
  return server;
}

std::variant<std::string, SyntaxError> parse_route_host(std::string_view text) {
  if (text.find("://") != std::string_view::npos || text.find('/') != std::string_view::npos) {
    return SyntaxError{
        0,
        fmt::format("{} is a URL; write the host alone, such as api.example.com", in_quotes(text))};
  }
  if (text.find('*') != std::string_view::npos) {
    return SyntaxError{
        0,
        fmt::format("{} has a wildcard; list each host, or leave `hosts` out for all",
                    in_quotes(text))};
  }
  if (is_ipv6_address(text))
    return SyntaxError{0, fmt::format("an IPv6 address goes into brackets; write [{}]", text)};
  const std::size_t colon = port_colon(text);
  HostResult host = parse_host(text.substr(0, colon), 0);
  if (auto* error = std::get_if<SyntaxError>(&host)) return std::move(*error);
  if (colon != std::string_view::npos) {
    const PortResult port = parse_port(text.substr(colon + 1), colon + 1, 1);
    if (const auto* error = std::get_if<SyntaxError>(&port)) return *error;
  }
  return ascii::to_lower(text);
}

}  // namespace hawkcache::config
