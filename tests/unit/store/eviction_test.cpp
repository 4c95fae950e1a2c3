#include "store/eviction.hpp"

#include <cmath>
#include <functional>
#include <list>
#include <map>
#include <random>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include <gtest/gtest.h>

namespace hawkcache::store {
namespace {

EvictionNode node_of(std::uint32_t hash, std::uint32_t units = 1) {
  EvictionNode node;
  node.hash = hash;
  node.units = units & 0xFFFFFFFu;
  return node;
}

const char* name_of(Eviction kind) {
  return kind == Eviction::s3fifo ? "s3fifo" : kind == Eviction::sieve ? "sieve" : "lru";
}

class EveryPolicy : public testing::TestWithParam<Eviction> {};
INSTANTIATE_TEST_SUITE_P(Eviction,
                         EveryPolicy,
                         testing::Values(Eviction::s3fifo, Eviction::sieve, Eviction::lru),
                         [](const auto& policy) { return std::string(name_of(policy.param)); });

TEST_P(EveryPolicy, has_no_victim_when_empty) {
  EXPECT_EQ(make_eviction_policy(GetParam())->victim(), nullptr);
}

TEST_P(EveryPolicy, without_hits_the_first_to_come_is_the_first_to_go) {
  const auto policy = make_eviction_policy(GetParam());
  std::vector<EvictionNode> nodes(5);
  for (EvictionNode& node : nodes) {
    node.units = 1;
    policy->on_insert(node);
  }
  for (EvictionNode& node : nodes) EXPECT_EQ(policy->victim(), &node);
  EXPECT_EQ(policy->victim(), nullptr);
}

TEST_P(EveryPolicy, a_hit_spares_its_entry_while_there_are_others) {
  const auto policy = make_eviction_policy(GetParam());
  std::vector<EvictionNode> nodes(5);
  for (EvictionNode& node : nodes) {
    node.units = 1;
    policy->on_insert(node);
  }
  policy->on_hit(nodes[0]);
  for (std::size_t i = 1; i < nodes.size(); ++i) EXPECT_EQ(policy->victim(), &nodes[i]);
  EXPECT_EQ(policy->victim(), &nodes[0]);
}

TEST_P(EveryPolicy, what_was_removed_is_no_victim) {
  const auto policy = make_eviction_policy(GetParam());
  std::mt19937 random(5);
  std::vector<EvictionNode> nodes(100);
  std::set<EvictionNode*> present;
  for (int step = 0; step < 20'000; ++step) {
    EvictionNode& node = nodes[random() % nodes.size()];
    const bool is_in = present.contains(&node);
    switch (random() % 4) {
      case 0:
        if (is_in) {
          policy->on_remove(node);
          present.erase(&node);
        }
        break;
      case 1:
        if (EvictionNode* victim = policy->victim()) {
          ASSERT_EQ(present.erase(victim), 1u);
        } else {
          ASSERT_TRUE(present.empty());
        }
        break;
      default:
        if (is_in) {
          policy->on_hit(node);
        } else {
          node = node_of(static_cast<std::uint32_t>(&node - nodes.data()),
                         1 + static_cast<std::uint32_t>(random() % 50));
          policy->on_insert(node);
          present.insert(&node);
        }
    }
  }
  while (EvictionNode* victim = policy->victim()) ASSERT_EQ(present.erase(victim), 1u);
  EXPECT_TRUE(present.empty());
}

// Forty entries on probation.
class S3FifoFilled : public testing::Test {
 protected:
  S3FifoFilled() {
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      nodes_[i] = node_of(static_cast<std::uint32_t>(i) + 1);
      policy_->on_insert(nodes_[i]);
    }
  }
  void expect_first_goes_last() {
    for (std::size_t i = 1; i < nodes_.size(); ++i) ASSERT_EQ(policy_->victim(), &nodes_[i]);
    EXPECT_EQ(policy_->victim(), &nodes_[0]);
  }
  std::unique_ptr<EvictionPolicy> policy_ = make_eviction_policy(Eviction::s3fifo);
  std::vector<EvictionNode> nodes_ = std::vector<EvictionNode>(40);
};

TEST_F(S3FifoFilled, who_comes_back_soon_goes_straight_to_the_main_queue) {
  ASSERT_EQ(policy_->victim(), &nodes_[0]);
  policy_->on_insert(nodes_[0]);
  expect_first_goes_last();
}

TEST_F(S3FifoFilled, who_was_asked_for_and_removed_comes_back_into_the_main_queue) {
  policy_->on_hit(nodes_[0]);
  policy_->on_remove(nodes_[0]);
  policy_->on_insert(nodes_[0]);
  expect_first_goes_last();
}

TEST_F(S3FifoFilled, who_was_removed_unasked_comes_back_on_probation) {
  policy_->on_hit(nodes_[0]);
  ASSERT_EQ(policy_->victim(), &nodes_[1]);  // and the first is in the main queue
  policy_->on_remove(nodes_[2]);
  policy_->on_insert(nodes_[2]);
  for (std::size_t i = 3; i < nodes_.size(); ++i) ASSERT_EQ(policy_->victim(), &nodes_[i]);
  EXPECT_EQ(policy_->victim(), &nodes_[2]);
  EXPECT_EQ(policy_->victim(), &nodes_[0]);
}

TEST(Sieve, the_hand_goes_on_where_it_stopped) {
  const auto policy = make_eviction_policy(Eviction::sieve);
  std::vector<EvictionNode> nodes(5);
  for (EvictionNode& node : nodes) policy->on_insert(node);
  policy->on_hit(nodes[0]);
  policy->on_hit(nodes[2]);
  EXPECT_EQ(policy->victim(), &nodes[1]);
  EXPECT_EQ(policy->victim(), &nodes[3]);
  EXPECT_EQ(policy->victim(), &nodes[4]);
  EXPECT_EQ(policy->victim(), &nodes[0]) << "from the oldest again";
}

// A cache of so many entries, and how often a trace misses it.
double miss_ratio(Eviction kind, std::size_t capacity, const std::vector<std::uint32_t>& trace) {
  const auto policy = make_eviction_policy(kind);
  std::unordered_map<std::uint32_t, EvictionNode> cached;
  std::size_t misses = 0;
  for (const std::uint32_t key : trace) {
    if (const auto found = cached.find(key); found != cached.end()) {
      policy->on_hit(found->second);
      continue;
    }
    ++misses;
    if (cached.size() == capacity) cached.erase(policy->victim()->hash);
    policy->on_insert(cached.emplace(key, node_of(key)).first->second);
  }
  return static_cast<double>(misses) / static_cast<double>(trace.size());
}

// Requests with Zipf's popularity, and now and then a scan over things nobody asks for again.
std::vector<std::uint32_t> zipf_with_scans(double skew) {
  constexpr std::uint32_t kObjects = 10'000;
  std::vector<double> weights(kObjects);
  for (std::uint32_t i = 0; i < kObjects; ++i) weights[i] = 1.0 / std::pow(i + 1.0, skew);
  std::mt19937 random(2024);
  std::discrete_distribution<std::uint32_t> popular(weights.begin(), weights.end());
  std::vector<std::uint32_t> trace;
  std::uint32_t scanned = kObjects;
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < 4000; ++i) trace.push_back(popular(random));
    for (int i = 0; i < 1500; ++i) trace.push_back(scanned++);
  }
  return trace;
}

