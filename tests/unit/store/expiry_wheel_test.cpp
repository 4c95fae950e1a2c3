#include "store/expiry_wheel.hpp"

#include <algorithm>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace hawkcache::store {
namespace {

constexpr std::uint32_t kStart = 1'700'000'000;
constexpr std::size_t kPlenty = 1'000'000'000;

std::vector<std::uint32_t> take_all(ExpiryWheel& wheel, std::uint32_t now) {
  std::vector<std::uint32_t> due;
  std::size_t budget = kPlenty;
  while (const ExpiryNode* node = wheel.take_due(now, budget)) due.push_back(node->due);
  return due;
}

TEST(ExpiryWheel, gives_each_out_in_its_second_and_not_before) {
  for (const std::uint32_t delay :
       {1u, 2u, 63u, 64u, 65u, 4095u, 4096u, 4097u, 100'000u, 262'143u, 262'144u, 3'000'000u}) {
    SCOPED_TRACE(delay);
    ExpiryWheel wheel;
    ExpiryNode node;
    node.due = kStart + delay;
    wheel.insert(node, kStart);
    EXPECT_TRUE(take_all(wheel, kStart).empty());
    EXPECT_TRUE(take_all(wheel, kStart + delay - 1).empty());
    EXPECT_EQ(take_all(wheel, kStart + delay).size(), 1u);
    EXPECT_TRUE(take_all(wheel, kStart + delay + 1'000'000).empty());
  }
}

TEST(ExpiryWheel, what_is_overdue_when_it_comes_goes_at_the_next_turn) {
  ExpiryWheel wheel;
  ExpiryNode node;
  node.due = kStart - 100;
  wheel.insert(node, kStart);
  EXPECT_EQ(take_all(wheel, kStart + 1).size(), 1u);
}

TEST(ExpiryWheel, what_is_removed_does_not_come) {
  ExpiryWheel wheel;
  std::vector<ExpiryNode> nodes(3);
  for (ExpiryNode& node : nodes) {
    node.due = kStart + 10;
    wheel.insert(node, kStart);
  }
  ExpiryWheel::remove(nodes[1]);
  ExpiryWheel::remove(nodes[1]);
  EXPECT_EQ(take_all(wheel, kStart + 10).size(), 2u);
}

TEST(ExpiryWheel, touches_no_more_than_its_budget) {
  ExpiryWheel wheel;
  std::vector<ExpiryNode> nodes(100);
  for (ExpiryNode& node : nodes) {
    node.due = kStart + 5000;
    wheel.insert(node, kStart);
  }
  std::size_t taken = 0;
  std::size_t calls = 0;
  for (std::size_t budget = 7; taken < nodes.size(); budget = 7, ++calls) {
    while (wheel.take_due(kStart + 6000, budget) != nullptr) ++taken;
    ASSERT_LE(calls, 100u);
  }
  EXPECT_GE(calls, 100u / 7);
}

TEST(ExpiryWheel, a_clock_that_goes_back_stops_it_and_harms_nothing) {
  ExpiryWheel wheel;
  ExpiryNode node;
  node.due = kStart + 10;
  wheel.insert(node, kStart);
  EXPECT_TRUE(take_all(wheel, kStart - 1000).empty());
  EXPECT_EQ(take_all(wheel, kStart + 10).size(), 1u);
}

TEST(ExpiryWheel, agrees_with_a_sorted_list_on_random_traffic) {
  std::mt19937 random(42);
  std::vector<ExpiryNode> nodes(5000);
  ExpiryWheel wheel;
  std::uint32_t now = kStart;
  std::size_t next = 0;
  std::vector<std::uint32_t> waiting;
  while (next < nodes.size() || !waiting.empty()) {
    for (std::size_t i = random() % 20; i > 0 && next < nodes.size(); --i, ++next) {
      const std::uint32_t spans[] = {10, 100, 5000, 300'000};
      nodes[next].due = now + 1 + static_cast<std::uint32_t>(random()) % spans[random() % 4];
      wheel.insert(nodes[next], now);
      waiting.push_back(nodes[next].due);
    }
    now += static_cast<std::uint32_t>(random()) % (random() % 10 == 0 ? 9000 : 30);
    std::vector<std::uint32_t> due = take_all(wheel, now);
    std::vector<std::uint32_t> expected;
    std::copy_if(waiting.begin(), waiting.end(), std::back_inserter(expected), [&](auto second) {
      return second <= now;
    });
    std::erase_if(waiting, [&](auto second) { return second <= now; });
    std::sort(due.begin(), due.end());
    std::sort(expected.begin(), expected.end());
    ASSERT_EQ(due, expected) << "at " << now;
  }
}

}  // namespace
}  // namespace hawkcache::store
