#include "store/ghost_list.hpp"

#include <gtest/gtest.h>

namespace hawkcache::store {
namespace {

TEST(GhostList, remembers_who_left_once) {
  GhostList ghosts;
  EXPECT_FALSE(ghosts.take(7));
  ghosts.add(7, Parting::evicted, 100);
  ghosts.add(8, Parting::evicted, 100);
  EXPECT_TRUE(ghosts.take(7));
  EXPECT_FALSE(ghosts.take(7));
  EXPECT_TRUE(ghosts.take(8));
}

TEST(GhostList, knows_why_and_how_long_ago) {
  GhostList ghosts;
  ghosts.add(7, Parting::wanted, 100);
  ghosts.add(8, Parting::evicted, 100);
  ghosts.add(9, Parting::evicted, 100);
  const std::optional<Remembered> wanted = ghosts.take(7);
  ASSERT_TRUE(wanted);
  EXPECT_EQ(wanted->parting, Parting::wanted);
  EXPECT_EQ(wanted->left_since, 2u);
  const std::optional<Remembered> evicted = ghosts.take(9);
  ASSERT_TRUE(evicted);
  EXPECT_EQ(evicted->parting, Parting::evicted);
  EXPECT_EQ(evicted->left_since, 0u);
}

TEST(GhostList, forgets_who_left_long_ago) {
  GhostList ghosts;
  for (std::uint32_t hash = 1; hash <= 10'000; ++hash) ghosts.add(hash, Parting::evicted, 1000);
  std::size_t recent = 0;
  std::size_t ancient = 0;
  for (std::uint32_t hash = 9'001; hash <= 10'000; ++hash)
    recent += ghosts.take(hash).has_value() ? 1u : 0u;
  for (std::uint32_t hash = 1; hash <= 9'000; ++hash)
    ancient += ghosts.take(hash).has_value() ? 1u : 0u;
  EXPECT_GT(recent, 800u);
  EXPECT_EQ(ancient, 0u);
}

TEST(GhostList, grows_without_forgetting) {
  GhostList ghosts;
  for (std::uint32_t hash = 1; hash <= 30; ++hash) ghosts.add(hash * 77, Parting::evicted, 64);
  ghosts.add(1, Parting::evicted, 5000);
  std::size_t kept = 0;
  for (std::uint32_t hash = 1; hash <= 30; ++hash)
    kept += ghosts.take(hash * 77).has_value() ? 1u : 0u;
  EXPECT_GT(kept, 25u);
  EXPECT_GE(ghosts.bytes(), 5000u * 8);
}

}  // namespace
}  // namespace hawkcache::store
