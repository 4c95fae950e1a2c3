#include "shared_store/shared_fence.hpp"

#include "contract/response_maker.hpp"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace hawkcache::shared_store {
namespace {

constexpr std::uint64_t kGeneration = 7;

LogReading reading(std::vector<LoggedPurge> purges,
                   store::Epoch through,
                   store::Epoch floor = 1,
                   std::uint64_t generation = kGeneration) {
  return {.counter = {.generation = generation, .identity = 1, .epoch = through},
          .floor = floor,
          .through = through,
          .purges = std::move(purges)};
}

LoggedPurge logged(store::Epoch epoch, store::PurgeRequest request, WallTime soft_at = {}) {
  return {.epoch = epoch, .request = std::move(request), .soft_at = soft_at};
}

class SharedFenceTest : public testing::Test {
 protected:
  store::StoredParts parts(store::SharedStamp stamp, std::vector<std::string> tags = {"users"}) {
    store::StoredParts made;
    made.authority = "api.example.com";
    made.path_and_query = "/users/7";
    made.meta.tags = std::move(tags);
    made.shared = stamp;
    return made;
  }
  store::Trust judge(store::SharedStamp stamp) {
    store::StoredParts made = parts(stamp);
    return fence_.admit(made);
  }

  store::PurgeFence local_;
  std::vector<std::string> raised_;  // tags, or "*" for everything, in the order of raising
  SharedFence fence_{local_,
                     [this](const store::PurgeRequest& purge, WallTime now) {
                       raised_.push_back(purge.tags.empty() ? "*" : purge.tags.front());
                       local_.raise(purge, now);
                     },
                     store::PurgeFence::Limits{}};
};

TEST_F(SharedFenceTest, knows_nothing_before_a_generation_began) {
  EXPECT_EQ(fence_.followed(), store::SharedStamp{});
  EXPECT_EQ(judge({kGeneration, 5}), store::Trust::distrusted);
}

TEST_F(SharedFenceTest, a_generation_distrusts_what_is_older_than_its_floor_and_all_others) {
  EXPECT_EQ(fence_.begin(kGeneration, 5, store::kNow), SharedFence::Began::anew);
  EXPECT_EQ(fence_.followed(), (store::SharedStamp{kGeneration, 5}));
  EXPECT_EQ(judge({kGeneration, 4}), store::Trust::distrusted);
  EXPECT_EQ(judge({kGeneration, 5}), store::Trust::trusted);
  EXPECT_EQ(judge({kGeneration + 1, 5}), store::Trust::distrusted);
}

TEST_F(SharedFenceTest, beginning_what_is_followed_already_changes_nothing) {
  fence_.begin(kGeneration, 5, store::kNow);
  raised_.clear();
  EXPECT_EQ(fence_.begin(kGeneration, 9, store::kNow), SharedFence::Began::as_before);
  EXPECT_TRUE(raised_.empty());
  EXPECT_EQ(judge({kGeneration, 5}), store::Trust::trusted);
}

TEST_F(SharedFenceTest, another_generation_distrusts_everything_on_this_node) {
  fence_.begin(kGeneration, 5, store::kNow);
  store::StoredParts held = parts({kGeneration, 5});
  ASSERT_EQ(fence_.admit(held), store::Trust::trusted);
  const store::StoredResponsePtr response = store::StoredResponse::make(std::move(held));
  ASSERT_EQ(response->vouch(local_), store::Trust::trusted);
  EXPECT_EQ(fence_.begin(kGeneration + 1, 6, store::kNow), SharedFence::Began::anew);
  EXPECT_EQ(response->vouch(local_), store::Trust::distrusted);
}

TEST_F(SharedFenceTest, a_purge_concerns_what_is_older_and_carries_the_tag) {
  fence_.begin(kGeneration, 1, store::kNow);
  fence_.apply(reading({logged(3, store::purge_of_tag("users"))}, 3), store::kNow);
  EXPECT_EQ(judge({kGeneration, 2}), store::Trust::distrusted);
  EXPECT_EQ(judge({kGeneration, 3}), store::Trust::trusted);
  store::StoredParts other = parts({kGeneration, 2}, {"orders"});
  EXPECT_EQ(fence_.admit(other), store::Trust::trusted);
}

TEST_F(SharedFenceTest, a_soft_purge_expires_at_the_time_when_it_was_asked_for) {
  fence_.begin(kGeneration, 1, store::kNow);
  const WallTime asked = store::kNow - std::chrono::minutes(5);
  fence_.apply(reading({logged(3, store::purge_of_tag("users", store::PurgeKind::soft), asked)}, 3),
               store::kNow);
  store::StoredParts made = parts({kGeneration, 2});
  EXPECT_EQ(fence_.admit(made), store::Trust::expired_by_soft_purge);
  EXPECT_EQ(made.soft_purged_at, asked);
  const store::StoredResponsePtr response = store::StoredResponse::make(std::move(made));
  EXPECT_EQ(response->soft_purged_at(), asked);
}

TEST_F(SharedFenceTest, a_soft_purge_of_a_node_that_is_ahead_expires_now) {
  fence_.begin(kGeneration, 1, store::kNow);
  const WallTime ahead = store::kNow + std::chrono::seconds(20);
  fence_.apply(reading({logged(3, store::purge_of_tag("users", store::PurgeKind::soft), ahead)}, 3),
               store::kNow);
  store::StoredParts made = parts({kGeneration, 2});
  EXPECT_EQ(fence_.admit(made), store::Trust::expired_by_soft_purge);
  EXPECT_EQ(made.soft_purged_at, store::kNow);
}

TEST_F(SharedFenceTest, purges_hold_on_this_node_each_with_an_epoch_of_its_own) {
  fence_.begin(kGeneration, 1, store::kNow);
  raised_.clear();
  const store::Epoch before = local_.current();
  fence_.apply(
      reading({logged(3, store::purge_of_tag("a")), logged(4, store::purge_of_tag("b"))}, 4),
      store::kNow);
  EXPECT_EQ(raised_, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(local_.current(), before + 2);
}

TEST_F(SharedFenceTest, what_was_followed_is_not_raised_again) {
  fence_.begin(kGeneration, 1, store::kNow);
  fence_.apply(reading({logged(3, store::purge_of_tag("a"))}, 3), store::kNow);
  raised_.clear();
  // Read before the other, and applied after it.
  fence_.apply(reading({logged(2, store::purge_of_tag("b"))}, 2), store::kNow);
  EXPECT_TRUE(raised_.empty());
  EXPECT_EQ(fence_.followed().epoch, 3u);
}

TEST_F(SharedFenceTest, a_reading_of_a_generation_that_has_ended_says_nothing) {
  fence_.begin(kGeneration, 1, store::kNow);
  raised_.clear();
  fence_.apply(reading({logged(9, store::purge_of_tag("a"))}, 9, 1, kGeneration - 1), store::kNow);
  EXPECT_TRUE(raised_.empty());
  EXPECT_EQ(fence_.followed(), (store::SharedStamp{kGeneration, 1}));
}

TEST_F(SharedFenceTest, a_log_that_was_forgotten_further_than_followed_distrusts_what_is_older) {
  fence_.begin(kGeneration, 1, store::kNow);
  raised_.clear();
  fence_.apply(reading({logged(9, store::purge_of_tag("a"))}, 9, 6), store::kNow);
  EXPECT_EQ(raised_, (std::vector<std::string>{"*", "a"}));
  EXPECT_EQ(judge({kGeneration, 5}), store::Trust::distrusted);
  EXPECT_EQ(judge({kGeneration, 6}), store::Trust::trusted);
}

TEST_F(SharedFenceTest, a_purge_that_the_judgement_missed_is_met_by_the_local_fence) {
  fence_.begin(kGeneration, 1, store::kNow);
  store::StoredParts made = parts({kGeneration, 1});
  ASSERT_EQ(fence_.admit(made), store::Trust::trusted);
  const store::StoredResponsePtr response = store::StoredResponse::make(std::move(made));
  fence_.apply(reading({logged(2, store::purge_of_tag("users"))}, 2), store::kNow);
  EXPECT_EQ(response->vouch(local_), store::Trust::distrusted);
}

}  // namespace
}  // namespace hawkcache::shared_store
