// The admin listener's JSON as text for people. Pure.
#pragma once

#include "cli/commands.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace hawkcache::cli {

// From the body of /v1/stats; nullopt when it is not that.
std::optional<std::string> stats_table(std::string_view stats_json);

// From the answer to a purge of what was named: "17 responses purged\n"; nullopt when it is not
// that.
std::optional<std::string> purge_line(std::string_view purge_json, const PurgeOptions& named);

}  // namespace hawkcache::cli
