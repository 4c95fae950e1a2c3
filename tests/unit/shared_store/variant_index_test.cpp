#include "shared_store/variant_index.hpp"

#include "shared_store/hex.hpp"

#include <gtest/gtest.h>

namespace hawkcache::shared_store {
namespace {

using redis::Reply;

WallTime instant(std::int64_t ms) { return WallTime(Duration(ms)); }

Reply text(std::string value) {
  Reply reply;
  reply.type = Reply::Type::text;
  reply.text = std::move(value);
  return reply;
}

Reply of_type(Reply::Type type) {
  Reply reply;
  reply.type = type;
  return reply;
}

Reply array(std::vector<std::string> texts) {
  Reply reply = of_type(Reply::Type::array);
  for (std::string& value : texts) reply.elements.push_back(text(std::move(value)));
  return reply;
}

std::string variant(std::uint64_t number) { return to_hex(Hash128{.low = number, .high = 0}); }

TEST(VariantRecord, is_written_as_documented_and_reads_back) {
  const std::pair<VariantRecord, std::string> rows[] = {
      {{0, instant(0), {}}, "0000000000000000 0"},
      {{0xabc, instant(1764207754123), {}}, "0000000000000abc 1764207754123"},
      {{UINT64_MAX, instant(5), {"accept"}}, "ffffffffffffffff 5 accept"},
      {{1, instant(253'402'300'799'999), {"accept", "accept-language", "x-a"}},
       "0000000000000001 253402300799999 accept,accept-language,x-a"},
  };
  for (const auto& [record, written] : rows) {
    EXPECT_EQ(format_variant_record(record), written);
    EXPECT_EQ(parse_variant_record(written), record) << written;
  }
}

TEST(VariantRecord, an_end_of_life_that_cannot_be_written_is_the_nearest_that_can) {
  EXPECT_EQ(format_variant_record({1, instant(-5), {}}), "0000000000000001 0");
  EXPECT_EQ(format_variant_record({1, WallTime::max(), {}}), "0000000000000001 253402300799999");
}

TEST(VariantRecord, nothing_else_is_one) {
  for (const std::string_view written : {"",
                                         "0000000000000001",
                                         "0000000000000001 ",
                                         "0000000000000001 x",
                                         "0000000000000001 -1",
                                         "0000000000000001 253402300800000",
                                         "0000000000000001 99999999999999999999999999",
                                         "000000000000000A 1",
                                         "00000000000000001 1",
                                         "000000000000001 1",
                                         "0000000000000001  1",
                                         "0000000000000001 1 ",
                                         "0000000000000001 1 ,",
                                         "0000000000000001 1 a,",
                                         "0000000000000001 1 a,,b",
                                         "0000000000000001 1 b,a",
                                         "0000000000000001 1 a,a",
                                         "0000000000000001 1 Accept",
                                         "0000000000000001 1 a b",
                                         "0000000000000001 1 a\r\nb",
                                         "0000000000000001\t1"}) {
    EXPECT_EQ(parse_variant_record(written), std::nullopt) << written;
  }
}

TEST(VariantIndex, holds_the_variants_newest_first) {
  const VariantIndex index = parse_variant_index(array({variant(1),
                                                        "0000000000000005 10",
                                                        variant(2),
                                                        "0000000000000009 10 accept",
                                                        variant(3),
                                                        "0000000000000007 10"}));
  ASSERT_EQ(index.variants.size(), 3u);
  EXPECT_EQ(index.malformed, 0u);
  EXPECT_EQ(index.variants[0].variant.low, 2u);
  EXPECT_EQ(index.variants[0].record, (VariantRecord{9, instant(10), {"accept"}}));
  EXPECT_EQ(index.variants[1].variant.low, 3u);
  EXPECT_EQ(index.variants[2].variant.low, 1u);
}

TEST(VariantIndex, counts_what_is_no_record) {
  Reply reply = array({"short",
                       "0000000000000005 10",
                       variant(2),
                       "garbage",
                       variant(3),
                       "0000000000000007 10",
                       variant(4)});
  reply.elements[1].type = Reply::Type::text;
  const VariantIndex index = parse_variant_index(reply);
  ASSERT_EQ(index.variants.size(), 1u);
  EXPECT_EQ(index.variants[0].variant.low, 3u);
  EXPECT_EQ(index.malformed, 2u);

  Reply nested = array({variant(1)});
  nested.elements.push_back(array({"0000000000000005 10"}));
  EXPECT_EQ(parse_variant_index(nested).malformed, 1u);
}

TEST(VariantIndex, other_replies_are_an_empty_one) {
  EXPECT_EQ(parse_variant_index(of_type(Reply::Type::nil)).malformed, 0u);
  EXPECT_EQ(parse_variant_index(of_type(Reply::Type::none)).malformed, 0u);
  EXPECT_EQ(parse_variant_index(array({})).malformed, 0u);
  EXPECT_EQ(parse_variant_index(of_type(Reply::Type::error)).malformed, 1u);
  EXPECT_EQ(parse_variant_index(text("x")).malformed, 1u);
  EXPECT_TRUE(parse_variant_index(of_type(Reply::Type::error)).variants.empty());
}

TEST(VariantIndex, does_not_grow_beyond_measure) {
  std::vector<std::string> texts;
  for (std::uint64_t i = 0; i < kMostIndexed + 10; ++i) {
    texts.push_back(variant(i));
    texts.emplace_back("0000000000000005 10");
  }
  const VariantIndex index = parse_variant_index(array(std::move(texts)));
  EXPECT_EQ(index.variants.size(), kMostIndexed);
  EXPECT_EQ(index.malformed, 10u);
}

}  // namespace
}  // namespace hawkcache::shared_store
