#include "store/scope_fences.hpp"

#include <gtest/gtest.h>

namespace hawkcache::store {
namespace {

constexpr WallTime kTime{std::chrono::hours(1)};

Trust trust(const HashedFences& fences, std::uint64_t hash, Epoch epoch) {
  FenceVerdict verdict;
  fences.judge(hash, epoch, verdict);
  return verdict.trust;
}

TEST(HashedFences, judge_by_the_newest_purge_of_each_kind) {
  HashedFences fences;
  fences.raise(7, PurgeKind::hard, 3, kTime);
  fences.raise(7, PurgeKind::soft, 5, kTime);
  EXPECT_EQ(trust(fences, 7, 2), Trust::distrusted);
  EXPECT_EQ(trust(fences, 7, 3), Trust::expired_by_soft_purge);
  EXPECT_EQ(trust(fences, 7, 5), Trust::trusted);
  EXPECT_EQ(trust(fences, 8, 0), Trust::trusted);
}

TEST(HashedFences, forget_the_one_not_raised_for_the_longest_time) {
  HashedFences fences;
  EXPECT_EQ(fences.oldest(), kNoEpoch);
  fences.raise(1, PurgeKind::hard, 1, kTime, 10);
  fences.raise(2, PurgeKind::hard, 2, kTime, 20);
  fences.raise(1, PurgeKind::hard, 3, kTime);
  EXPECT_EQ(fences.oldest(), 2u);
  EXPECT_EQ(fences.forget_oldest(), 20u);
  EXPECT_EQ(fences.oldest(), 3u);
  EXPECT_EQ(trust(fences, 1, 0), Trust::distrusted);
  EXPECT_EQ(fences.forget_oldest(), 10u);
  EXPECT_EQ(fences.size(), 0u);
  EXPECT_EQ(fences.oldest(), kNoEpoch);
}

TEST(HashedFences, stay_small_when_the_same_is_purged_again_and_again) {
  HashedFences fences;
  fences.raise(2, PurgeKind::hard, 1, kTime);
  for (Epoch epoch = 2; epoch < 100'000; ++epoch) fences.raise(1, PurgeKind::hard, epoch, kTime);
  EXPECT_EQ(fences.size(), 2u);
  EXPECT_LT(fences.bytes(), 64u * 1024);
  EXPECT_EQ(fences.oldest(), 1u);
}

// A place in the order that is not outdated is never cleaned away: with one for each repeat, every
// raise would walk them all.
TEST(HashedFences, take_one_place_for_what_one_purge_names_several_times) {
  HashedFences fences;
  for (std::uint64_t i = 0; i < 100'000; ++i) fences.raise(i % 2, PurgeKind::hard, 5, kTime);
  EXPECT_EQ(fences.size(), 2u);
  EXPECT_LT(fences.bytes(), 4096u);
  fences.forget_oldest();
  EXPECT_EQ(fences.oldest(), 5u);
  fences.forget_oldest();
  EXPECT_EQ(fences.oldest(), kNoEpoch);
}

TEST(PrefixFences, find_every_prefix_of_a_path) {
  PrefixFences fences;
  fences.raise(0, "/users/", PurgeKind::hard, 5, kTime);
  fences.raise(77, "/posts", PurgeKind::soft, 6, kTime);
  fences.raise(99, "", PurgeKind::hard, 7, kTime);
  const auto ask = [&](std::uint64_t host, const char* path) {
    FenceVerdict verdict;
    fences.judge(host, path, 1, verdict);
    return verdict.trust;
  };
  EXPECT_EQ(ask(1, "/users/7"), Trust::distrusted);
  EXPECT_EQ(ask(1, "/users"), Trust::trusted);
  EXPECT_EQ(ask(77, "/posts/1"), Trust::expired_by_soft_purge);
  EXPECT_EQ(ask(78, "/posts/1"), Trust::trusted);
  EXPECT_EQ(ask(99, "/anything"), Trust::distrusted);
  EXPECT_EQ(ask(99, ""), Trust::distrusted);
  for (int i = 0; i < 3; ++i) fences.forget_oldest();
  EXPECT_EQ(ask(99, "/users/7"), Trust::trusted);
  EXPECT_EQ(fences.size(), 0u);
}

TEST(TagFences, remember_each_tag_once_and_keep_its_record_alive) {
  const auto table = TagTable::create();
  TagFences fences;
  fences.raise(table->intern("a"), PurgeKind::hard, 1, kTime);
  fences.raise(table->intern("b"), PurgeKind::hard, 2, kTime);
  fences.raise(table->intern("a"), PurgeKind::soft, 3, kTime);
  fences.raise(table->intern("a"), PurgeKind::soft, 3, kTime);  // named twice
  EXPECT_EQ(fences.size(), 2u);
  EXPECT_EQ(table->size(), 2u);
  EXPECT_EQ(fences.oldest(), 2u);
  fences.forget_oldest();
  EXPECT_FALSE(table->find("b"));
  EXPECT_TRUE(table->find("a"));
  fences.forget_oldest();
  EXPECT_EQ(fences.size(), 0u);
  EXPECT_EQ(fences.oldest(), kNoEpoch);
  EXPECT_EQ(table->size(), 0u);
}

TEST(TagFences, take_one_place_for_what_one_purge_names_several_times) {
  const auto table = TagTable::create();
  TagFences fences;
  for (int i = 0; i < 100'000; ++i) {
    fences.raise(table->intern(i % 2 == 0 ? "a" : "b"), PurgeKind::soft, 5, kTime);
  }
  EXPECT_EQ(fences.size(), 2u);
  EXPECT_LT(fences.bytes(), 1024u);
  fences.forget_oldest();
  EXPECT_EQ(fences.oldest(), 5u);
  fences.forget_oldest();
  EXPECT_EQ(fences.oldest(), kNoEpoch);
  EXPECT_EQ(table->size(), 0u);
}

TEST(TagFences, stay_small_when_the_same_is_purged_again_and_again) {
  const auto table = TagTable::create();
  TagFences fences;
  fences.raise(table->intern("old"), PurgeKind::hard, 1, kTime);
  for (Epoch epoch = 2; epoch < 100'000; ++epoch) {
    fences.raise(table->intern("a"), PurgeKind::hard, epoch, kTime);
  }
  EXPECT_EQ(fences.size(), 2u);
  EXPECT_LT(fences.bytes(), 64u * 1024);
}

}  // namespace
}  // namespace hawkcache::store
