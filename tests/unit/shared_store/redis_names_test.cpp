#include "shared_store/redis_names.hpp"

#include <set>

#include <gtest/gtest.h>

namespace hawkcache::shared_store {
namespace {

constexpr Hash128 kKey{.low = 0x1111, .high = 0xab};
constexpr Hash128 kVariant{.low = 2, .high = 3};

TEST(RedisNames, are_those_of_the_documentation) {
  const RedisNames names("hawk:");
  EXPECT_EQ(names.response(kKey, kVariant),
            "hawk:r:{00000000000000ab0000000000001111}:00000000000000030000000000000002");
  EXPECT_EQ(names.response_stem(kKey), "hawk:r:{00000000000000ab0000000000001111}:");
  EXPECT_EQ(names.index(kKey), "hawk:i:{00000000000000ab0000000000001111}");
  EXPECT_EQ(names.lease(kKey), "hawk:lease:{00000000000000ab0000000000001111}");
  EXPECT_EQ(names.tag("user:42"), "hawk:tag:user:42");
  EXPECT_EQ(names.tag(""), "hawk:tag:");
  EXPECT_EQ(names.large_tags(), "hawk:{tags}:large");
  EXPECT_EQ(names.epoch(), "hawk:{fences}:epoch");
  EXPECT_EQ(names.log(), "hawk:{fences}:log");
  EXPECT_EQ(names.soft(), "hawk:{fences}:soft");
  EXPECT_EQ(names.response_prefix(), "hawk:r:");
  EXPECT_EQ(RedisNames("").epoch(), "{fences}:epoch");
}

TEST(RedisNames, a_responses_name_leads_back_to_its_key) {
  for (const char* prefix : {"", "hawk:", "r:", "r:{"}) {
    const RedisNames names(prefix);
    EXPECT_EQ(names.key_hash_of(names.response(kKey, kVariant)), kKey) << prefix;
  }
}

TEST(RedisNames, no_other_name_does) {
  const RedisNames names("hawk:");
  const std::string good = names.response(kKey, kVariant);
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_EQ(names.key_hash_of(good.substr(0, size)), std::nullopt) << size;
    std::string changed = good;
    changed[size] = '~';
    EXPECT_EQ(names.key_hash_of(changed), std::nullopt) << size;
  }
  EXPECT_EQ(names.key_hash_of(good + "0"), std::nullopt);
  EXPECT_EQ(names.key_hash_of(names.index(kKey)), std::nullopt);
  EXPECT_EQ(names.key_hash_of(names.tag("r:{")), std::nullopt);
  EXPECT_EQ(RedisNames("other:").key_hash_of(good), std::nullopt);
}

Hash128 variant(std::uint64_t rule, caching::VaryNames names, std::string_view secondary_key) {
  return variant_hash(rule, &names, secondary_key);
}

TEST(VariantHash, no_Vary_is_no_Vary_however_it_is_told) {
  EXPECT_EQ(variant_hash(7, nullptr, ""), variant(7, {}, ""));
}

TEST(VariantHash, every_part_counts_and_none_runs_into_another) {
  const std::vector<Hash128> variants = {variant(1, {}, ""),
                                         variant(2, {}, ""),
                                         variant(1, {}, "a"),
                                         variant(1, {"a"}, ""),
                                         variant(1, {"a"}, "a"),
                                         variant(1, {"a", "b"}, ""),
                                         variant(1, {"ab"}, ""),
                                         variant(1, {"a"}, "b"),
                                         variant(1, {"a", ""}, "b"),
                                         variant(1, {"", "a"}, "b"),
                                         variant(1, {"a"}, std::string_view("\0b", 2)),
                                         variant(1, {std::string("a\0b", 3)}, "")};
  EXPECT_EQ(std::set<Hash128>(variants.begin(), variants.end()).size(), variants.size());
}

}  // namespace
}  // namespace hawkcache::shared_store
