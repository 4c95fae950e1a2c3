#include "config/load.hpp"

#include "config/addresses.hpp"
#include "config/keys.hpp"
#include "config/units.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include <fmt/format.h>

namespace hawkcache::config {
namespace {

using Severity = ConfigError::Severity;

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

LoadResult failed(ConfigError error) { return {std::nullopt, {std::move(error)}, {}}; }

LoadResult failed(std::vector<Problem> problems, const std::string& file_name) {
  LoadResult result;
  for (Problem& problem : problems) {
    result.errors.push_back({file_name,
                             problem.position.line,
                             problem.position.column,
                             Severity::error,
                             std::move(problem.message)});
  }
  return result;
}

std::optional<std::string> read_all(std::istream& stream) {
  std::string text;
  std::string piece(64 * kKiB, '\0');
  while (stream.read(piece.data(), static_cast<std::streamsize>(piece.size())) ||
         stream.gcount() > 0) {
    text.append(piece, 0, static_cast<std::size_t>(stream.gcount()));
    if (text.size() > kMaxFileSize) return text;  // parse_yaml says that it is too large
  }
  if (stream.bad()) return std::nullopt;
  return text;
}

// A flag's value through the same parser as the file's; errors name the flag.
template <class V>
std::optional<V> flag(LoadResult& result,
                      const std::string& name,
                      const std::string& text,
                      std::variant<V, SyntaxError> (*parse)(std::string_view)) {
  auto parsed = parse(text);
  if (auto* value = std::get_if<V>(&parsed)) return std::move(*value);
  result.errors.push_back({name, 0, 0, Severity::error, std::get<SyntaxError>(parsed).message});
  return std::nullopt;
}

// Beside the admin listener, which no flag moves.
std::variant<Endpoint, SyntaxError> parse_listen_flag(std::string_view text) {
  auto parsed = parse_endpoint(text);
  const Endpoint admin = AdminConfig{}.listen;
  const auto* endpoint = std::get_if<Endpoint>(&parsed);
  if (endpoint == nullptr || !overlap(*endpoint, admin)) return parsed;
  return SyntaxError{0,
                     fmt::format("{} takes the admin listener's address ({}); write another port",
                                 to_string(*endpoint),
                                 to_string(admin))};
}

RouteConfig catch_all_rule(Duration ttl) {
  RouteConfig route;
  route.path.value = std::get<PathPattern>(parse_path_pattern("/{rest:path}"));
  route.name = route.path.value.text;
  route.ttl = ttl;
  return route;
}

}  // namespace

std::string to_string(const ConfigError& error) {
  const std::string_view severity = error.severity == Severity::error ? "error" : "warning";
  if (error.line < 1) return fmt::format("{}: {}: {}", error.file, severity, error.message);
  return fmt::format(
      "{}:{}:{}: {}: {}", error.file, error.line, error.column, severity, error.message);
}

LoadResult load_text(std::string_view text, std::string file_name, const Environment& environment) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  auto parsed = parse_yaml(text);
  if (auto* problems = std::get_if<std::vector<Problem>>(&parsed))
    return failed(std::move(*problems), file_name);
  const YamlDocument& document = std::get<YamlDocument>(parsed);

  Reader reader(text, std::move(file_name), environment);
  Draft draft;
  read_section(reader, file_section(), *document.root, draft);
  LoadResult result{std::nullopt, reader.take_errors(), reader.take_warnings()};
  if (result.errors.empty()) result.config = std::move(draft.config);
  return result;
}

LoadResult load_file(const std::string& path, const Environment& environment) {
  errno = 0;
  std::ifstream stream(path, std::ios::binary);
  std::optional<std::string> text;
  if (stream) text = read_all(stream);
  if (!text) {
    const int reason = errno;
    return failed({path,
                   1,
                   1,
                   Severity::error,
                   fmt::format("the file cannot be read{}{}; give the path of a readable file",
                               reason ? ": " : "",
                               reason ? std::strerror(reason) : "")});
  }
  return load_text(*text, path, environment);
}

LoadResult config_for_upstream(const UpstreamFlags& flags) {
  LoadResult result;
  Config config;
  if (auto server = flag(result, "--upstream", flags.upstream, parse_server_url)) {
    if (server->scheme == UpstreamServer::Scheme::https) {
      result.errors.push_back({"--upstream",
                               0,
                               0,
                               Severity::error,
                               "https:// is not available in this version yet; use http://"});
    }
    config.upstream.servers = {std::move(*server)};
  }
  if (flags.listen) {
    if (auto endpoint = flag(result, "--listen", *flags.listen, parse_listen_flag))
      config.listen = {std::move(*endpoint)};
  }
  Duration ttl{60'000};
  if (flags.ttl) ttl = flag(result, "--ttl", *flags.ttl, parse_duration).value_or(ttl);
  if (flags.redis) {
    config.store.redis.url = flag(result, "--redis", *flags.redis, parse_redis_url);
    config.store.backend = StoreBackend::redis;
  }
  config.routes.push_back(catch_all_rule(ttl));
  if (result.errors.empty()) result.config = std::move(config);
  return result;
}

}  // namespace hawkcache::config
