#include "store/shared_fence.hpp"

#include "contract/response_maker.hpp"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace hawkcache::store {
namespace {

constexpr std::uint64_t kGeneration = 7;

LogReading reading(std::vector<LoggedPurge> purges,
                   Epoch through,
                   Epoch floor = 1,
                   std::uint64_t generation = kGeneration) {
  return {.counter = {.generation = generation, .identity = 1, .epoch = through},
          .floor = floor,
          .through = through,
          .purges = std::move(purges)};
}

LoggedPurge logged(Epoch epoch, PurgeRequest request, WallTime soft_at = {}) {
  return {.epoch = epoch, .request = std::move(request), .soft_at = soft_at};
}

class SharedFenceTest : public testing::Test {
 protected:
  StoredParts parts(SharedStamp stamp, std::vector<std::string> tags = {"users"}) {
    StoredParts made;
    made.authority = "api.example.com";
    made.path_and_query = "/users/7";
    made.meta.tags = std::move(tags);
    made.shared = stamp;
    return made;
  }
  Trust judge(SharedStamp stamp) {
    StoredParts made = parts(stamp);
    return fence_.admit(made);
  }

  PurgeFence local_;
  std::vector<std::string> raised_;  // tags, or "*" for everything, in the order of raising
  SharedFence fence_{local_,
                     [this](const PurgeRequest& purge, WallTime now) {
                       raised_.push_back(purge.tags.empty() ? "*" : purge.tags.front());
                       local_.raise(purge, now);
                     },
                     PurgeFence::Limits{}};
};

TEST_F(SharedFenceTest, knows_nothing_before_a_generation_began) {
  EXPECT_EQ(fence_.followed(), SharedStamp{});
  EXPECT_EQ(judge({kGeneration, 5}), Trust::distrusted);
}

TEST_F(SharedFenceTest, a_generation_distrusts_what_is_older_than_its_floor_and_all_others) {
  EXPECT_EQ(fence_.begin(kGeneration, 5, kNow), SharedFence::Began::anew);
  EXPECT_EQ(fence_.followed(), (SharedStamp{kGeneration, 5}));
  EXPECT_EQ(judge({kGeneration, 4}), Trust::distrusted);
  EXPECT_EQ(judge({kGeneration, 5}), Trust::trusted);
  EXPECT_EQ(judge({kGeneration + 1, 5}), Trust::distrusted);
}

TEST_F(SharedFenceTest, beginning_what_is_followed_already_changes_nothing) {
  fence_.begin(kGeneration, 5, kNow);
  raised_.clear();
  EXPECT_EQ(fence_.begin(kGeneration, 9, kNow), SharedFence::Began::as_before);
  EXPECT_TRUE(raised_.empty());
  EXPECT_EQ(judge({kGeneration, 5}), Trust::trusted);
}

TEST_F(SharedFenceTest, another_generation_distrusts_everything_on_this_node) {
  fence_.begin(kGeneration, 5, kNow);
  StoredParts held = parts({kGeneration, 5});
  ASSERT_EQ(fence_.admit(held), Trust::trusted);
  const StoredResponsePtr response = StoredResponse::make(std::move(held));
  ASSERT_EQ(response->vouch(local_), Trust::trusted);
  EXPECT_EQ(fence_.begin(kGeneration + 1, 6, kNow), SharedFence::Began::anew);
  EXPECT_EQ(response->vouch(local_), Trust::distrusted);
}

TEST_F(SharedFenceTest, a_purge_concerns_what_is_older_and_carries_the_tag) {
  fence_.begin(kGeneration, 1, kNow);
  fence_.apply(reading({logged(3, purge_of_tag("users"))}, 3), kNow);
  EXPECT_EQ(judge({kGeneration, 2}), Trust::distrusted);
  EXPECT_EQ(judge({kGeneration, 3}), Trust::trusted);
  StoredParts other = parts({kGeneration, 2}, {"orders"});
  EXPECT_EQ(fence_.admit(other), Trust::trusted);
}

TEST_F(SharedFenceTest, a_soft_purge_expires_at_the_time_when_it_was_asked_for) {
  fence_.begin(kGeneration, 1, kNow);
  const WallTime asked = kNow - std::chrono::minutes(5);
  fence_.apply(reading({logged(3, purge_of_tag("users", PurgeKind::soft), asked)}, 3), kNow);
  StoredParts made = parts({kGeneration, 2});
  EXPECT_EQ(fence_.admit(made), Trust::expired_by_soft_purge);
  EXPECT_EQ(made.soft_purged_at, asked);
  const StoredResponsePtr response = StoredResponse::make(std::move(made));
  EXPECT_EQ(response->soft_purged_at(), asked);
}

TEST_F(SharedFenceTest, a_soft_purge_of_a_node_that_is_ahead_expires_now) {
  fence_.begin(kGeneration, 1, kNow);
  const WallTime ahead = kNow + std::chrono::seconds(20);
  fence_.apply(reading({logged(3, purge_of_tag("users", PurgeKind::soft), ahead)}, 3), kNow);
  StoredParts made = parts({kGeneration, 2});
  EXPECT_EQ(fence_.admit(made), Trust::expired_by_soft_purge);
  EXPECT_EQ(made.soft_purged_at, kNow);
}

TEST_F(SharedFenceTest, purges_hold_on_this_node_each_with_an_epoch_of_its_own) {
  fence_.begin(kGeneration, 1, kNow);
  raised_.clear();
  const Epoch before = local_.current();
  fence_.apply(reading({logged(3, purge_of_tag("a")), logged(4, purge_of_tag("b"))}, 4), kNow);
  EXPECT_EQ(raised_, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(local_.current(), before + 2);
}

TEST_F(SharedFenceTest, what_was_followed_is_not_raised_again) {
  fence_.begin(kGeneration, 1, kNow);
  fence_.apply(reading({logged(3, purge_of_tag("a"))}, 3), kNow);
  raised_.clear();
  // Read before the other, and applied after it.
  fence_.apply(reading({logged(2, purge_of_tag("b"))}, 2), kNow);
  EXPECT_TRUE(raised_.empty());
  EXPECT_EQ(fence_.followed().epoch, 3u);
}

TEST_F(SharedFenceTest, a_reading_of_a_generation_that_has_ended_says_nothing) {
  fence_.begin(kGeneration, 1, kNow);
  raised_.clear();
  fence_.apply(reading({logged(9, purge_of_tag("a"))}, 9, 1, kGeneration - 1), kNow);
  EXPECT_TRUE(raised_.empty());
  EXPECT_EQ(fence_.followed(), (SharedStamp{kGeneration, 1}));
}

TEST_F(SharedFenceTest, a_log_that_was_forgotten_further_than_followed_distrusts_what_is_older) {
  fence_.begin(kGeneration, 1, kNow);
  raised_.clear();
  fence_.apply(reading({logged(9, purge_of_tag("a"))}, 9, 6), kNow);
  EXPECT_EQ(raised_, (std::vector<std::string>{"*", "a"}));
  EXPECT_EQ(judge({kGeneration, 5}), Trust::distrusted);
  EXPECT_EQ(judge({kGeneration, 6}), Trust::trusted);
}

TEST_F(SharedFenceTest, a_purge_that_the_judgement_missed_is_met_by_the_local_fence) {
  fence_.begin(kGeneration, 1, kNow);
  StoredParts made = parts({kGeneration, 1});
  ASSERT_EQ(fence_.admit(made), Trust::trusted);
  const StoredResponsePtr response = StoredResponse::make(std::move(made));
  fence_.apply(reading({logged(2, purge_of_tag("users"))}, 2), kNow);
  EXPECT_EQ(response->vouch(local_), Trust::distrusted);
}

}  // namespace
}  // namespace hawkcache::store
