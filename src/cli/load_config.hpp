// Loading a configuration for a command, with everything that is wrong with it printed.
#pragma once

#include "config/load.hpp"

#include <optional>
#include <ostream>
#include <string>

namespace hawkcache::cli {

enum class ShowWarnings { no, yes };

// Prints the errors (and then the warnings), each in the order of the file's lines; nullopt when
// there are errors.
std::optional<config::Config> config_or_errors(config::LoadResult result,
                                               ShowWarnings warnings,
                                               std::ostream& err);

}  // namespace hawkcache::cli
