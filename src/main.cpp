// Where everything that was thrown ends.
#include "cli/command_line.hpp"

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>

// Only in a program that records a profile (HAWKCACHE_PROFILE).
extern "C" [[gnu::weak]] void __gcov_dump();  // NOLINT(bugprone-reserved-identifier)

namespace {

// Not by way of exit(): it waits for the lock of stderr, which the log's writer holds for good
// where nobody reads.
[[noreturn]] void end_with(int code) {
  std::cout.flush();
  std::fflush(stdout);
  if (__gcov_dump != nullptr) __gcov_dump();
  std::_Exit(code);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    end_with(hawkcache::cli::run(argc, argv));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "hawkcache: %s\n", error.what());
  } catch (...) {
    std::fputs("hawkcache: unknown error\n", stderr);
  }
  return 1;
}
