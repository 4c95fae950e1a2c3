// From a file, or from the flags of `serve --upstream`, to a whole Config or to every error in it
// at once. Pure but for load_file and process_environment; any thread. Nothing is thrown (out of
// memory aside).
#pragma once

#include "config/config.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hawkcache::config {

struct ConfigError {
  enum class Severity { error, warning };
  std::string file;
  int line = 1;    // 1-based; 0 where there is no file (command line flags)
  int column = 1;  // 1-based, in bytes
  Severity severity = Severity::error;
  std::string message;
  bool operator==(const ConfigError&) const = default;
};

// "FILE:LINE:COL: error: what, and what would be right" (or "warning:"); "FILE: error: ..." when
// line is 0.
std::string to_string(const ConfigError& error);

// What ${NAME} stands for; nullopt when it is not set.
using Environment = std::function<std::optional<std::string>(std::string_view)>;
Environment process_environment();

// `config` is there exactly when `errors` is empty. Both lists are in the order of the file.
struct LoadResult {
  std::optional<Config> config;
  std::vector<ConfigError> errors;
  std::vector<ConfigError> warnings;
};

[[nodiscard]] LoadResult load_text(std::string_view text,
                                   std::string file_name,
                                   const Environment& environment);
[[nodiscard]] LoadResult load_file(const std::string& path,
                                   const Environment& environment = process_environment());

// The flags of `serve --upstream URL`, as typed.
struct UpstreamFlags {
  std::string upstream;
  std::optional<std::string> listen;
  std::optional<std::string> ttl;
  std::optional<std::string> redis;
};

// Every GET and HEAD is a rule /{rest:path}. Errors name the flag in place of a file.
[[nodiscard]] LoadResult config_for_upstream(const UpstreamFlags& flags);

// The JSON Schema (draft 2020-12) of the file.
std::string json_schema();
// The reference table of docs/configuration.md, in Markdown.
std::string reference_table();

}  // namespace hawkcache::config
