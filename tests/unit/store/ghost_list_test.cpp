#include "store/ghost_list.hpp"

#include <gtest/gtest.h>

namespace hawkcache::store {
namespace {

TEST(GhostList, remembers_who_left_once) {
  GhostList ghosts;
  EXPECT_FALSE(ghosts.take(7));
  ghosts.add(7, 100);
  ghosts.add(8, 100);
  EXPECT_TRUE(ghosts.take(7));
  EXPECT_FALSE(ghosts.take(7));
  EXPECT_TRUE(ghosts.take(8));
}

TEST(GhostList, forgets_who_left_long_ago) {
  GhostList ghosts;
  for (std::uint32_t hash = 1; hash <= 10'000; ++hash) ghosts.add(hash, 1000);
  std::size_t recent = 0;
  std::size_t ancient = 0;
  for (std::uint32_t hash = 9'001; hash <= 10'000; ++hash) recent += ghosts.take(hash) ? 1u : 0u;
  for (std::uint32_t hash = 1; hash <= 9'000; ++hash) ancient += ghosts.take(hash) ? 1u : 0u;
  EXPECT_GT(recent, 800u);
  EXPECT_EQ(ancient, 0u);
}

TEST(GhostList, grows_without_forgetting) {
  GhostList ghosts;
  for (std::uint32_t hash = 1; hash <= 30; ++hash) ghosts.add(hash * 77, 64);
  ghosts.add(1, 5000);
  std::size_t kept = 0;
  for (std::uint32_t hash = 1; hash <= 30; ++hash) kept += ghosts.take(hash * 77) ? 1u : 0u;
  EXPECT_GT(kept, 25u);
  EXPECT_GE(ghosts.bytes(), 5000u * 8);
}

}  // namespace
}  // namespace hawkcache::store
