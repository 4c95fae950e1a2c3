#include "http/entity_tag.hpp"

#include <gtest/gtest.h>

namespace hawkcache::http {
namespace {

TEST(EntityTag, IsValidAsRfc9110Says) {
  for (const std::string_view tag : {R"("xyzzy")",
                                     R"(W/"xyzzy")",
                                     R"("")",
                                     R"(W/"")",
                                     R"("a,b")",
                                     R"("a\")",
                                     R"("!#~")",
                                     "\"\xfc\""}) {
    SCOPED_TRACE(tag);
    EXPECT_TRUE(is_valid_entity_tag(tag));
  }
  for (const std::string_view tag : {"",
                                     "xyzzy",
                                     "\"",
                                     "\"a",
                                     "a\"",
                                     "W/",
                                     "W/a",
                                     "w/\"a\"",
                                     "W\"a\"",
                                     "W\\\"a\"",
                                     "\"a b\"",
                                     "\"a\"b\"",
                                     "\"\x7f\"",
                                     "\"\t\"",
                                     " \"a\"",
                                     "\"a\" ",
                                     "'a'",
                                     "W/W/\"a\"",
                                     "*"}) {
    SCOPED_TRACE(tag);
    EXPECT_FALSE(is_valid_entity_tag(tag));
  }
}

TEST(EntityTag, ComparesAsTheTableOfSection8832) {
  struct Case {
    std::string_view a, b;
    bool strong, weak;
  };
  for (const Case& c : {Case{R"(W/"1")", R"(W/"1")", false, true},
                        Case{R"(W/"1")", R"(W/"2")", false, false},
                        Case{R"(W/"1")", R"("1")", false, true},
                        Case{R"("1")", R"("1")", true, true},
                        Case{R"("a")", R"("A")", false, false},
                        Case{"abc", "abc", false, false},
                        Case{"", "", false, false}}) {
    SCOPED_TRACE(c.a);
    SCOPED_TRACE(c.b);
    EXPECT_EQ(strongly_equal(c.a, c.b), c.strong);
    EXPECT_EQ(weakly_equal(c.a, c.b), c.weak);
    EXPECT_EQ(strongly_equal(c.b, c.a), c.strong);
    EXPECT_EQ(weakly_equal(c.b, c.a), c.weak);
  }
}

TEST(EntityTagList, FindsAMemberAnywhere) {
  struct Case {
    std::string_view list, tag;
    bool strong, weak;
  };
  for (const Case& c : {
           Case{R"("a")", R"("a")", true, true},
           Case{R"("a", "b", "c")", R"("a")", true, true},
           Case{R"("a","b" ,	"c")", R"("b")", true, true},
           Case{R"(, ,"a",, "c" ,)", R"("c")", true, true},
           Case{R"(W/"a", "b")", R"("a")", false, true},
           Case{R"("a", "b")", R"(W/"b")", false, true},
           Case{R"("a,b")", R"("a,b")", true, true},
           Case{R"("x, ", "a")", R"("a")", true, true},
           Case{R"("\", "a")", R"("a")", true, true},  // a backslash escapes nothing
           Case{R"(garbage, "a")", R"("a")", true, true},
           Case{R"("a"garbage, "b")", R"("b")", true, true},
           Case{R"("a"garbage, "b")", R"("a")", false, false},
           Case{R"("a" "b")", R"("a")", false, false},
           Case{R"("ab")", R"("a")", false, false},
           Case{R"("a)", R"("a")", false, false},
           Case{R"("b", "a)", R"("a")", false, false},
           Case{"a", R"("a")", false, false},
           Case{"a", "a", false, false},
           Case{"", R"("a")", false, false},
           Case{"W/", R"("a")", false, false},
       }) {
    SCOPED_TRACE(c.list);
    SCOPED_TRACE(c.tag);
    EXPECT_EQ(list_matches_strongly(c.list, c.tag), c.strong);
    EXPECT_EQ(list_matches_weakly(c.list, c.tag), c.weak);
  }
}

}  // namespace
}  // namespace hawkcache::http
