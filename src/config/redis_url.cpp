#include "base/ascii.hpp"
#include "base/host.hpp"
#include "config/addresses.hpp"
#include "config/suggest.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

namespace hawkcache::config {
namespace {

struct Scheme {
  const char* name;
  RedisUrl::Kind kind;
  std::uint16_t port;
};
constexpr std::array<Scheme, 5> kSchemes{{{"redis", RedisUrl::Kind::tcp, 6379},
                                          {"rediss", RedisUrl::Kind::tls, 6379},
                                          {"unix", RedisUrl::Kind::unix_socket, 0},
                                          {"redis+sentinel", RedisUrl::Kind::sentinel, 26379},
                                          {"redis+cluster", RedisUrl::Kind::cluster, 6379}}};

// "user:password", ":password" or "password" (as redis-cli takes it).
std::optional<SyntaxError> read_credentials(std::string_view text,
                                            std::size_t offset,
                                            RedisUrl& url) {
  const std::size_t colon = text.find(':');
  const auto user =
      ascii::percent_decoded(colon == std::string_view::npos ? "" : text.substr(0, colon));
  const auto password =
      ascii::percent_decoded(colon == std::string_view::npos ? text : text.substr(colon + 1));
  if (!user || !password) {
    return SyntaxError{
        offset, "a % in user or password is written %25, and other escapes as two hex digits"};
  }
  url.user = *user;
  url.password = *password;
  return std::nullopt;
}

// Repeats nothing of the text: without an @ it may be user and password.
SyntaxError no_endpoint(std::size_t offset) {
  return {offset,
          "this is no host and port; write a name or an address and a port from 1 to 65535, and an "
          "@ before it where there is a password"};
}

std::optional<SyntaxError> read_nodes(std::string_view text,
                                      std::size_t offset,
                                      const Scheme& scheme,
                                      RedisUrl& url) {
  std::size_t start = 0;
  while (true) {
    const std::size_t end = std::min(text.find(',', start), text.size());
    std::string node(text.substr(start, end - start));
    const bool has_port = port_colon(node) != std::string_view::npos;
    if (!has_port || is_ipv6_address(node)) node += fmt::format(":{}", scheme.port);
    if (end == start || text[start] == ':') {
      return SyntaxError{offset + start, "the host is missing; write a name or an address"};
    }
    auto endpoint = parse_endpoint(node);
    if (std::holds_alternative<SyntaxError>(endpoint)) return no_endpoint(offset + start);
    if (std::get<Endpoint>(endpoint).port == 0) {
      return SyntaxError{offset + start,
                         "port 0 cannot be connected to; write a number from 1 to 65535"};
    }
    url.nodes.push_back(std::move(std::get<Endpoint>(endpoint)));
    if (end == text.size()) break;
    start = end + 1;
  }
  if (url.nodes.size() > 1 &&
      (scheme.kind == RedisUrl::Kind::tcp || scheme.kind == RedisUrl::Kind::tls)) {
    return SyntaxError{offset, "several hosts need redis+sentinel:// or redis+cluster://"};
  }
  return std::nullopt;
}

std::optional<SyntaxError> read_database(std::string_view text, std::size_t offset, RedisUrl& url) {
  const auto number = ascii::parse_digits(text, 1'000'000);
  if (!number || *number > 65535) {
    return SyntaxError{offset, "this is no database number; write one such as /0"};
  }
  url.database = static_cast<int>(*number);
  return std::nullopt;
}

// What follows the hosts: "/0", "/NAME/0", nothing.
std::optional<SyntaxError> read_path(std::string_view text, std::size_t offset, RedisUrl& url) {
  std::string_view rest = text;
  if (!rest.empty()) rest.remove_prefix(1);
  std::size_t at = offset + 1;
  if (url.kind == RedisUrl::Kind::sentinel) {
    const std::size_t end = std::min(rest.find('/'), rest.size());
    url.master_name = std::string(rest.substr(0, end));
    if (url.master_name.empty()) {
      return SyntaxError{offset,
                         "the master's name is missing; write redis+sentinel://host:26379/NAME/0"};
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
    at += end + 1;
  }
  if (rest.empty()) return std::nullopt;
  if (url.kind == RedisUrl::Kind::cluster && rest != "0") {
    return SyntaxError{at, "a Redis cluster has only database 0; remove the path"};
  }
  return read_database(rest, at, url);
}

std::optional<SyntaxError> read_socket(std::string_view text, std::size_t offset, RedisUrl& url) {
  constexpr std::string_view kDatabase = "?db=";
  const std::size_t at = text.substr(0, text.find('/')).find('@');
  if (at != std::string_view::npos) {
    if (auto error = read_credentials(text.substr(0, at), offset, url)) return error;
    text.remove_prefix(at + 1);
    offset += at + 1;
  }
  const std::size_t query = std::min(text.find('?'), text.size());
  url.socket_path = std::string(text.substr(0, query));
  if (url.socket_path.size() < 2 || url.socket_path.front() != '/') {
    return SyntaxError{offset, "a socket needs an absolute path; write unix:///run/redis.sock"};
  }
  if (query == text.size()) return std::nullopt;
  if (text.substr(query, kDatabase.size()) != kDatabase) {
    return SyntaxError{offset + query, "the only parameter here is ?db=N"};
  }
  return read_database(
      text.substr(query + kDatabase.size()), offset + query + kDatabase.size(), url);
}

const Scheme* find_scheme(std::string_view name) {
  for (const Scheme& scheme : kSchemes) {
    if (name == scheme.name) return &scheme;
  }
  return nullptr;
}

bool is_scheme(std::string_view text) {
  return !text.empty() && text.size() <= 20 && std::all_of(text.begin(), text.end(), [](char c) {
    return ascii::is_alpha(c) || ascii::is_digit(c) || c == '+' || c == '-';
  });
}

SyntaxError unknown_scheme(std::string_view text) {
  std::vector<std::string> names;
  for (const Scheme& scheme : kSchemes) names.push_back(std::string(scheme.name) + "://");
  const std::size_t separator = text.find("://");
  // Nothing of the text is repeated that may be a password.
  if (separator == std::string_view::npos || !is_scheme(text.substr(0, separator))) {
    return {0,
            "this is no Redis URL; write one such as redis://host:6379/0 (schemes: " + join(names) +
                ")"};
  }
  return {0,
          fmt::format("unknown scheme {}; the schemes are {}",
                      in_quotes(text.substr(0, separator)),
                      join(names))};
}

std::optional<SyntaxError> read_network(std::string_view rest,
                                        std::size_t start,
                                        const Scheme& scheme,
                                        RedisUrl& url) {
  const std::size_t at = rest.rfind('@');
  if (at != std::string_view::npos) {
    if (auto error = read_credentials(rest.substr(0, at), start, url)) return error;
    rest.remove_prefix(at + 1);
    start += at + 1;
  }
  const std::size_t path = std::min(rest.find('/'), rest.size());
  if (rest.find('?') != std::string_view::npos) {
    return SyntaxError{start + rest.find('?'),
                       "a Redis URL takes no ? parameters here; remove them"};
  }
  if (auto error = read_nodes(rest.substr(0, path), start, scheme, url)) return error;
  return read_path(rest.substr(path), start + path, url);
}

const char* name_of(RedisUrl::Kind kind) {
  for (const Scheme& scheme : kSchemes) {
    if (scheme.kind == kind) return scheme.name;
  }
  return "";
}

}  // namespace

std::string to_string(const RedisUrl& url) {
  std::string text = fmt::format("{}://", name_of(url.kind));
  if (url.kind == RedisUrl::Kind::unix_socket)
    return text + url.socket_path + (url.database == 0 ? "" : fmt::format("?db={}", url.database));
  for (const Endpoint& node : url.nodes) {
    if (&node != &url.nodes.front()) text += ',';
    text += to_string(node);
  }
  if (url.kind == RedisUrl::Kind::sentinel) text += "/" + url.master_name;
  if (url.database != 0) text += fmt::format("/{}", url.database);
  return text;
}

std::variant<RedisUrl, SyntaxError> parse_redis_url(std::string_view text) {
  const std::size_t separator = text.find("://");
  const Scheme* scheme =
      separator == std::string_view::npos ? nullptr : find_scheme(text.substr(0, separator));
  if (scheme == nullptr) return unknown_scheme(text);
  RedisUrl url;
  url.kind = scheme->kind;
  const std::size_t start = separator + 3;
  const std::string_view rest = text.substr(start);
  auto error = url.kind == RedisUrl::Kind::unix_socket ? read_socket(rest, start, url)
                                                       : read_network(rest, start, *scheme, url);
  if (error) return std::move(*error);
  return url;
}

}  // namespace hawkcache::config
