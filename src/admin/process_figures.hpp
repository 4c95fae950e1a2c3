// What the kernel knows of this process, from /proc/self: cheap enough for every scrape.
#pragma once

#include <cstdint>

namespace hawkcache::admin {

struct ProcessFigures {
  std::uint64_t resident_bytes = 0;    // 0: unknown
  std::uint64_t open_descriptors = 0;  // likewise
  std::uint64_t max_descriptors = 0;
  double cpu_seconds = 0;
};

ProcessFigures read_process_figures() noexcept;

}  // namespace hawkcache::admin
