// The command line: `hawkcache serve | check | explain | purge | stats | schema | version | help`.
// Results go to `out`, diagnostics to `err`. Exit codes: 0 done, 1 it failed while running, 2 the
// command line or the configuration is wrong.
#pragma once

#include <ostream>
#include <span>
#include <string>

namespace hawkcache::cli {

inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;
inline constexpr int kUsage = 2;

// `arguments`: without the program's name.
int run(std::span<const std::string> arguments, std::ostream& out, std::ostream& err);
// With stdout and stderr; a result that stdout does not take is a failure.
int run(int argc, const char* const* argv);

}  // namespace hawkcache::cli
