// Micro benchmarks of what a request meets, a step at a time. From a Release build:
//
//   micro_bench [--iterations=N] [--ten-million] [--benchmark_...]
//
// --iterations: exactly so many of each, for counting instructions (micro_instructions.py).
// --ten-million: purges a tag of ten million objects too, which takes a minute and 3 GiB.
#include "micro.hpp"

#include <charconv>
#include <optional>
#include <string_view>

#include <fmt/format.h>

namespace hawkcache::bench {
namespace {

// nullopt: not an argument of this program.
std::optional<Choice> read_arguments(int count, char** arguments) {
  constexpr std::string_view kIterations = "--iterations=";
  Choice choice;
  for (int i = 1; i < count; ++i) {
    std::string_view argument = arguments[i];
    if (argument == "--ten-million") {
      choice.purged.push_back(10'000'000);
      continue;
    }
    if (!argument.starts_with(kIterations)) return std::nullopt;
    argument.remove_prefix(kIterations.size());
    const char* end = argument.data() + argument.size();
    const auto [read, error] = std::from_chars(argument.data(), end, choice.iterations);
    if (error != std::errc() || read != end || choice.iterations <= 0) return std::nullopt;
  }
  return choice;
}

int run(int count, char** arguments) {
  benchmark::Initialize(&count, arguments);  // takes its own out
  const std::optional<Choice> choice = read_arguments(count, arguments);
  if (!choice) {
    fmt::print(stderr, "usage: micro_bench [--iterations=N] [--ten-million] [--benchmark_...]\n");
    return 2;
  }
  for (const auto add_all : {add_parser, add_router, add_plan, add_lookup, add_store, add_purge}) {
    add_all(*choice);
  }
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

}  // namespace
}  // namespace hawkcache::bench

int main(int argc, char** argv) { return hawkcache::bench::run(argc, argv); }
