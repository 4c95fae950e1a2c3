#include "caching/tags.hpp"

#include "support.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hawkcache::caching {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct Tagged {
  std::vector<std::string> tags;
  std::size_t dropped;
};

Tagged tags_of(const Fields& response,
               std::vector<std::string> rule_tags = {},
               TagLimits limits = {}) {
  const std::size_t dropped = append_response_tags(rule_tags, response, "http", "api", limits);
  return {std::move(rule_tags), dropped};
}

TEST(TagValues, AreCutAndCleaned) {
  EXPECT_EQ(clean_tag_value("user:42"), "user:42");
  EXPECT_EQ(clean_tag_value("a\r\nb\tc\x7f"
                            "d\x1f"),
            "abcd");
  EXPECT_EQ(clean_tag_value(""), "");
  EXPECT_EQ(clean_tag_value(std::string(300, 'x')), std::string(256, 'x'));
  EXPECT_EQ(clean_tag_value(std::string(256, 'x')), std::string(256, 'x'));
  EXPECT_EQ(clean_tag_value(std::string(10, '\n') + std::string(256, 'x')), std::string(256, 'x'));
}

TEST(TagValues, AreNotCutWithinAUtf8Sequence) {
  const std::string filler(255, 'x');
  EXPECT_EQ(clean_tag_value(filler + "\xc3\xa4"), filler);
  EXPECT_EQ(clean_tag_value(std::string(254, 'x') + "\xc3\xa4"
                                                    "y"),
            std::string(254, 'x') + "\xc3\xa4");
  EXPECT_EQ(clean_tag_value(std::string(253, 'x') + "\xf0\x9f\x98\x80"), std::string(253, 'x'));
}

TEST(TagValues, AreCutWhereAskedFor) {
  EXPECT_EQ(clean_tag_value("12345678", 5), "12345");
  EXPECT_EQ(clean_tag_value("1234\xc3\xa4", 5), "1234");
}

TEST(TagValues, AreUtf8WhateverCame) {
  EXPECT_EQ(clean_tag_value("a\xff"
                            "b\x80"),
            "a\uFFFDb\uFFFD");
  EXPECT_EQ(clean_tag_value("\xc3\n\xa4"), "\u00e4") << "control characters go first";
  EXPECT_EQ(clean_tag_value("\xff\xff", 5), "\uFFFD");
  EXPECT_EQ(clean_tag_value(std::string(300, '\x80')).size(), 255u) << "not UTF-8 at all";
}

TEST(ResponseTags, ComeFromThreeFields) {
  const Fields response{{"Surrogate-Key", "b  a\tb"},
                        {"Surrogate-Key", " c "},
                        {"Cache-Tag", "d e, f,,"},
                        {"Cache-Groups", "\"g\", \"h i\""}};
  EXPECT_THAT(tags_of(response, {"users"}).tags,
              ElementsAre(group_tag("http", "api", "g"),
                          group_tag("http", "api", "h i"),
                          "a",
                          "b",
                          "c",
                          "d e",
                          "f",
                          "g",
                          "h i",
                          "users"));
  EXPECT_THAT(tags_of({}, {"b", "a", "b"}).tags, ElementsAre("a", "b"));
}

TEST(ResponseTags, IgnoreGroupsThatAreNoListOfStrings) {
  EXPECT_THAT(tags_of({{"Cache-Groups", "\"a\", b c"}}).tags, IsEmpty());
  EXPECT_THAT(tags_of({{"Cache-Groups", "\"a\";x=1, token, 5"}}).tags,
              ElementsAre(group_tag("http", "api", "a"), "a"));
  EXPECT_THAT(tags_of({{"Cache-Groups", "\"a\""}, {"Cache-Groups", "\"b\""}}).tags.size(), 4u);
}

TEST(ResponseTags, AreBoundedAndSayWhatWasDropped) {
  EXPECT_EQ(tags_of({{"Surrogate-Key", std::string(257, 'x') + " ok"}}).dropped, 1u);
  EXPECT_THAT(tags_of({{"Cache-Tag", std::string(257, 'x')}}).tags, IsEmpty());
  EXPECT_EQ(tags_of({{"Cache-Groups", "\"" + std::string(257, 'x') + "\""}}).dropped, 1u);
  const Tagged few =
      tags_of({{"Surrogate-Key", "a b c d a a"}}, {"rule", "a"}, {.per_response = 3});
  EXPECT_THAT(few.tags, ElementsAre("a", "b", "rule"));
  EXPECT_EQ(few.dropped, 2u);
  EXPECT_EQ(tags_of({}, {"a", "b"}, {.per_response = 1}).tags.size(), 2u) << "the rule's own stay";
}

TEST(ResponseTags, AreUtf8WhateverTheOriginSends) {
  EXPECT_THAT(tags_of({{"Surrogate-Key", "a\xff"}, {"Cache-Tag", "b\xe4"}}).tags,
              ElementsAre("a\uFFFD", "b\uFFFD"));
  EXPECT_EQ(tags_of({{"Cache-Tag", std::string(100, '\xff')}}).dropped, 1u) << "300 bytes by now";
  EXPECT_EQ(tags_of({{"Cache-Tag", "abc, abcd"}}, {}, {.length = 3}).dropped, 1u);
  EXPECT_THAT(invalidated_tags(Fields{{"Cache-Invalidate-Tags", "a\xff"}}, "http", "api"),
              ElementsAre("a\uFFFD"));
}

TEST(GroupTags, BelongToOneOrigin) {
  const std::string tag = group_tag("http", "api", "g");
  EXPECT_EQ(tag, group_tag("HTTP", "API:80", "g"));
  EXPECT_EQ(tag, group_tag("http", "api:", "g"));
  EXPECT_EQ(group_tag("https", "api", "g"), group_tag("https", "api:443", "g"));
  EXPECT_NE(tag, group_tag("https", "api", "g"));
  EXPECT_NE(tag, group_tag("http", "api:8080", "g"));
  EXPECT_NE(tag, group_tag("http", "api", "G"));
  EXPECT_NE(tag, "g");
  EXPECT_NE(clean_tag_value(tag), tag) << "no request and no other field can spell it";
}

TEST(InvalidatedTags, ComeFromTwoFields) {
  const Fields response{{"Cache-Group-Invalidation", "\"g\""},
                        {"Cache-Invalidate-Tags", "users, user:42 ,"},
                        {"Cache-Invalidate-Tags", "users"},
                        {"Cache-Groups", "\"other\""},
                        {"Cache-Tag", "other"}};
  EXPECT_THAT(invalidated_tags(response, "http", "api"),
              ElementsAre(group_tag("http", "api", "g"), "user:42", "users"));
  EXPECT_THAT(invalidated_tags(Fields{{"Cache-Group-Invalidation", "g"}}, "http", "api"),
              IsEmpty());
}

}  // namespace
}  // namespace hawkcache::caching
