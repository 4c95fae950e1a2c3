#include "store/vary_pool.hpp"

#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace hawkcache::store {
namespace {

using caching::VaryNames;

std::shared_ptr<const VaryNames> names(VaryNames list) {
  return std::make_shared<const VaryNames>(std::move(list));
}

TEST(VaryPool, keeps_equal_lists_once) {
  const auto one = pooled(names({"accept", "x-a"}));
  EXPECT_EQ(pooled(names({"accept", "x-a"})), one);
  EXPECT_EQ(pooled(one), one);
  EXPECT_NE(pooled(names({"accept"})), one);
  EXPECT_EQ(*one, (VaryNames{"accept", "x-a"}));
  EXPECT_EQ(pooled(nullptr), nullptr);
}

TEST(VaryPool, forgets_a_list_with_its_last_holder) {
  auto one = pooled(names({"x-once"}));
  EXPECT_EQ(one.use_count(), 1);
  one.reset();
  EXPECT_EQ(pooled(names({"x-once"})).use_count(), 1);
}

TEST(VaryPool, threads_agree_on_one_list_while_others_let_it_go) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([] {
      for (int round = 0; round < 5000; ++round) {
        const auto one = pooled(names({"x-shared"}));
        const auto other = pooled(names({"x-shared"}));
        EXPECT_EQ(one, other);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace hawkcache::store
