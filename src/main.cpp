// Where everything that was thrown ends.
#include "cli/command_line.hpp"

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>

int main(int argc, char** argv) {
  try {
    const int code = hawkcache::cli::run(argc, argv);
    std::cout.flush();
    std::fflush(stdout);
    // Not by way of exit(): it waits for the lock of stderr, which the log's writer holds for good
    // where nobody reads.
    std::_Exit(code);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "hawkcache: %s\n", error.what());
  } catch (...) {
    std::fputs("hawkcache: unknown error\n", stderr);
  }
  return 1;
}
