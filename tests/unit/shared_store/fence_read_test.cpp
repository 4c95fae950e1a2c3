// The script that reads the shared fence's log, against a real server.
#include "unit/shared_store/fence_scripts_fixture.hpp"

#include <gtest/gtest.h>

namespace hawkcache::shared_store {
namespace {

using FenceRead = FenceScriptsTest;

TEST_F(FenceRead, what_is_new_is_read_in_order) {
  const SharedCounter counter = open(0xa);
  store::PurgeRequest request = store::purge_of_prefix("", "/x");
  request.tags = {"z", "a"};
  purge(counter, store::purge_of_everything());
  purge(counter, request);
  purge(counter, store::purge_of_tag("a"));
  const auto all = read(counter, 0);
  ASSERT_TRUE(all.has_value());
  EXPECT_EQ(all->counter, (SharedCounter{0xa, kFenceServer, 4}));
  EXPECT_EQ(all->floor, 1u);
  EXPECT_TRUE(all->is_whole());
  EXPECT_EQ(text_of(all->purges), std::string("2h a; 3h p\0/x tz; 4h ta; ", 25));
  EXPECT_EQ(text_of(read(counter, 3)->purges), "4h ta; ");
  EXPECT_EQ(text_of(read(counter, 4)->purges), "");
  EXPECT_TRUE(read(counter, 4)->is_whole());
}

TEST_F(FenceRead, a_reader_of_another_generation_is_told_everything) {
  const SharedCounter counter = open(0xa);
  purge(counter, store::purge_of_tag("x"));
  EXPECT_EQ(text_of(read({0xb, kFenceServer, 9}, 9)->purges), "2h tx; ");
  EXPECT_EQ(read({0xb, kFenceServer, 9}, 9)->counter.generation, 0xau);
  EXPECT_EQ(why_not({0xa, kOtherServer, 1}), "changed: identity");
  cli_.number({"DEL", names_.epoch()});
  EXPECT_EQ(why_not(counter), "changed: no counter");
}

TEST_F(FenceRead, a_long_log_is_read_in_pieces_of_whole_epochs) {
  const SharedCounter counter = open(0xa);
  for (int i = 0; i < 7; ++i) {
    std::vector<std::string> members;
    for (int j = 0; j < 200; ++j) members.push_back(store::numbered("ht", 1000 * i + j));
    purge(counter, members, 10'000);
  }
  std::vector<store::Epoch> ends;
  std::size_t tags = 0;
  for (store::Epoch from = 1; ends.empty() || ends.back() < 8;) {
    const auto reading = read(counter, from, 1);
    ASSERT_TRUE(reading.has_value());
    for (const LoggedPurge& purge : reading->purges) {
      EXPECT_EQ(purge.request.tags.size(), 200u);
      tags += purge.request.tags.size();
    }
    EXPECT_GT(reading->through, from);
    EXPECT_EQ(reading->is_whole(), reading->through == 8);
    from = reading->through;
    ends.push_back(from);
  }
  EXPECT_EQ(ends, (std::vector<store::Epoch>{3, 5, 7, 8})) << "501 at a time";
  EXPECT_EQ(tags, 7 * 200u);
}

TEST_F(FenceRead, what_was_purged_again_is_in_a_whole_reading_and_may_be_in_no_part) {
  const SharedCounter counter = open(0xa);
  std::vector<std::string> many;
  for (int j = 0; j < 500; ++j) many.push_back(store::numbered("ht", j));
  purge(counter, {"htx"}, 10'000);
  purge(counter, many, 10'000);
  purge(counter, {"htx", "hty"}, 10'000);
  auto reading = read(counter, 1, 1);
  ASSERT_TRUE(reading.has_value());
  EXPECT_EQ(reading->through, 3u) << "and of x, which was purged at 2, it does not know";
  EXPECT_FALSE(reading->is_whole());
  auto rest = read(counter, reading->through, 1);
  ASSERT_TRUE(rest.has_value());
  extend(*reading, std::move(*rest));
  EXPECT_TRUE(reading->is_whole());
  ASSERT_EQ(reading->purges.size(), 2u);
  EXPECT_EQ(reading->purges[1].request.tags, (std::vector<std::string>{"x", "y"}));
}

TEST_F(FenceRead, a_full_purge_fits_a_reading) {
  const SharedCounter counter = open(0xa);
  std::vector<std::string> members;
  for (std::size_t j = 0; j < kMostFenceMembers; ++j) members.push_back(store::numbered("st", j));
  purge(counter, members, 10'000);
  const auto reading = read(counter, 0, 1);
  ASSERT_TRUE(reading.has_value());
  EXPECT_TRUE(reading->is_whole());
  ASSERT_EQ(reading->purges.size(), 1u);
  EXPECT_EQ(reading->purges[0].request.tags.size(), kMostFenceMembers);
  EXPECT_EQ(reading->purges[0].request.kind, store::PurgeKind::soft);
}

TEST_F(FenceRead, an_epoch_that_nobody_can_read_whole_is_a_floor) {
  const SharedCounter counter = open(0xa);
  purge(counter, {"hta"}, 10'000);
  std::vector<std::string> words = {"ZADD", names_.log()};
  for (int i = 0; i < 1500; ++i) {
    words.emplace_back("2");
    words.push_back(store::numbered("htx", i));
  }
  cli_.number(words);
  purge(counter, {"htb"}, 10'000);
  const auto reading = read(counter, 1);
  ASSERT_TRUE(reading.has_value());
  EXPECT_EQ(reading->floor, 2u);
  EXPECT_EQ(reading->through, 2u);
  EXPECT_TRUE(reading->purges.empty());
  EXPECT_EQ(text_of(read(counter, 2)->purges), "3h tb; ");
}

}  // namespace
}  // namespace hawkcache::shared_store
