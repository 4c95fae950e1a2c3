#include "store/footprint.hpp"

#include <cstddef>
#include <string>

#include <gtest/gtest.h>

namespace hawkcache::store {
namespace {

struct Row {
  std::size_t size;
  std::size_t glibc;
  std::size_t jemalloc;
};

TEST(HeapFootprint, IsWhatTheAllocatorSetsAside) {
  constexpr Row kRows[] = {{0, 0, 0},
                           {1, 32, 16},
                           {24, 32, 32},
                           {25, 48, 32},
                           {128, 144, 128},
                           {129, 144, 160},
                           {480, 496, 512},
                           {1025, 1040, 1280},
                           {14336, 14352, 14336},
                           {14337, 14352, 18433},
                           {20000, 20016, 24096},
                           {1'000'000, 1'000'016, 1'004'096}};
  for (const Row& row : kRows) {
    EXPECT_EQ(heap_footprint(row.size, Allocator::glibc), row.glibc) << row.size;
    EXPECT_EQ(heap_footprint(row.size, Allocator::jemalloc), row.jemalloc) << row.size;
  }
}

TEST(HeapFootprint, IsNothingForATextThatFitsIntoItself) {
  EXPECT_EQ(heap_footprint(std::string("short")), 0U);
  EXPECT_EQ(heap_footprint(std::string(100, 'x')), heap_footprint(std::size_t{101}));
}

}  // namespace
}  // namespace hawkcache::store