// In turn through somewhat more than there is room for: LRU never hits. The small queue gives way.
TEST(Eviction, a_loop_is_kept_in_part_by_s3fifo) {
  constexpr std::size_t kCapacity = 1000;
  std::vector<std::uint32_t> trace(200'000);
  for (std::size_t i = 0; i < trace.size(); ++i) {
    trace[i] = static_cast<std::uint32_t>(i % (kCapacity * 11 / 10));
  }
  EXPECT_EQ(miss_ratio(Eviction::lru, kCapacity, trace), 1.0);
  EXPECT_LT(miss_ratio(Eviction::s3fifo, kCapacity, trace), 0.5);
}

// Each object is asked for a few times within what the cache holds, and no more: what is new is
// what is wanted. The small queue grows.
TEST(Eviction, sessions_hit_with_s3fifo_as_with_lru) {
  constexpr std::size_t kCapacity = 1000;
  std::mt19937 random(7);
  std::multimap<std::uint32_t, std::uint32_t> requests;  // time, object
  for (std::uint32_t object = 0; object < 30'000; ++object) {
    std::uint32_t time = object * 3;
    for (int visits = 0; visits < 3; ++visits) {
      requests.emplace(time, object);
      time += 1 + static_cast<std::uint32_t>(random() % 900);
    }
  }
  std::vector<std::uint32_t> trace;
  for (const auto& [time, object] : requests) trace.push_back(object);
  const double lru = miss_ratio(Eviction::lru, kCapacity, trace);
  EXPECT_NEAR(lru, 1.0 / 3, 0.01);
  EXPECT_NEAR(miss_ratio(Eviction::s3fifo, kCapacity, trace), lru, 0.02);
}

TEST(Eviction, scans_wash_out_lru_but_not_s3fifo_and_sieve) {
  for (const double skew : {0.7, 0.9, 1.1}) {
    const auto trace = zipf_with_scans(skew);
    for (const std::size_t capacity : {200u, 1000u, 3000u}) {
      SCOPED_TRACE(testing::Message() << "skew " << skew << ", capacity " << capacity);
      const double lru = miss_ratio(Eviction::lru, capacity, trace);
      EXPECT_LT(miss_ratio(Eviction::s3fifo, capacity, trace), lru);
      EXPECT_LT(miss_ratio(Eviction::sieve, capacity, trace), lru);
    }
  }
}

}  // namespace
}  // namespace hawkcache::store
