#include "cli/load_config.hpp"

#include <utility>

namespace hawkcache::cli {

std::optional<config::Config> config_or_errors(config::LoadResult result,
                                               ShowWarnings warnings,
                                               std::ostream& err) {
  for (const config::ConfigError& error : result.errors) err << config::to_string(error) << '\n';
  if (warnings == ShowWarnings::yes) {
    for (const config::ConfigError& warning : result.warnings)
      err << config::to_string(warning) << '\n';
  }
  if (!result.errors.empty()) return std::nullopt;
  return std::move(result.config);
}

}  // namespace hawkcache::cli
