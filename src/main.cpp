// Where everything that was thrown ends.
#include "cli/command_line.hpp"

#include <cstdio>
#include <exception>

int main(int argc, char** argv) {
  try {
    return hawkcache::cli::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "hawkcache: %s\n", error.what());
  } catch (...) {
    std::fputs("hawkcache: unknown error\n", stderr);
  }
  return 1;
}
