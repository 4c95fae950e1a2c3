#include "cli/load_config.hpp"

namespace hawkcache::cli {

void print(std::span<const config::ConfigError> problems, std::ostream& err) {
  for (const config::ConfigError& problem : problems) {
    if (problem.line < 1) err << "hawkcache serve: ";
    err << config::to_string(problem) << '\n';
  }
}

}  // namespace hawkcache::cli
