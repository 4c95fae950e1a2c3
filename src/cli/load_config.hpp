// What is wrong with a configuration, for people: as `check`, `serve` and all others print it.
#pragma once

#include "config/load.hpp"

#include <ostream>
#include <span>

namespace hawkcache::cli {

// One line each, in the order of the file. What has no place in a file is about a flag of `serve`.
void print(std::span<const config::ConfigError> problems, std::ostream& err);

}  // namespace hawkcache::cli
