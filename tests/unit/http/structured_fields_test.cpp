#include "http/structured_fields.hpp"

#include <gtest/gtest.h>

namespace hawkcache::http {
namespace {

// Members as text: key=value with i: integers, s: strings, t: tokens, b: booleans, o: others.
std::string show(const SfValue& value) {
  if (const auto* b = std::get_if<bool>(&value)) return *b ? "b:1" : "b:0";
  if (const auto* i = std::get_if<std::int64_t>(&value)) return "i:" + std::to_string(*i);
  if (const auto* s = std::get_if<std::string>(&value)) return "s:" + *s;
  if (const auto* t = std::get_if<SfToken>(&value)) return "t:" + t->text;
  return "o";
}

std::string show(const std::optional<std::vector<SfMember>>& members) {
  if (!members) return "invalid";
  std::string text;
  for (const SfMember& member : *members) {
    if (!text.empty()) text += ' ';
    if (!member.key.empty()) text += member.key + "=";
    text += show(member.value);
  }
  return text;
}

struct FieldCase {
  std::string_view input;
  std::string_view expected;
};

TEST(StructuredFields, ReadsDictionaries) {
  for (const FieldCase& c : {
           FieldCase{"", ""},
           FieldCase{"  ", ""},
           FieldCase{"max-age=600", "max-age=i:600"},
           FieldCase{"max-age=60, must-revalidate", "max-age=i:60 must-revalidate=b:1"},
           FieldCase{"  a=1 \t,\t b=2  ", "a=i:1 b=i:2"},
           FieldCase{"a=?0, b, c; foo=bar", "a=b:0 b=b:1 c=b:1"},
           FieldCase{"en=\"Applepie\", da=:w4ZibGV0w6ZydGUK:", "en=s:Applepie da=o"},
           FieldCase{"rating=1.5, feelings=(joy sadness)", "rating=o feelings=o"},
           FieldCase{"a=(1 2), b=3, c=4;aa=bb, d=(5 6);valid", "a=o b=i:3 c=i:4 d=o"},
           FieldCase{"a=(), b=(  1   \"x\";q=1 )", "a=o b=o"},
           FieldCase{"a=tok/en:x, b=*x", "a=t:tok/en:x b=t:*x"},
           FieldCase{"a=-5, b=-0, c=007, d=999999999999999",
                     "a=i:-5 b=i:0 c=i:7 d=i:999999999999999"},
           FieldCase{R"(a="x\"y\\z")", R"(a=s:x"y\z)"},
           FieldCase{"a=@1659578233, b=%\"f%c3%bc\"", "a=o b=o"},
           FieldCase{"a=1;x;y=\"z\";w=:AA==:, b=2", "a=i:1 b=i:2"},
           FieldCase{"a=1; x, b", "a=i:1 b=b:1"},
           FieldCase{"*a.b-c_d*9=1", "*a.b-c_d*9=i:1"},
           FieldCase{"a=1\t", "a=i:1"},
       }) {
    SCOPED_TRACE(c.input);
    EXPECT_EQ(show(parse_sf_dictionary(c.input)), c.expected);
  }
}

TEST(StructuredFields, ARepeatedKeyKeepsItsPlaceAndTheLastValue) {
  EXPECT_EQ(show(parse_sf_dictionary("a=1, b=2, a=3")), "a=i:3 b=i:2");
}

TEST(StructuredFields, OneBadMemberVoidsTheDictionary) {
  for (const std::string_view input : {"a=1,",
                                       "a=1,,b=2",
                                       ",a=1",
                                       ",",
                                       "a=1 b=2",
                                       "a =1",
                                       "a= 1",
                                       "A=1",
                                       "1=1",
                                       "-a=1",
                                       "a=",
                                       "a=1;",
                                       "a=1;=2",
                                       "a=1;B",
                                       "a;x=",
                                       "a=1;x= 2",
                                       "max-age=60, =",
                                       "a=\"x",
                                       "a=\"x\\y\"",
                                       "a=\"\xc3\xbc\"",
                                       "a='x'",
                                       "a=1000000000000000",
                                       "a=--1",
                                       "a=-",
                                       "a=+1",
                                       "a=1.",
                                       "a=.5",
                                       "a=1.2345",
                                       "a=1234567890123.1",
                                       "a=1.2.3",
                                       "a=?",
                                       "a=?2",
                                       "a=?true",
                                       "a=:x",
                                       "a=:x*:",
                                       "a=(1",
                                       "a=(1,2)",
                                       "a=(1\t2)",
                                       "a=((1))",
                                       "a=(1\"x\")",
                                       "a=@",
                                       "a=@x",
                                       "a=@1.5",
                                       "a=%x",
                                       "a=%\"x",
                                       "a=%\"%C3\"",
                                       "a=%\"%c\"",
                                       "a={}",
                                       "a=\\",
                                       "\ta=1"}) {
    SCOPED_TRACE(input);
    EXPECT_EQ(show(parse_sf_dictionary(input)), "invalid");
  }
}

TEST(StructuredFields, ReadsLists) {
  for (const FieldCase& c : {
           FieldCase{"", ""},
           FieldCase{R"("group 1", "group,2")", "s:group 1 s:group,2"},
           FieldCase{"sugar, tea, rum", "t:sugar t:tea t:rum"},
           FieldCase{R"(("foo" "bar"), ("baz"), ())", "o o o"},
           FieldCase{R"("a";p=1,"b")", "s:a s:b"},
           FieldCase{"1, ?1, 1.5, :AA==:", "i:1 b:1 o o"},
           FieldCase{"a,", "invalid"},
           FieldCase{",a", "invalid"},
           FieldCase{"\"a\" \"b\"", "invalid"},
           FieldCase{"a=1", "invalid"},
           FieldCase{"\"a\nb\"", "invalid"},
       }) {
    SCOPED_TRACE(c.input);
    EXPECT_EQ(show(parse_sf_list(c.input)), c.expected);
  }
}

TEST(StructuredFields, TakeAThousandMembersButNotEndlessOnes) {
  std::string dictionary = "k0";
  std::string list = "t";
  for (int i = 1; i < 1024; ++i) {
    dictionary += ",k" + std::to_string(i);
    list += ",t";
  }
  EXPECT_EQ(parse_sf_dictionary(dictionary)->size(), 1024U);
  EXPECT_EQ(parse_sf_list(list)->size(), 1024U);
  EXPECT_EQ(parse_sf_dictionary(dictionary + ",more"), std::nullopt);
  EXPECT_EQ(parse_sf_list(list + ",t"), std::nullopt);
  EXPECT_EQ(parse_sf_dictionary(dictionary + ",k0")->size(), 1024U);
}

}  // namespace
}  // namespace hawkcache::http
