#include "store/tag_table.hpp"

#include "contract/response_maker.hpp"

#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace hawkcache::store {
namespace {

TEST(TagTable, one_name_has_one_record) {
  const auto table = TagTable::create();
  const TagRef a = table->intern("users");
  const TagRef b = table->intern("users");
  const TagRef c = table->intern("user");
  EXPECT_EQ(a.get(), b.get());
  EXPECT_NE(a.get(), c.get());
  EXPECT_EQ(a->name(), "users");
  EXPECT_EQ(table->size(), 2u);
}

TEST(TagTable, finds_only_what_was_interned) {
  const auto table = TagTable::create();
  EXPECT_FALSE(table->find("users"));
  const TagRef a = table->intern("users");
  EXPECT_EQ(table->find("users").get(), a.get());
}

TEST(TagTable, a_record_goes_with_its_last_reference) {
  const auto table = TagTable::create();
  TagRef a = table->intern("users");
  TagRef b = a;
  const TagRef c = std::move(a);
  b = TagRef();
  EXPECT_EQ(table->size(), 1u);
  EXPECT_EQ(table->bytes(), TagTable::record_bytes("users"));
  b = c;
  EXPECT_EQ(b->name(), "users");
  {
    TagRef last = table->intern("other");
    EXPECT_EQ(table->size(), 2u);
  }
  EXPECT_EQ(table->size(), 1u);
}

TEST(TagTable, an_empty_name_is_a_name) {
  const auto table = TagTable::create();
  const TagRef empty = table->intern("");
  EXPECT_EQ(empty->name(), "");
  EXPECT_EQ(table->find("").get(), empty.get());
}

TEST(TagTable, references_outlive_the_table_s_owner) {
  TagRef survivor;
  {
    const auto table = TagTable::create();
    survivor = table->intern("users");
  }
  EXPECT_EQ(survivor->name(), "users");
}

TEST(TagTable, judges_by_name) {
  const auto table = TagTable::create();
  const TagRef users = table->intern("users");
  users->fence().raise(PurgeKind::hard, 5, WallTime{});
  const auto trust = [&](const char* name, Epoch epoch) {
    FenceVerdict verdict;
    table->judge(name, epoch, verdict);
    return verdict.trust;
  };
  EXPECT_EQ(trust("users", 4), Trust::distrusted);
  EXPECT_EQ(trust("users", 5), Trust::trusted);
  EXPECT_EQ(trust("posts", 4), Trust::trusted);
}

TEST(TagTable, many_threads_may_make_and_drop_the_same_records) {
  const auto table = TagTable::create();
  const auto churn = [&](std::size_t seed) {
    std::vector<TagRef> held(4);
    for (std::size_t i = 0; i < 20'000; ++i) {
      held[i % held.size()] = table->intern(numbered("tag ", (i * seed) % 7));
      const TagRef copy = held[(i + 1) % held.size()];
      if (copy && copy->name().empty()) std::terminate();
    }
  };
  std::thread one(churn, 3);
  std::thread two(churn, 5);
  one.join();
  two.join();
  EXPECT_EQ(table->size(), 0u);
  EXPECT_EQ(table->bytes(), 0u);
}

}  // namespace
}  // namespace hawkcache::store
