#include "proxy/fill_budget.hpp"

#include <atomic>
#include <thread>

#include <gtest/gtest.h>

namespace hawkcache::proxy {
namespace {

TEST(FillBudgetTest, IsHalfOfTheStoreOrOneObject) {
  FillBudget half(100, 10);
  FillShare share(half);
  EXPECT_TRUE(share.grow_to(50));
  EXPECT_FALSE(share.grow_to(51));
  FillBudget one(100, 80);
  FillShare whole(one);
  EXPECT_TRUE(whole.grow_to(80));
  EXPECT_FALSE(whole.grow_to(81));
}

TEST(FillBudgetTest, KeepsAShareThatCannotGrowUntilItIsGivenBack) {
  FillBudget budget(100, 10);
  FillShare first(budget);
  {
    FillShare second(budget);
    EXPECT_TRUE(first.grow_to(30));
    EXPECT_TRUE(second.grow_to(20));
    EXPECT_TRUE(second.grow_to(10));  // it has as much
    EXPECT_FALSE(first.grow_to(31));
    EXPECT_EQ(budget.used(), 50U);
  }
  EXPECT_EQ(budget.used(), 30U);
  EXPECT_TRUE(first.grow_to(50));
  first.give_back();
  EXPECT_EQ(budget.used(), 0U);
}

// Had it been added and taken back, the small ones would be refused now and then.
TEST(FillBudgetTest, WhatDoesNotFitTakesNothingFromWhatDoes) {
  FillBudget budget(100, 100);
  std::atomic<bool> stop{false};
  std::atomic<bool> begun{false};
  std::thread too_large([&] {
    FillShare share(budget);
    do {
      EXPECT_FALSE(share.grow_to(101));
      begun = true;
    } while (!stop);
  });
  while (!begun) std::this_thread::yield();
  int refused = 0;
  for (int i = 0; i < 1'000'000; ++i) {
    FillShare share(budget);
    if (!share.grow_to(1)) ++refused;
  }
  stop = true;
  too_large.join();
  EXPECT_EQ(refused, 0);
}

TEST(FillBudgetTest, SaysWhenMoreThanHalfIsInUse) {
  FillBudget budget(100, 10);
  FillShare share(budget);
  EXPECT_TRUE(share.grow_to(25));
  EXPECT_FALSE(budget.is_half_used());
  EXPECT_TRUE(share.grow_to(26));
  EXPECT_TRUE(budget.is_half_used());
}

TEST(FillBudgetTest, SaysWhenOthersHaveMoreThanHalf) {
  FillBudget budget(100, 10);
  FillShare first(budget);
  FillShare second(budget);
  EXPECT_TRUE(first.grow_to(26));
  EXPECT_TRUE(second.grow_to(24));
  EXPECT_FALSE(first.is_half_used_by_others());
  EXPECT_TRUE(second.is_half_used_by_others());
}

}  // namespace
}  // namespace hawkcache::proxy
