#include "base/ascii.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace hawkcache::ascii {
namespace {

template <class Reader = ListReader>
std::vector<std::string> members(std::string_view text) {
  std::vector<std::string> list;
  Reader reader(text);
  while (const auto member = reader.next()) list.emplace_back(*member);
  return list;
}

using List = std::vector<std::string>;

TEST(Ascii, DecodesPercentEscapes) {
  EXPECT_EQ(percent_decoded("a%2Fb%2f%25"), "a/b/%");
  EXPECT_EQ(percent_decoded(""), "");
  for (const char* text : {"%", "a%2", "%zz", "%2g"}) {
    EXPECT_EQ(percent_decoded(text), std::nullopt) << text;
  }
}

TEST(Ascii, DecodesAPercentEscapeAtAPlace) {
  EXPECT_EQ(percent_byte("a%2f", 1), '/');
  EXPECT_EQ(percent_byte("%fF", 0), 255);
  EXPECT_EQ(percent_byte("%00", 0), 0);
  for (const std::size_t at : {0U, 2U, 4U, 5U, 9U}) EXPECT_EQ(percent_byte("a%4g%4", at), -1) << at;
}

TEST(Ascii, TakesWhatIsBeforeASeparator) {
  std::string_view text = "a=b=";
  EXPECT_EQ(take_until('=', text), "a");
  EXPECT_EQ(text, "b=");
  EXPECT_EQ(take_until(';', text), "b=");
  EXPECT_EQ(text, "");
  EXPECT_EQ(take_until(';', text), "");
}

TEST(Ascii, FoldsLettersOnly) {
  for (int i = 0; i < 256; ++i) {
    const char c = static_cast<char>(i);
    EXPECT_EQ(to_lower(c), i >= 'A' && i <= 'Z' ? static_cast<char>(i + 32) : c) << i;
  }
  EXPECT_EQ(to_lower(std::string_view("ETag-\xc3\x84@[`{9")), "etag-\xc3\x84@[`{9");
}

TEST(Ascii, ComparesIgnoringCase) {
  EXPECT_TRUE(equals_ignoring_case("", ""));
  EXPECT_TRUE(equals_ignoring_case("ETag", "etAG"));
  EXPECT_FALSE(equals_ignoring_case("ETag", "ETags"));
  EXPECT_FALSE(equals_ignoring_case("a-b", "a\rb"));
  EXPECT_FALSE(equals_ignoring_case("@", "`"));
  EXPECT_FALSE(equals_ignoring_case("[", "{"));
}

TEST(Ascii, TrimsBlanksAndTabsOnly) {
  EXPECT_EQ(trim(" \t a b\t "), "a b");
  EXPECT_EQ(trim("\r\na\v"), "\r\na\v");
  EXPECT_EQ(trim(" \t "), "");
  EXPECT_EQ(trim(""), "");
}

TEST(Ascii, KnowsTokens) {
  for (int i = 0; i < 256; ++i) {
    const char c = static_cast<char>(i);
    const bool expected = c != '\0' && std::string_view(
                                           "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
                                           "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
                                               .find(c) != std::string_view::npos;
    EXPECT_EQ(is_token_char(c), expected) << i;
  }
  EXPECT_TRUE(is_token("max-age"));
  EXPECT_FALSE(is_token(""));
  EXPECT_FALSE(is_token("max age"));
  EXPECT_FALSE(is_token("a:"));
}

TEST(Ascii, KnowsHexDigits) {
  EXPECT_EQ(hex_value('0'), 0);
  EXPECT_EQ(hex_value('9'), 9);
  EXPECT_EQ(hex_value('a'), 10);
  EXPECT_EQ(hex_value('F'), 15);
  for (const char c : {'g', 'G', ' ', '/', ':', '@', '`', '\0', '\xff'})
    EXPECT_EQ(hex_value(c), -1);
}

TEST(ParseDigits, TakesDigitsAndNothingElse) {
  EXPECT_EQ(parse_digits("0"), 0U);
  EXPECT_EQ(parse_digits("007"), 7U);
  EXPECT_EQ(parse_digits("18446744073709551615"), UINT64_MAX);
  for (const std::string_view text :
       {"", " 1", "1 ", "+1", "-1", "1.0", "0x1", "1a", "1,1", "\xd9\xa1"}) {
    EXPECT_EQ(parse_digits(text), std::nullopt) << text;
  }
}

TEST(ParseDigits, SaturatesInsteadOfWrapping) {
  EXPECT_EQ(parse_digits("18446744073709551616"), UINT64_MAX);
  EXPECT_EQ(parse_digits("99999999999999999999999999999"), UINT64_MAX);
  EXPECT_EQ(parse_digits("100", 100), 100U);
  EXPECT_EQ(parse_digits("101", 100), 100U);
  EXPECT_EQ(parse_digits("99", 100), 99U);
  EXPECT_EQ(parse_digits("1010", 100), 100U);
  EXPECT_EQ(parse_digits("00000000000000000000000000005", 100), 5U);
  EXPECT_EQ(parse_digits("99999999999999999999x"), std::nullopt);
}

TEST(ListReader, SplitsAtCommasOutsideOfQuotes) {
  EXPECT_EQ(members("a, b ,c"), (List{"a", "b", "c"}));
  EXPECT_EQ(members(",, a,\t,b,"), (List{"a", "b"}));
  EXPECT_EQ(members(R"(a="x,y", b)"), (List{R"(a="x,y")", "b"}));
  EXPECT_EQ(members(R"(a="x\",y", b)"), (List{R"(a="x\",y")", "b"}));
  EXPECT_EQ(members(R"("\\", b)"), (List{R"("\\")", "b"}));
  EXPECT_EQ(members(R"(a\,b)"), (List{R"(a\)", "b"}));
  EXPECT_EQ(members(""), List{});
  EXPECT_EQ(members(" , ,"), List{});
}

TEST(ListReader, AnUnclosedQuoteReachesToTheEnd) {
  EXPECT_EQ(members("a, \"b, c"), (List{"a", "\"b, c"}));
  EXPECT_EQ(members("\"a\\"), List{"\"a\\"});
}

TEST(TokenListReader, KnowsNoQuotes) {
  EXPECT_EQ(members<TokenListReader>(" a ,, \"b,c\" ,"), (List{"a", "\"b", "c\""}));
  EXPECT_EQ(members<TokenListReader>(" , "), List{});
}

TEST(WordReader, SplitsAtBlanks) {
  EXPECT_EQ(members<WordReader>(" a \t b,c  "), (List{"a", "b,c"}));
  EXPECT_EQ(members<WordReader>(" \t"), List{});
  EXPECT_EQ(members<WordReader>("one"), List{"one"});
}

TEST(ListContains, ComparesWholeMembersIgnoringCase) {
  EXPECT_TRUE(list_contains("gzip, Br", "br"));
  EXPECT_TRUE(list_contains(",close,", "Close"));
  EXPECT_FALSE(list_contains("brotli", "br"));
  EXPECT_FALSE(list_contains("\"br\"", "br"));
  EXPECT_FALSE(list_contains("x=\"a, br, c\"", "br"));
  EXPECT_FALSE(list_contains("", "br"));
}

TEST(Unquote, TakesOneWholeQuotedString) {
  EXPECT_EQ(unquote(R"("")"), "");
  EXPECT_EQ(unquote(R"("a b")"), "a b");
  EXPECT_EQ(unquote(R"("a\"b\\c\d")"), R"(a"b\cd)");
  for (const std::string_view text :
       {"", "a", "\"", "\"a", "a\"", "\"a\"b\"", "\"a\\\"", "\"a\" ", "'a'"}) {
    EXPECT_EQ(unquote(text), std::nullopt) << text;
  }
}

TEST(PlainPrefix, EndsBeforeWhatIsNotItselfBetweenQuotes) {
  EXPECT_EQ(plain_prefix(""), 0U);
  EXPECT_EQ(plain_prefix("/users/42?x=1 ~"), 15U);
  for (const std::string_view text :
       {"ab\"c", "ab\\c", "ab\n", "ab\x1f", "ab\x7f", "ab\x80", "ab\xff"}) {
    EXPECT_EQ(plain_prefix(text), 2U) << text;
  }
}

}  // namespace
}  // namespace hawkcache::ascii
