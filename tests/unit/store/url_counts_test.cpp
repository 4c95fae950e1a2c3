#include "store/url_counts.hpp"

#include <gtest/gtest.h>

namespace hawkcache::store {
namespace {

TEST(UrlCounts, count_a_path_on_one_host_and_on_all) {
  UrlCounts counts;
  EXPECT_EQ(counts.count("", "/a"), 0u);
  counts.add("one.example", "/a");
  counts.add("one.example", "/a");
  counts.add("one.example", "/b");
  EXPECT_EQ(counts.count("", "/a"), 2u);
  EXPECT_EQ(counts.count("ONE.example:80", "/a"), 2u);
  EXPECT_EQ(counts.count("two.example", "/a"), 0u);
  counts.add("two.example", "/a");
  counts.add("three.example", "/a");
  EXPECT_EQ(counts.count("", "/a"), 4u);
  EXPECT_EQ(counts.count("one.example", "/a"), 2u);
  EXPECT_EQ(counts.count("two.example", "/a"), 1u);
  EXPECT_EQ(counts.count("four.example", "/a"), 0u);
}

TEST(UrlCounts, come_back_to_nothing) {
  UrlCounts counts;
  for (int round = 0; round < 3; ++round) {
    counts.add("one.example", "/a");
    counts.add("two.example", "/a");
    counts.remove("one.example", "/a");
    EXPECT_EQ(counts.count("one.example", "/a"), 0u);
    EXPECT_EQ(counts.count("two.example", "/a"), 1u);
    counts.remove("two.example", "/a");
    EXPECT_EQ(counts.count("two.example", "/a"), 0u);
    EXPECT_EQ(counts.count("", "/a"), 0u);
  }
}

}  // namespace
}  // namespace hawkcache::store
