#include "store/heap_slack.hpp"

#include "store/footprint.hpp"

namespace hawkcache::store {
namespace {

std::uint64_t figure(const char* name) noexcept {
  std::size_t value = 0;
  std::size_t size = sizeof value;
  return mallctl(name, &value, &size, nullptr, 0) == 0 ? value : 0;
}

}  // namespace

std::uint64_t heap_slack() noexcept {
  if (allocator() != Allocator::jemalloc) return 0;
  std::uint64_t epoch = 1;
  // The figures are of the last time that this was written.
  if (mallctl("epoch", nullptr, nullptr, &epoch, sizeof epoch) != 0) return 0;
  const std::uint64_t resident = figure("stats.resident");
  const std::uint64_t allocated = figure("stats.allocated");
  return resident > allocated ? resident - allocated : 0;
}

}  // namespace hawkcache::store
