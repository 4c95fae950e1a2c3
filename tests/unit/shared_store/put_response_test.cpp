// The script that puts a response, against a real server.
#include "unit/shared_store/redis_scripts_fixture.hpp"

#include <gtest/gtest.h>

namespace hawkcache::shared_store {
namespace {

using redis::Reply;
using std::chrono::seconds;

using PutResponse = RedisScriptsTest;

TEST_F(PutResponse, put_stores_the_value_and_its_record_for_its_time) {
  const std::string value("bytes\0\r\n\xff", 9);
  EXPECT_TRUE(put({.variant = 1, .sequence = 5, .vary = {"accept"}, .value = value}));
  EXPECT_EQ(value_of(1), value);
  const VariantIndex index = read_index();
  ASSERT_EQ(index.variants.size(), 1u);
  EXPECT_EQ(index.variants[0].record, (VariantRecord{5, store::kNow + kAnHour, {"accept"}}));
  expect_ttl(response_name(1), kAnHour);
  expect_ttl(this->index(), kAnHour);
}

TEST_F(PutResponse, put_brings_a_ttl_within_what_a_server_takes) {
  EXPECT_TRUE(put({.ttl = Duration(-5)}));
  EXPECT_TRUE(put({.variant = 2, .sequence = 2, .ttl = Duration::max()}));
  EXPECT_GT(ttl(response_name(2)), 0);
}

// What is there, what comes, and what is there then. Variants 1 and 2 are two different ones; those
// with names have a Vary; two without are of two rules.
struct PutRow {
  const char* what;
  std::uint64_t there_sequence;
  bool there_varies;
  std::uint64_t fresh_variant;
  std::uint64_t fresh_sequence;
  bool fresh_varies;
  bool stored;
  const char* after;
};
class PutResponseTable : public PutResponse, public testing::WithParamInterface<PutRow> {};

TEST_P(PutResponseTable, is_that_of_the_memory_store) {
  const PutRow& row = GetParam();
  const auto names = [](bool varies) {
    return varies ? caching::VaryNames{"accept"} : caching::VaryNames{};
  };
  ASSERT_TRUE(put({.variant = 1, .sequence = row.there_sequence, .vary = names(row.there_varies)}));
  const std::uint64_t plain = row.there_varies ? 9 : 1;  // of one rule, where one of them varies
  EXPECT_EQ(put({.variant = row.fresh_variant,
                 .sequence = row.fresh_sequence,
                 .vary = names(row.fresh_varies),
                 .value = "fresh",
                 .for_all = row.fresh_varies ? plain : row.fresh_variant}),
            row.stored);
  EXPECT_EQ(variants(), row.after);
  if (row.stored) {
    EXPECT_EQ(value_of(row.fresh_variant), "fresh");
  } else {
    EXPECT_EQ(value_of(1), "value");
  }
}

INSTANTIATE_TEST_SUITE_P(
    Rows,
    PutResponseTable,
    testing::Values(PutRow{"newer_same", 5, false, 1, 6, false, true, "1:6 "},
                    PutRow{"equal_same", 5, false, 1, 5, false, true, "1:5 "},
                    PutRow{"older_same", 5, false, 1, 4, false, false, "1:5 "},
                    PutRow{"newer_same_varied", 5, true, 1, 6, true, true, "1:6 "},
                    PutRow{"equal_same_varied", 5, true, 1, 5, true, true, "1:5 "},
                    PutRow{"older_same_varied", 5, true, 1, 4, true, false, "1:5 "},
                    PutRow{"newer_other", 5, false, 2, 6, false, true, "1:5 2:6 "},
                    PutRow{"equal_other", 5, false, 2, 5, false, true, "1:5 2:5 "},
                    PutRow{"older_other", 5, false, 2, 4, false, true, "2:4 1:5 "},
                    PutRow{"newer_other_varied", 5, true, 2, 6, true, true, "1:5 2:6 "},
                    PutRow{"equal_other_varied", 5, true, 2, 5, true, true, "1:5 2:5 "},
                    PutRow{"older_other_varied", 5, true, 2, 4, true, true, "2:4 1:5 "},
                    PutRow{"older_varied_beside_plain", 5, false, 2, 4, true, false, "1:5 "},
                    PutRow{"newer_varied_beside_plain", 5, false, 2, 6, true, true, "1:5 2:6 "},
                    PutRow{"older_plain_beside_varied", 5, true, 2, 4, false, true, "2:4 1:5 "},
                    PutRow{"newer_plain_beside_varied", 5, true, 2, 6, false, true, "1:5 2:6 "},
                    PutRow{"all_of_64_bits_count",
                           UINT64_MAX,
                           false,
                           1,
                           UINT64_MAX - 1,
                           false,
                           false,
                           "1:18446744073709551615 "}),
    [](const auto& test) { return test.param.what; });

TEST_F(PutResponse, put_is_refused_whatever_else_is_there) {
  ASSERT_TRUE(put({.variant = 1, .sequence = 5, .vary = {"accept"}}));
  ASSERT_TRUE(put({.variant = 2, .sequence = 9}));
  ASSERT_TRUE(put({.variant = 3, .sequence = 10, .vary = {"accept"}}));
  EXPECT_FALSE(put({.variant = 4, .sequence = 8, .vary = {"accept"}, .for_all = 2}));
  EXPECT_FALSE(exists(response_name(4)));
  EXPECT_EQ(variants(), "1:5 2:9 3:10 ");
}

TEST_F(PutResponse, put_is_not_refused_by_what_is_of_another_rule) {
  ASSERT_TRUE(put({.variant = 1, .sequence = 9}));
  EXPECT_TRUE(put({.variant = 2, .sequence = 8, .for_all = 2}));
  EXPECT_TRUE(put({.variant = 4, .sequence = 7, .vary = {"accept"}, .for_all = 3}));
  EXPECT_EQ(variants(), "4:7 2:8 1:9 ");
}

// Of a clock that was set back since.
TEST_F(PutResponse, put_is_not_refused_by_a_sequence_above_the_highest) {
  constexpr std::uint64_t kHigh = std::uint64_t{5} << 40;  // only the upper half tells them apart
  for (const std::uint64_t there : {std::uint64_t{9}, kHigh}) {
    for (const std::uint64_t fresh_variant : {1u, 2u}) {
      SCOPED_TRACE(std::to_string(there) + " and variant " + std::to_string(fresh_variant));
      cli_.text({"FLUSHALL"});
      ASSERT_TRUE(put({.variant = 1, .sequence = there}));
      Put late{.variant = fresh_variant,
               .sequence = 5,
               .value = "late",
               .for_all = 1,
               .highest_sequence = there};
      EXPECT_FALSE(put(late));
      --late.highest_sequence;
      EXPECT_TRUE(put(late));
      EXPECT_EQ(value_of(fresh_variant), "late");
    }
  }
  // Nor does it stand in the way of the next.
  EXPECT_TRUE(put({.variant = 2, .sequence = 6, .highest_sequence = 8}));
}

TEST_F(PutResponse, put_evicts_the_oldest_beyond_the_bound_but_never_the_new_one) {
  for (const std::uint64_t number : {3u, 1u, 2u}) {
    ASSERT_TRUE(put({.variant = number, .sequence = number, .vary = {"a"}, .max_variants = 3}));
  }
  ASSERT_TRUE(put({.variant = 9, .sequence = 9, .vary = {"a"}, .max_variants = 3}));
  EXPECT_EQ(variants(), "2:2 3:3 9:9 ");
  EXPECT_FALSE(exists(response_name(1)));
  // An older fetch's, of another variant: the oldest of the others goes.
  ASSERT_TRUE(put({.variant = 4, .sequence = 1, .vary = {"a"}, .max_variants = 3}));
  EXPECT_EQ(variants(), "4:1 3:3 9:9 ");
  // A bound that was lowered.
  ASSERT_TRUE(put({.variant = 5, .sequence = 10, .vary = {"a"}, .max_variants = 1}));
  EXPECT_EQ(variants(), "5:10 ");
  EXPECT_EQ(cli_.number({"DBSIZE"}), 2);
}

TEST_F(PutResponse, put_evicts_what_is_above_the_highest_sequence_before_the_oldest) {
  constexpr std::uint64_t kHigh = std::uint64_t{5} << 40;
  const auto put_varied = [this](std::uint64_t number, std::uint64_t sequence, std::uint64_t most) {
    return put({.variant = number,
                .sequence = sequence,
                .vary = {"a"},
                .max_variants = 3,
                .highest_sequence = most});
  };
  for (const std::uint64_t number : {1u, 2u}) {
    ASSERT_TRUE(put_varied(number, kHigh + number, UINT64_MAX));
  }
  for (const std::uint64_t number : {3u, 4u, 5u}) ASSERT_TRUE(put_varied(number, number, kHigh));
  EXPECT_EQ(variants(), "3:3 4:4 5:5 ");
}

TEST_F(PutResponse, put_forgets_records_past_their_end_and_is_not_refused_by_them) {
  ASSERT_TRUE(put({.variant = 1, .sequence = 9, .ttl = seconds(10)}));
  ASSERT_TRUE(put({.variant = 2, .sequence = 10, .vary = {"a"}}));
  Put older{.variant = 3, .sequence = 5, .vary = {"a"}, .for_all = 1};
  older.now = store::kNow + Duration(9999);
  EXPECT_FALSE(put(older));
  older.now = store::kNow + seconds(10);
  EXPECT_TRUE(put(older));
  EXPECT_EQ(variants(), "3:5 2:10 ");
  // Of the same variant, too.
  EXPECT_TRUE(put({.variant = 2, .sequence = 3, .vary = {"a"}, .now = store::kNow + kAnHour}));
}

TEST_F(PutResponse, an_index_lives_as_long_as_its_longest_lived_record) {
  ASSERT_TRUE(put({.variant = 1, .sequence = 1, .ttl = seconds(1000)}));
  ASSERT_TRUE(put({.variant = 2, .sequence = 2, .ttl = seconds(100)}));
  expect_ttl(index(), seconds(1000));
  expect_ttl(response_name(2), seconds(100));
  // The longest-lived one is replaced by a shorter-lived one.
  ASSERT_TRUE(put({.variant = 1, .sequence = 3, .ttl = seconds(200)}));
  expect_ttl(index(), seconds(200));
  // And one that is evicted does not count.
  ASSERT_TRUE(put({.variant = 3, .sequence = 4, .ttl = seconds(50), .max_variants = 1}));
  expect_ttl(index(), seconds(50));
}

TEST_F(PutResponse, put_replaces_what_is_foreign_under_its_names) {
  for (const char* type : {"string", "list", "set", "zset", "stream"}) {
    make_foreign(index(), type);
    make_foreign(response_name(1), type);
    EXPECT_TRUE(put({})) << type;
    EXPECT_EQ(variants(), "1:1 ") << type;
    expect_ttl(index(), kAnHour);
  }
  make_foreign(response_name(1), "hash");
  EXPECT_TRUE(put({}));
  EXPECT_EQ(variants(), "1:1 ");
}

TEST_F(PutResponse, put_drops_records_that_are_none) {
  cli_.number({"HSET",
               index(),
               "foreign",
               "text",
               to_hex(variant(2)),
               "",
               to_hex(variant(3)),
               "0000000000000009",
               to_hex(variant(1)),
               "ffffffffffffffff x"});
  EXPECT_TRUE(put({}));
  EXPECT_EQ(variants(), "1:1 ");
  EXPECT_EQ(read_index().malformed, 0u);
}

TEST_F(PutResponse, put_does_not_read_a_hash_that_is_far_too_large_for_an_index) {
  std::vector<std::string> words = {"HSET", index()};
  for (std::uint64_t i = 0; i < 100; ++i) {
    words.push_back(to_hex(variant(i)));
    words.push_back(format_variant_record({50, store::kNow + kAnHour, {}}));
  }
  cli_.number(words);
  EXPECT_TRUE(put({.max_variants = 10}));
  EXPECT_EQ(read_index().variants.size(), 1u);
}

TEST_F(PutResponse, where_memory_is_out_nothing_is_stored_and_nothing_half) {
  ASSERT_TRUE(put({.variant = 1, .sequence = 1, .ttl = seconds(1)}));
  cli_.text({"CONFIG", "SET", "maxmemory", "1"});
  PutArguments arguments;
  arguments.key = kRedisKey;
  arguments.variant = variant(1);
  arguments.sequence = 9;
  arguments.value = "new";
  arguments.now = store::kNow + seconds(5);
  arguments.ttl = kAnHour;
  const Reply refused = runner_.run(put_response(names_, arguments));
  const Reply untagged = runner_.run(tag_response(names_, "t", "a", kAnHour, 4));
  const long long dropped = runner_.number(drop_variant(names_, kRedisKey, variant(2), ""));
  cli_.text({"CONFIG", "SET", "maxmemory", "0"});
  EXPECT_TRUE(refused.is(Reply::Type::error));
  EXPECT_TRUE(refused.text.starts_with("OOM ")) << refused.text;
  EXPECT_TRUE(untagged.text.starts_with("OOM ")) << untagged.text;
  EXPECT_EQ(dropped, 1);
  const VariantIndex index = read_index();
  ASSERT_EQ(index.variants.size(), 1u);
  EXPECT_EQ(index.variants[0].record.sequence, 1u);
}

}  // namespace
}  // namespace hawkcache::shared_store
