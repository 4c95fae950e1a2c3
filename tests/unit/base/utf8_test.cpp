#include "base/utf8.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace hawkcache::utf8 {
namespace {

TEST(Utf8, WhatIsNoSequenceIsReplacedByteByByte) {
  const std::vector<std::pair<std::string_view, std::string_view>> rows{
      {"", ""},
      {"user:42", "user:42"},
      {"\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80", "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80"},
      {"a\xFFz", "a\xEF\xBF\xBDz"},
      {"\xC3", "\xEF\xBF\xBD"},
      {"\xC0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD"},
      {"\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
      {"\xF4\x90\x80\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
      {"\xE2\x82z", "\xEF\xBF\xBD\xEF\xBF\xBDz"},
  };
  for (const auto& [text, expected] : rows) {
    std::string repaired;
    append_repaired(repaired, text);
    EXPECT_EQ(repaired, expected) << text;
  }
}

TEST(Utf8, IsCutBetweenSequences) {
  EXPECT_EQ(cut("abc", 3), "abc");
  EXPECT_EQ(cut("abc", 2), "ab");
  EXPECT_EQ(cut("a\xE2\x82\xAC", 3), "a");
  EXPECT_EQ(cut("a\xE2\x82\xAC", 4), "a\xE2\x82\xAC");
  EXPECT_EQ(cut("\xF0\x9F\x98\x80", 3), "");
}

TEST(Utf8, IsCountedByCharacters) {
  EXPECT_EQ(character_count(""), 0U);
  EXPECT_EQ(character_count("a\xE2\x82\xAC\xC3\xA4"), 3U);
  EXPECT_EQ(character_count("\xFF\xC3"), 2U);
  EXPECT_EQ(first_characters("a\xE2\x82\xAC\xC3\xA4", 2), "a\xE2\x82\xAC");
  EXPECT_EQ(first_characters("a\xE2\x82\xAC", 9), "a\xE2\x82\xAC");
  EXPECT_EQ(first_characters("a\xFF\xFFz", 2), "a\xFF");
  EXPECT_EQ(first_characters("abc", 0), "");
}

}  // namespace
}  // namespace hawkcache::utf8
