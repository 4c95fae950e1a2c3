#include "store/intern_table.hpp"

#include "contract/response_maker.hpp"
#include "store/tag_table.hpp"

#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace hawkcache::store {
namespace {

TEST(InternTable, one_text_has_one_record) {
  const auto table = TagTable::create();
  const TagRef a = table->intern("users");
  const TagRef b = table->intern("users");
  const TagRef c = table->intern("user");
  EXPECT_EQ(a.get(), b.get());
  EXPECT_NE(a.get(), c.get());
  EXPECT_EQ(a->text(), "users");
  EXPECT_EQ(table->size(), 2u);
}

TEST(InternTable, finds_only_what_was_interned) {
  const auto table = TagTable::create();
  EXPECT_FALSE(table->find("users"));
  const TagRef a = table->intern("users");
  EXPECT_EQ(table->find("users").get(), a.get());
}

TEST(InternTable, a_record_goes_with_its_last_reference) {
  const auto table = TagTable::create();
  TagRef a = table->intern("users");
  TagRef b = a;
  const TagRef c = std::move(a);
  b = TagRef();
  EXPECT_EQ(table->size(), 1u);
  EXPECT_EQ(table->bytes(), TagTable::record_bytes("users"));
  b = c;
  EXPECT_EQ(b->text(), "users");
  {
    TagRef last = table->intern("other");
    EXPECT_EQ(table->size(), 2u);
  }
  EXPECT_EQ(table->size(), 1u);
}

TEST(InternTable, an_empty_text_is_a_text) {
  const auto table = TagTable::create();
  const TagRef empty = table->intern("");
  EXPECT_EQ(empty->text(), "");
  EXPECT_EQ(table->find("").get(), empty.get());
}

TEST(InternTable, references_outlive_the_table_s_owner) {
  TagRef survivor;
  {
    const auto table = TagTable::create();
    survivor = table->intern("users");
  }
  EXPECT_EQ(survivor->text(), "users");
}

TEST(InternTable, shows_what_is_there) {
  const auto table = TagTable::create();
  const TagRef users = table->intern("users");
  users->add_member();
  std::uint64_t members = 0;
  const auto count = [&](const TagState& state) { members += state.members(); };
  table->look_at("users", count);
  table->look_at("posts", count);
  EXPECT_EQ(members, 1u);
}

TEST(InternTable, many_threads_may_make_and_drop_the_same_records) {
  const auto table = TagTable::create();
  const auto churn = [&](std::size_t seed) {
    std::vector<TagRef> held(4);
    for (std::size_t i = 0; i < 20'000; ++i) {
      held[i % held.size()] = table->intern(numbered("tag ", (i * seed) % 7));
      const TagRef copy = held[(i + 1) % held.size()];
      if (copy && copy->text().empty()) std::terminate();
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
