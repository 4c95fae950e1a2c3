// What is said first on a new connection, and what the server must answer. Pure.
#pragma once

#include "base/result.hpp"
#include "redis/client.hpp"
#include "redis/command.hpp"
#include "redis/reply.hpp"
#include "redis/settings.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hawkcache::redis {

// AUTH, where there is anything to say; nullopt otherwise.
std::optional<Command> authentication(const Settings& settings);
// AUTH, SELECT, INFO server, INFO replication, CLIENT SETNAME.
std::vector<Command> greeting(const Settings& settings);

struct Introduction {
  ServerIdentity identity = 0;
  bool master = false;
  // Why the server is of no use, for the log: "WRONGPASS ...". Empty: all is well.
  std::string complaint;
};
// `replies`: to greeting(settings), all of them.
Introduction introduction(const Settings& settings, std::span<const Reply> replies);

// A field of INFO's text; empty if it is not there.
std::string_view info_field(std::string_view info, std::string_view name) noexcept;
// Of a process (`run_id` of INFO server) and its history (INFO replication).
ServerIdentity identity_of(std::string_view run_id, std::string_view replication) noexcept;
bool is_master(std::string_view replication) noexcept;

}  // namespace hawkcache::redis
