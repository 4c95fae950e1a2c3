#include "redis/greeting.hpp"

#include "base/hash.hpp"

#include <utility>

namespace hawkcache::redis {

std::optional<Command> authentication(const Settings& settings) {
  if (!settings.user.empty()) return Command("", {"AUTH", settings.user, settings.password});
  if (!settings.password.empty()) return Command("", {"AUTH", settings.password});
  return std::nullopt;
}

std::vector<Command> greeting(const Settings& settings) {
  std::vector<Command> commands;
  if (std::optional<Command> auth = authentication(settings)) commands.push_back(std::move(*auth));
  if (settings.database != 0)
    commands.push_back(Command("", {"SELECT", std::to_string(settings.database)}));
  commands.push_back(Command("", {"INFO", "server"}));
  commands.push_back(Command("", {"INFO", "replication"}));
  commands.push_back(Command("", {"CLIENT", "SETNAME", "hawkcache"}));
  return commands;
}

Introduction introduction(const Settings& settings, std::span<const Reply> replies) {
  Introduction introduction;
  // The name is a courtesy; all else has to succeed.
  for (const Reply& reply : replies.first(replies.size() - 1)) {
    if (!reply.is(Reply::Type::error)) continue;
    introduction.complaint = reply.text;
    return introduction;
  }
  const std::string_view server = replies[replies.size() - 3].text;
  const std::string_view replication = replies[replies.size() - 2].text;
  introduction.identity = identity_of(info_field(server, "run_id"), replication);
  introduction.master = is_master(replication);
  if (introduction.identity == 0) introduction.complaint = "INFO does not say which server this is";
  if (info_field(server, "redis_mode") == "sentinel")
    introduction.complaint = "this is a sentinel; its masters are asked for with redis+sentinel://";
  if (settings.kind != Settings::Kind::cluster && info_field(server, "redis_mode") == "cluster")
    introduction.complaint = "this is a node of a cluster; clusters need redis+cluster://";
  return introduction;
}

std::string_view info_field(std::string_view info, std::string_view name) noexcept {
  while (!info.empty()) {
    const std::size_t end = info.find("\r\n");
    std::string_view line = info.substr(0, end);
    info.remove_prefix(end == std::string_view::npos ? info.size() : end + 2);
    if (line.size() <= name.size() || !line.starts_with(name) || line[name.size()] != ':') continue;
    line.remove_prefix(name.size() + 1);
    return line;
  }
  return {};
}

ServerIdentity identity_of(std::string_view run_id, std::string_view replication) noexcept {
  const std::string_view history = info_field(replication, "master_replid");
  if (run_id.empty() || history.empty()) return 0;
  const ServerIdentity identity = hash64(history, hash64(run_id));
  return identity == 0 ? 1 : identity;
}

bool is_master(std::string_view replication) noexcept {
  return info_field(replication, "role") == "master";
}

}  // namespace hawkcache::redis
